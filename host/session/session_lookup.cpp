#include "session/session_lookup.hpp"

namespace token_service::session {

SessionLookup::SessionLookup(sdk::Store& store, std::chrono::milliseconds max_staleness)
    : store_(store), memory_(store.memory()) {
  if (max_staleness.count() > 0) {
    recent_.emplace(max_staleness);
  }
}

std::optional<sdk::Session> SessionLookup::find(std::int64_t user_id, std::string_view session_id,
                                                sdk::Time now, sdk::Deadline deadline,
                                                Freshness freshness) {
  if (memory_ != nullptr) {
    std::optional<sdk::Session> session = memory_->recall(user_id, session_id, now);
    if (session) {
      return session;
    }
  }
  RecentSessions* recent = recent_ && freshness == Freshness::Recent ? &*recent_ : nullptr;
  if (recent != nullptr) {
    std::optional<sdk::Session> session = recent->recall(user_id, session_id, now);
    if (session) {
      return session;
    }
  }
  if (deadline == kAtOnce) {
    throw WouldWait();
  }
  const RecentSessions::Epoch before = recent == nullptr ? 0 : recent->epoch(user_id);
  std::optional<sdk::Session> session = store_.find(user_id, session_id, now, deadline);
  if (recent != nullptr && session) {
    recent->keep(*session, now, before);
  }
  return session;
}

SessionLookup::Change::~Change() {
  if (lookup_.recent_) {
    lookup_.recent_->drop(user_id_);
  }
}

}  // namespace token_service::session
