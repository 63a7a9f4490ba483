#include "http/readiness.hpp"

namespace token_service::http {
namespace {

constexpr std::chrono::seconds kReuse{1};
constexpr std::chrono::seconds kPatience{1};

}  // namespace

Readiness::Readiness(std::vector<Component> components, log::Logger& logger)
    : components_(std::move(components)), logger_(logger) {}

std::vector<Readiness::State> Readiness::states() {
  const auto asked_at = std::chrono::steady_clock::now();
  const std::scoped_lock lock(mutex_);
  // Who waited for somebody else's check takes its result.
  if (states_.empty() || asked_at >= checked_at_ + kReuse) {
    states_.clear();
    const sdk::Deadline deadline = std::chrono::steady_clock::now() + kPatience;
    for (const Component& component : components_) {
      states_.push_back(stateOf(component, deadline));
    }
    checked_at_ = std::chrono::steady_clock::now();
  }
  return states_;
}

Readiness::State Readiness::stateOf(const Component& component, sdk::Deadline deadline) {
  try {
    component.check(deadline);
    return {&component, true};
  } catch (const std::exception& error) {
    logger_.warning("not ready", {{"component", component.role}, {"reason", error.what()}});
    return {&component, false};
  }
}

}  // namespace token_service::http
