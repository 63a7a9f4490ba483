#pragma once

#include <optional>
#include <string_view>

namespace token_service::front {

// Whether it is a host, with or without a port (`uri-host [ ":" port ]`, RFC 9110, 7.2; RFC
// 3986, 3.2). As in that grammar the host may be empty: clients without a name for the server send
// it so. Not allowed, though the grammar does, are commas, which would make a list of it, and
// addresses of the future.
bool isAuthority(std::string_view text);

// Whether a method may have the target (RFC 9112, 3.2).
bool isTargetOf(std::string_view method, std::string_view target);

// The absolute-form, `http://authority/path`.
struct AbsoluteTarget {
  std::string_view authority;
  // Path and query, from its first character on; may be empty, or a query without a path.
  std::string_view rest;
};

// None if it is of another form.
std::optional<AbsoluteTarget> absoluteTarget(std::string_view target);

}  // namespace token_service::front
