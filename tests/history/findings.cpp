#include "findings.hpp"

#include <cstdio>
#include <numeric>

namespace token_service::history {
namespace {

constexpr std::uint64_t kMost = 20;

}  // namespace

void Findings::add(const std::vector<Violation>& violations) {
  const std::lock_guard lock(mutex_);
  for (const Violation& violation : violations) {
    if (suffice_) {
      return;
    }
    const auto rule = static_cast<std::size_t>(violation.rule);
    ++counts_[rule];
    if (!first_[rule]) {
      first_[rule] = violation.operations.back().returned - start_;
    }
    std::fprintf(stderr, "violation: %s", describe(violation, start_).c_str());
    suffice_ = expected_
                   ? violation.rule == *expected_
                   : std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}) >= kMost;
  }
}

std::uint64_t Findings::count() const {
  const std::lock_guard lock(mutex_);
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::uint64_t Findings::count(Rule rule) const {
  const std::lock_guard lock(mutex_);
  return counts_[static_cast<std::size_t>(rule)];
}

std::optional<Time> Findings::firstOf(Rule rule) const {
  const std::lock_guard lock(mutex_);
  return first_[static_cast<std::size_t>(rule)];
}

}  // namespace token_service::history
