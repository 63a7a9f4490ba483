#pragma once

#include "token_api.hpp"

#include <Poco/JSON/Array.h>

#include <cstdint>
#include <string>

namespace token_service::test {

inline std::string sessionsPath(const std::string& user) {
  return "/v1/users/" + user + "/sessions";
}

inline Reply listSessions(TokenApi& api, std::int64_t user) {
  return api.send(withSecret({"GET", sessionsPath(std::to_string(user)), "", "", {}}));
}

// The user's session that began last.
inline Poco::JSON::Object::Ptr newestSession(TokenApi& api, std::int64_t user) {
  return listSessions(api, user).json()->getArray("sessions")->getObject(0);
}

}  // namespace token_service::test
