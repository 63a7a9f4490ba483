#pragma once

#include "token_service/sdk/store.hpp"

#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>

namespace token_service::session {

// A deadline that has always passed: answer only what needs no waiting.
inline constexpr sdk::Deadline kAtOnce = sdk::Deadline::min();

// Thrown where the deadline is kAtOnce and the answer is not in memory. No failure: ask again, with
// time to wait.
class WouldWait : public std::exception {
 public:
  const char* what() const noexcept override { return "the answer is not in memory"; }
};

// Finds the session that a token belongs to: in the store's memory if it has one, else in the
// store. Safe for use from many threads at once.
class SessionLookup {
 public:
  explicit SessionLookup(sdk::Store& store) : store_(store), memory_(store.memory()) {}

  bool hasMemory() const { return memory_ != nullptr; }

  // Throws sdk::Error as the store does, and WouldWait.
  std::optional<sdk::Session> find(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                                   sdk::Deadline deadline);

 private:
  sdk::Store& store_;
  sdk::SessionMemory* memory_;
};

}  // namespace token_service::session
