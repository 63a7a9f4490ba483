#include "session/session_lookup.hpp"

namespace token_service::session {

std::optional<sdk::Session> SessionLookup::find(std::int64_t user_id, std::string_view session_id,
                                                sdk::Time now, sdk::Deadline deadline) {
  if (memory_ != nullptr) {
    std::optional<sdk::Session> session = memory_->recall(user_id, session_id, now);
    if (session) {
      return session;
    }
  }
  if (deadline == kAtOnce) {
    throw WouldWait();
  }
  return store_.find(user_id, session_id, now, deadline);
}

}  // namespace token_service::session
