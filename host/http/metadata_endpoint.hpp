#pragma once

#include "http/endpoint.hpp"

#include <chrono>
#include <string>

namespace token_service::http {

// GET /.well-known/oauth-authorization-server: what the service offers to OAuth clients, and where
// (RFC 8414 section 2).
class MetadataEndpoint final : public Endpoint {
 public:
  // `issuer`: the URL that all paths are below, without a trailing slash. `max_age`: how long
  // others may keep the answer.
  MetadataEndpoint(const std::string& issuer, std::chrono::seconds max_age);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;
  front::Placement placement() const override { return front::kAtOnce; }

 private:
  std::string body_;
  std::chrono::seconds max_age_;
};

}  // namespace token_service::http
