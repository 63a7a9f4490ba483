#pragma once

#include "http/oauth_endpoint.hpp"
#include "http/service_secrets.hpp"
#include "session/session_service.hpp"

namespace token_service::http {

// POST oauth2/token: the refresh grant (RFC 6749 section 6). Clients are not authenticated.
class TokenEndpoint final : public OAuthEndpoint {
 public:
  explicit TokenEndpoint(session::SessionService& sessions);

 private:
  bool admits(const Request& request) const override;
  Response answer(const Request& request, const Body& parameters) override;

  session::SessionService& sessions_;
};

// POST oauth2/introspect (RFC 7662), for whoever has a service secret.
class IntrospectEndpoint final : public OAuthEndpoint {
 public:
  IntrospectEndpoint(session::SessionService& sessions, const ServiceSecrets& secrets);
  front::Placement placement() const override { return {false, front::LaneName::Lookup}; }

 private:
  bool admits(const Request& request) const override;
  Response answer(const Request& request, const Body& parameters) override;

  session::SessionService& sessions_;
  const ServiceSecrets& secrets_;
};

// POST oauth2/revoke (RFC 7009). Clients are not authenticated.
class RevokeEndpoint final : public OAuthEndpoint {
 public:
  explicit RevokeEndpoint(session::SessionService& sessions);
  front::Placement placement() const override { return {false, front::LaneName::End}; }

 private:
  bool admits(const Request& request) const override;
  Response answer(const Request& request, const Body& parameters) override;

  session::SessionService& sessions_;
};

}  // namespace token_service::http
