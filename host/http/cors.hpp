#pragma once

#include "http/message.hpp"

#include <optional>
#include <string>
#include <vector>

namespace token_service::http {

// Cross-origin access for browsers (WHATWG Fetch, section 3.2). Sends nothing unless an origin is
// configured; never allows credentials.
class Cors {
 public:
  // Exact origins, or `*` for all.
  explicit Cors(std::vector<std::string> allowed_origins);

  // Adds what a browser must see on every answer, errors included.
  void addHeaders(const std::optional<std::string>& origin, Response& response) const;

  // Adds what answers a preflight request for a POST, too.
  void addPreflightHeaders(const std::optional<std::string>& origin, Response& response) const;

 private:
  // The value of Access-Control-Allow-Origin for a request from there, or none.
  std::optional<std::string> allowed(const std::optional<std::string>& origin) const;

  std::vector<std::string> allowed_origins_;
};

}  // namespace token_service::http
