#include "app/named_secrets.hpp"

namespace token_service::app {
namespace {

http::Operation operationOf(config::Operation operation) {
  switch (operation) {
    case config::Operation::Issue:
      return http::Operation::Issue;
    case config::Operation::Validate:
      return http::Operation::Validate;
    case config::Operation::Invalidate:
      return http::Operation::Invalidate;
    case config::Operation::Introspect:
      return http::Operation::Introspect;
    case config::Operation::Sessions:
      break;
  }
  return http::Operation::Sessions;
}

}  // namespace

std::vector<http::NamedSecret> namedSecrets(const config::Config& config) {
  std::vector<http::NamedSecret> secrets;
  for (const config::ServiceSecret& secret : config.service_secrets) {
    http::NamedSecret& named = secrets.emplace_back();
    named.name = secret.name;
    named.secret = secret.secret;
    for (const config::Operation operation : secret.allow) {
      named.allowed.insert(operationOf(operation));
    }
  }
  return secrets;
}

}  // namespace token_service::app
