#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace token_service::conformance {

/// The members of one JSON object: the text of those that are strings, an empty text for the
/// others. None if it is no such object, if a member comes twice, or if a name or a string of the
/// object has an escape, which no member of a JWK's key needs.
std::optional<std::map<std::string, std::string, std::less<>>> readFlatJson(std::string_view json);

}  // namespace token_service::conformance
