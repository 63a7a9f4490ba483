#pragma once

#include "http/endpoint.hpp"
#include "session/session_service.hpp"

namespace token_service::http {

// /auth/verify, for proxies that ask before they let a request pass: whose access token it carries.
// Every method, whatever the body.
class VerifyEndpoint final : public Endpoint {
 public:
  explicit VerifyEndpoint(session::SessionService& sessions);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;
  front::Placement placement() const override;

 private:
  session::SessionService& sessions_;
};

}  // namespace token_service::http
