#include "http/authorization_scheme.hpp"

#include <Poco/String.h>

namespace token_service::http {

std::string authorizationScheme(const std::optional<std::string>& authorization) {
  const std::string header = authorization.value_or("");
  return Poco::toLower(header.substr(0, header.find_first_of(" \t")));
}

}  // namespace token_service::http
