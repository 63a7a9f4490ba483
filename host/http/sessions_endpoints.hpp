#pragma once

#include "http/endpoint.hpp"
#include "http/service_secrets.hpp"
#include "session/session_service.hpp"

namespace token_service::http {

// GET /v1/users/{id}/sessions: the user's devices.
class ListSessionsEndpoint final : public Endpoint {
 public:
  ListSessionsEndpoint(session::SessionService& sessions, const ServiceSecrets& secrets);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;
  front::Placement placement() const override { return {false, front::LaneName::Read}; }

 private:
  session::SessionService& sessions_;
  const ServiceSecrets& secrets_;
};

// DELETE /v1/users/{id}/sessions: log-out everywhere.
class EndSessionsEndpoint final : public Endpoint {
 public:
  EndSessionsEndpoint(session::SessionService& sessions, const ServiceSecrets& secrets);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;
  front::Placement placement() const override { return {false, front::LaneName::End}; }

 private:
  session::SessionService& sessions_;
  const ServiceSecrets& secrets_;
};

// DELETE /v1/users/{id}/sessions/{sid}: log-out of one device.
class EndSessionEndpoint final : public Endpoint {
 public:
  EndSessionEndpoint(session::SessionService& sessions, const ServiceSecrets& secrets);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;
  front::Placement placement() const override { return {false, front::LaneName::End}; }

 private:
  session::SessionService& sessions_;
  const ServiceSecrets& secrets_;
};

}  // namespace token_service::http
