#include "http/cors.hpp"

#include <algorithm>

namespace token_service::http {

Cors::Cors(std::vector<std::string> allowed_origins)
    : allowed_origins_(std::move(allowed_origins)) {}

void Cors::addHeaders(const std::optional<std::string>& origin, Response& response) const {
  if (allowed_origins_.empty()) {
    return;
  }
  response.headers.emplace_back("Vary", "Origin");
  if (const std::optional<std::string> value = allowed(origin)) {
    response.headers.emplace_back("Access-Control-Allow-Origin", *value);
  }
}

void Cors::addPreflightHeaders(const std::optional<std::string>& origin, Response& response) const {
  addHeaders(origin, response);
  if (allowed(origin)) {
    response.headers.emplace_back("Access-Control-Allow-Methods", "POST");
    response.headers.emplace_back("Access-Control-Allow-Headers", "Authorization, Content-Type");
    response.headers.emplace_back("Access-Control-Max-Age", "600");
  }
}

std::optional<std::string> Cors::allowed(const std::optional<std::string>& origin) const {
  const auto listed = [&](const std::string& value) {
    return std::find(allowed_origins_.begin(), allowed_origins_.end(), value) !=
           allowed_origins_.end();
  };
  if (!origin) {
    return std::nullopt;
  }
  if (listed("*")) {
    return "*";
  }
  return listed(*origin) ? origin : std::nullopt;
}

}  // namespace token_service::http
