#pragma once

#include "token_service/sdk/host.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::sdk {

/// One log-in of one user on one device. A store keeps one row for each, under the key
/// (user_id, id), and reads nothing into `token_data`.
struct Session {
  /// 1 ... 2^63-1.
  std::int64_t user_id = 0;
  /// Opaque ASCII, at most 64 bytes, compared byte for byte.
  std::string id;
  /// Valid UTF-8, 1 ... 255 characters.
  std::string username;
  /// One JSON object (RFC 8259), at most 64 KiB, kept as it is. Holds no token.
  std::string token_data;
  Time created_at{};
  /// From this moment on the session is absent, whether its row is still there or not.
  Time expires_at{};
  /// 1 after `create`, one more after each `replace`. The store counts it.
  std::int64_t version = 0;
};

/// Which session is looked for.
struct SessionKey {
  std::int64_t user_id = 0;
  std::string_view session_id;
};

enum class ReplaceResult : std::uint32_t {
  /// The session was as expected and is now the new one.
  Replaced = 1,
  /// The session is live but has another version: read it again and decide again.
  Changed = 2,
  /// There is no such live session.
  Gone = 3,
};

/// The live sessions that a store has in memory, exactly as it keeps them. For a store whose
/// database nobody else changes: what another process ends would live on here.
///
/// May be called from many threads at once.
class [[gnu::visibility("default")]] SessionMemory {
 public:
  SessionMemory() = default;
  SessionMemory(const SessionMemory&) = delete;
  SessionMemory& operator=(const SessionMemory&) = delete;
  virtual ~SessionMemory() = default;

  /// What Store::find would give, if that is a session and it is in memory. Nothing means: ask
  /// `find`. Never waits for disk or network, nor for a thread that does. Sees every operation that
  /// returned before the call; throws nothing.
  virtual std::optional<Session> recall(std::int64_t user_id, std::string_view session_id,
                                        Time now) = 0;
};

/// Keeps sessions.
///
/// Every operation may be called from many threads at once, on one object; several processes may
/// share one database unless the store says at start that it does not allow it. An operation that
/// writes returns only after what it wrote is durable. A session with `expires_at <= now` is absent
/// for every operation; `now` is always the host's clock.
///
/// Once `end` or `endAll` has returned, no later-started operation of any process sees the sessions
/// that it ended, and nothing brings them back.
///
/// Operations throw Error: Unavailable (certainly nothing was written), Timeout (may have been
/// written), Internal.
class [[gnu::visibility("default")]] Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Stores a new session with version 1. In the same transaction, all live sessions of the user
  /// but the newest `max_per_user` (by `created_at`, then by id) end, never the new one, and the
  /// user's other rows take the new one's `username`. The limit holds however many calls run at
  /// once. `max_per_user` is 1 or more.
  virtual void create(const Session& session, std::int64_t max_per_user, Time now,
                      Deadline deadline) = 0;

  /// The live session, if there is one. Sees every operation that returned before the call.
  virtual std::optional<Session> find(std::int64_t user_id, std::string_view session_id, Time now,
                                      Deadline deadline) = 0;

  /// How many look-ups `findMany` answers for little more than the price of one; the same number
  /// always. 1: `findMany` is no better than `find`, and nobody calls it.
  virtual std::size_t lookupsAtOnce() const { return 1; }

  /// What `find` gives for each of at most `lookupsAtOnce` keys, in their order; an Error is for
  /// all of them.
  virtual std::vector<std::optional<Session>> findMany(std::span<const SessionKey> keys, Time now,
                                                       Deadline deadline) {
    std::vector<std::optional<Session>> found;
    for (const SessionKey& key : keys) {
      found.push_back(find(key.user_id, key.session_id, now, deadline));
    }
    return found;
  }

  /// Compare-and-swap in one statement: if the live session (next.user_id, next.id) has
  /// `expected_version`, it takes `token_data` and `expires_at` of `next` and the next version.
  /// Changes nothing else and never brings a session back.
  virtual ReplaceResult replace(std::int64_t expected_version, const Session& next, Time now,
                                Deadline deadline) = 0;

  /// The user's live sessions, newest first.
  virtual std::vector<Session> list(std::int64_t user_id, Time now, Deadline deadline) = 0;

  /// Ends one session; returns whether it was live.
  virtual bool end(std::int64_t user_id, std::string_view session_id, Time now,
                   Deadline deadline) = 0;

  /// Ends all sessions of the user; returns how many were live.
  virtual std::int64_t endAll(std::int64_t user_id, Time now, Deadline deadline) = 0;

  /// Removes at most `limit` sessions with `expires_at <= before`; returns how many.
  virtual std::int64_t purgeExpired(Time before, std::int64_t limit, Deadline deadline) = 0;

  /// Returns if the store can be expected to work now, else throws Error. Used for readiness. A
  /// store whose database could not be reached at start connects and migrates here, too.
  virtual void check(Deadline deadline) = 0;

  /// What the store has in memory, or null. The same object, owned by the store, for as long as the
  /// store lives. The host asks it first, on threads that must not wait.
  virtual SessionMemory* memory() { return nullptr; }
};

}  // namespace token_service::sdk
