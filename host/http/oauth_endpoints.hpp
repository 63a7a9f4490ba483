#pragma once

#include "http/endpoint.hpp"
#include "http/service_secrets.hpp"
#include "session/session_service.hpp"

namespace token_service::http {

// POST oauth2/token: the refresh grant (RFC 6749 section 6). Clients are not authenticated.
class TokenEndpoint final : public Endpoint {
 public:
  explicit TokenEndpoint(session::SessionService& sessions);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;

 private:
  session::SessionService& sessions_;
};

// POST oauth2/introspect (RFC 7662), for whoever has a service secret.
class IntrospectEndpoint final : public Endpoint {
 public:
  IntrospectEndpoint(session::SessionService& sessions, const ServiceSecrets& secrets);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;

 private:
  bool isTrusted(const Request& request) const;

  session::SessionService& sessions_;
  const ServiceSecrets& secrets_;
};

// POST oauth2/revoke (RFC 7009). Clients are not authenticated.
class RevokeEndpoint final : public Endpoint {
 public:
  explicit RevokeEndpoint(session::SessionService& sessions);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;

 private:
  session::SessionService& sessions_;
};

}  // namespace token_service::http
