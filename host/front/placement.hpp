#pragma once

namespace token_service::front {

// Requests of one lane wait for each other, and never for those of another one.
enum class LaneName {
  // One look-up in the store, which several requests may share.
  Lookup,
  // Whatever else only reads.
  Read,
  // Signs, or writes to the store.
  Write,
  // Ends sessions, which must not wait for those who sign.
  End,
};

// Where a request is handled.
struct Placement {
  // First on the front's own thread, which must never wait.
  bool at_once = false;
  // There, if it was not answered at once.
  LaneName lane = LaneName::Write;
};

// For what never waits.
inline constexpr Placement kAtOnce{true, LaneName::Read};

}  // namespace token_service::front
