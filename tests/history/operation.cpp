#include "operation.hpp"

#include <cstdio>

namespace token_service::history {
namespace {

std::string secondsText(Time time) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.6f", std::chrono::duration<double>(time).count());
  return text;
}

}  // namespace

std::string nameOf(Kind kind) {
  switch (kind) {
    case Kind::GenTokens:
      return "gen-tokens";
    case Kind::Validate:
      return "validate";
    case Kind::Introspect:
      return "introspect";
    case Kind::Refresh:
      return "refresh";
    case Kind::Invalidate:
      return "invalidate";
    case Kind::Revoke:
      return "revoke";
    case Kind::EndSession:
      return "end session";
  }
  return {};
}

std::string nameOf(Result result) {
  switch (result) {
    case Result::Pending:
      return "pending";
    case Result::Ok:
      return "ok";
    case Result::No:
      return "no";
    case Result::Unknown:
      return "unknown";
  }
  return {};
}

std::string describe(const Operation& operation, Time start) {
  std::string text = "#" + std::to_string(operation.number) + " client " +
                     std::to_string(operation.client) + " host " + std::to_string(operation.host) +
                     ": " + nameOf(operation.kind) + " of user " + std::to_string(operation.user) +
                     " session " + std::to_string(operation.session) + ", invoked " +
                     secondsText(operation.invoked - start);
  if (operation.result != Result::Pending) {
    text += ", returned " + secondsText(operation.returned - start);
  }
  return text + ": " + nameOf(operation.result);
}

}  // namespace token_service::history
