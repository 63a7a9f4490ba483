#pragma once

#include "violation.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace token_service::history {

// The violations of a run, each printed to standard error when it is found. Safe for use from many
// threads at once.
class Findings {
 public:
  Findings(Time start, std::optional<Rule> expected) : start_(start), expected_(expected) {}

  void add(const std::vector<Violation>& violations);

  // There is nothing more to learn from going on: what was expected was found, or enough of what
  // was not.
  bool suffice() const { return suffice_; }

  std::uint64_t count() const;
  std::uint64_t count(Rule rule) const;
  // When the first one of a rule was found, since the start.
  std::optional<Time> firstOf(Rule rule) const;

 private:
  const Time start_;
  const std::optional<Rule> expected_;
  mutable std::mutex mutex_;
  std::array<std::uint64_t, kRules> counts_{};
  std::array<std::optional<Time>, kRules> first_;
  std::atomic<bool> suffice_ = false;
};

}  // namespace token_service::history
