#include "session/session_lookup.hpp"

#include "token_service/sdk/error.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace token_service::session {

SessionLookup::SessionLookup(sdk::Store& store, std::chrono::milliseconds max_staleness)
    : store_(store), memory_(store.memory()) {
  if (max_staleness.count() > 0) {
    recent_.emplace(max_staleness);
  }
}

Finding<sdk::Session> SessionLookup::find(std::int64_t user_id, std::string_view session_id,
                                          sdk::Time now, sdk::Deadline deadline,
                                          Freshness freshness, SharedLookup* shared) {
  if (memory_ != nullptr) {
    std::optional<sdk::Session> session = memory_->recall(user_id, session_id, now);
    if (session) {
      return {std::move(session)};
    }
  }
  RecentSessions* recent = recentFor(freshness);
  if (recent != nullptr) {
    std::optional<sdk::Session> session = recent->recall(user_id, session_id, now);
    if (session) {
      return {std::move(session)};
    }
  }
  if (deadline == kAtOnce) {
    if (shared != nullptr) {
      *shared = {user_id, std::string(session_id), now, freshness, false, std::nullopt, nullptr};
    }
    return {std::nullopt, true};
  }
  if (shared != nullptr && shared->found_out && shared->user_id == user_id &&
      shared->session_id == session_id) {
    if (shared->error) {
      std::rethrow_exception(shared->error);
    }
    const bool is_live = shared->session && shared->session->expires_at > now;
    return {is_live ? std::move(shared->session) : std::nullopt};
  }
  const RecentSessions::Epoch before = recent == nullptr ? 0 : recent->epoch(user_id);
  std::optional<sdk::Session> session = store_.find(user_id, session_id, now, deadline);
  if (recent != nullptr && session) {
    recent->keep(*session, now, before);
  }
  return {std::move(session)};
}

void SessionLookup::findTogether(std::span<SharedLookup* const> lookups, sdk::Deadline deadline) {
  std::vector<sdk::SessionKey> keys;
  std::vector<RecentSessions::Epoch> epochs;
  sdk::Time now{};
  for (const SharedLookup* lookup : lookups) {
    keys.push_back({lookup->user_id, lookup->session_id});
    epochs.push_back(recent_ ? recent_->epoch(lookup->user_id) : 0);
    now = std::max(now, lookup->now);
  }
  std::vector<std::optional<sdk::Session>> sessions;
  std::exception_ptr error;
  try {
    sessions = store_.findMany(keys, now, deadline);
  } catch (...) {
    // Each of them answers for it as if it had asked alone.
    error = std::current_exception();
  }
  sessions.resize(lookups.size());
  for (std::size_t index = 0; index < lookups.size(); ++index) {
    SharedLookup& lookup = *lookups[index];
    lookup.found_out = true;
    lookup.error = error;
    lookup.session = std::move(sessions[index]);
    RecentSessions* recent = recentFor(lookup.freshness);
    if (recent != nullptr && lookup.session) {
      recent->keep(*lookup.session, now, epochs[index]);
    }
  }
}

RecentSessions* SessionLookup::recentFor(Freshness freshness) {
  return recent_ && freshness == Freshness::Recent ? &*recent_ : nullptr;
}

SessionLookup::Change::~Change() {
  if (lookup_.recent_) {
    lookup_.recent_->drop(user_id_);
  }
}

}  // namespace token_service::session
