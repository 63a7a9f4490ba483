#pragma once

#include "http/endpoint.hpp"
#include "http/service_secrets.hpp"
#include "session/session_service.hpp"

namespace token_service::http {

// POST auth/token/gen-tokens/
class GenTokensEndpoint final : public Endpoint {
 public:
  GenTokensEndpoint(session::SessionService& sessions, const ServiceSecrets& secrets);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;

 private:
  session::SessionService& sessions_;
  const ServiceSecrets& secrets_;
};

// POST auth/token/refresh/
class RefreshEndpoint final : public Endpoint {
 public:
  explicit RefreshEndpoint(session::SessionService& sessions);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;

 private:
  session::SessionService& sessions_;
};

// POST auth/token/validate-token/
class ValidateTokenEndpoint final : public Endpoint {
 public:
  ValidateTokenEndpoint(session::SessionService& sessions, const ServiceSecrets& secrets);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;
  front::Placement placement() const override;

 private:
  session::SessionService& sessions_;
  const ServiceSecrets& secrets_;
};

// POST auth/token/invalidate-tokens/
class InvalidateTokensEndpoint final : public Endpoint {
 public:
  InvalidateTokensEndpoint(session::SessionService& sessions, const ServiceSecrets& secrets);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;
  front::Placement placement() const override { return {false, front::LaneName::End}; }

 private:
  session::SessionService& sessions_;
  const ServiceSecrets& secrets_;
};

}  // namespace token_service::http
