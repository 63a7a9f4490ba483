#pragma once

#include "session/recent_sessions.hpp"
#include "token_service/sdk/store.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace token_service::session {

// A deadline that has always passed: answer only what needs no waiting.
inline constexpr sdk::Deadline kAtOnce = sdk::Deadline::min();

// What can be said of a value: it is there, or it is not, or with the deadline kAtOnce nothing,
// since the answer is not in memory. Then ask again, with time to wait.
template <typename Value>
struct Finding {
  std::optional<Value> value;
  bool would_wait = false;
};

// Whether a look-up may be answered with what another one found up to `max_staleness` before.
enum class Freshness { Exact, Recent };

// The look-up of one request that is carried out together with those of others. A request is tried
// at once, which notes what it looks for; then all of them are found together; then it is tried
// again, and takes its answer from here.
struct SharedLookup {
  std::int64_t user_id = 0;
  // Empty: nothing was looked for.
  std::string session_id;
  sdk::Time now{};
  Freshness freshness = Freshness::Exact;

  bool found_out = false;
  std::optional<sdk::Session> session;
  // Why nothing could be found out.
  std::exception_ptr error;
};

// Finds the session that a token belongs to: in the store's memory if it has one, else in the
// store, or where it may be a little old among those found before. Safe for use from many threads
// at once.
class SessionLookup {
 public:
  // With a `max_staleness` of 0 every answer is exact.
  SessionLookup(sdk::Store& store, std::chrono::milliseconds max_staleness);

  bool hasMemory() const { return memory_ != nullptr || recent_; }

  // Throws sdk::Error as the store does. What would have to wait is noted in `shared`, if there is
  // one.
  Finding<sdk::Session> find(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                             sdk::Deadline deadline, Freshness freshness,
                             SharedLookup* shared = nullptr);

  // Finds out what each of them looks for, as many as the store takes at a time.
  void findTogether(std::span<SharedLookup* const> lookups, sdk::Deadline deadline);

  // A change of the user's sessions by this process, to be held around the store's operation. When
  // it goes, whether or not the operation threw, nothing older is given any more.
  class Change {
   public:
    Change(SessionLookup& lookup, std::int64_t user_id) : lookup_(lookup), user_id_(user_id) {}
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    ~Change();

   private:
    SessionLookup& lookup_;
    std::int64_t user_id_;
  };

 private:
  // None where nothing may be old.
  RecentSessions* recentFor(Freshness freshness);

  sdk::Store& store_;
  sdk::SessionMemory* memory_;
  std::optional<RecentSessions> recent_;
};

}  // namespace token_service::session
