#pragma once

#include "operation.hpp"

#include <string>
#include <vector>

namespace token_service::history {

enum class Rule {
  // A token was accepted after an acknowledged log-out of its session had returned.
  AcceptedAfterLogOut,
  // A token was accepted after somebody had been told that its session is gone.
  Resurrected,
  // A session has two generations of tokens at a time, or went back to one that it had left.
  Forked,
  // A session is gone, and nothing can have ended it.
  NeedlessLogOut,
  // A 500, or an answer that no honest request may get.
  WrongAnswer,
};
inline constexpr int kRules = 5;

struct Violation {
  Rule rule;
  std::string what;
  // Those that contradict each other, the last one last.
  std::vector<Operation> operations;
};

std::string nameOf(Rule rule);
std::string describe(const Violation& violation, Time start);

}  // namespace token_service::history
