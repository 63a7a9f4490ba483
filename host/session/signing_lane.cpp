#include "session/signing_lane.hpp"

#include "token_service/sdk/error.hpp"

namespace token_service::session {

SigningLane::Place SigningLane::enter(sdk::Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (free_ > 0) {
    --free_;
    return Place(*this);
  }
  const auto self = waiting_.emplace(waiting_.end());
  const bool let_in = self->called.wait_until(lock, deadline, [&] { return self->let_in; });
  waiting_.erase(self);
  if (!let_in) {
    throw sdk::Error(sdk::ErrorCode::Unavailable,
                     "too many signatures are being made for one more by the deadline");
  }
  return Place(*this);
}

std::size_t SigningLane::waiting() const {
  const std::scoped_lock lock(mutex_);
  return waiting_.size();
}

void SigningLane::leave() {
  const std::scoped_lock lock(mutex_);
  for (Waiting& next : waiting_) {
    if (!next.let_in) {
      next.let_in = true;
      next.called.notify_one();
      return;
    }
  }
  ++free_;
}

}  // namespace token_service::session
