#pragma once

#include <string>
#include <string_view>

namespace token_service::http {

// Everything but the unreserved characters of RFC 3986 section 2.3 as `%XX`, byte by byte.
std::string percentEncoded(std::string_view text);

}  // namespace token_service::http
