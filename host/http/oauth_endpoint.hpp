#pragma once

#include "http/body.hpp"
#include "http/endpoint.hpp"

namespace token_service::http {

// A path under oauth2/: the checks and the error bodies (RFC 6749 section 5.2) that all of them
// have in common.
class OAuthEndpoint : public Endpoint {
 public:
  Response handle(const Request& request, const std::vector<std::string>& parameters) final;
  Response refuse(Failure reason) const final;

 private:
  // Whether the client may ask at all. Sees the request before its body is parsed.
  virtual bool admits(const Request& request) const = 0;

  // The answer to an admitted request whose parameters could be read.
  virtual Response answer(const Request& request, const Body& parameters) = 0;
};

}  // namespace token_service::http
