#include "violation.hpp"

namespace token_service::history {

std::string nameOf(Rule rule) {
  switch (rule) {
    case Rule::AcceptedAfterLogOut:
      return "accepted-after-log-out";
    case Rule::Resurrected:
      return "resurrected";
    case Rule::Forked:
      return "forked";
    case Rule::NeedlessLogOut:
      return "needless-log-out";
    case Rule::WrongAnswer:
      return "wrong-answer";
  }
  return {};
}

std::string describe(const Violation& violation, Time start) {
  std::string text = nameOf(violation.rule) + ": " + violation.what + "\n";
  for (const Operation& operation : violation.operations) {
    text += "  " + describe(operation, start) + "\n";
  }
  return text;
}

}  // namespace token_service::history
