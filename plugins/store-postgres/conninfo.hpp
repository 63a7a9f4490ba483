#pragma once

#include "database_settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace token_service::store_postgres {

// One keyword of libpq and its value; the value is never empty, since libpq takes an empty one for
// none.
struct Keyword {
  std::string name;
  std::string value;
};

// Everything that libpq is told about a connection to one of the hosts.
std::vector<Keyword> connectionKeywords(const DatabaseSettings& settings, const std::string& host);

// The name of an environment variable that is set and that libpq would heed, because no keyword
// overrules it.
std::optional<std::string> strayVariable(const std::vector<Keyword>& keywords);

}  // namespace token_service::store_postgres
