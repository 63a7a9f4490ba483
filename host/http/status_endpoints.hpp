#pragma once

#include "http/endpoint.hpp"
#include "http/readiness.hpp"

#include <string>

namespace token_service::http {

// GET /
class RootEndpoint final : public Endpoint {
 public:
  explicit RootEndpoint(std::string version);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;
  front::Placement placement() const override { return front::kAtOnce; }

 private:
  std::string version_;
};

// GET /health/live: the process answers. Never asks the store.
class LiveEndpoint final : public Endpoint {
 public:
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;
  front::Placement placement() const override { return front::kAtOnce; }
};

// GET /health/ready: store and signers answer.
class ReadyEndpoint final : public Endpoint {
 public:
  explicit ReadyEndpoint(Readiness& readiness);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;
  front::Placement placement() const override { return {false, front::LaneName::Read}; }

 private:
  Readiness& readiness_;
};

}  // namespace token_service::http
