#pragma once

#include "app/maintenance.hpp"
#include "app/plugin_set.hpp"
#include "config/config.hpp"
#include "http/readiness.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/service_secrets.hpp"
#include "session/session_service.hpp"

#include <memory>

namespace token_service::app {

// The running service: wires the plugins, the rules and the HTTP server together. Listens from
// construction on. What it is given outlives it.
class Service {
 public:
  // Throws http::ListenError.
  Service(const config::Config& config, PluginSet& plugins, log::Logger& logger,
          const session::Clock& clock, session::Random& random);

  std::uint16_t port() const { return server_.port(); }

  // A reload replaces them.
  http::ServiceSecrets& secrets() { return secrets_; }

  // See http::Server.
  bool drain(std::chrono::milliseconds patience) {
    readiness_.retire();
    return server_.drain(patience);
  }

 private:
  session::SessionService sessions_;
  http::ServiceSecrets secrets_;
  http::Readiness readiness_;
  http::FailureLog failures_;
  http::Router router_;
  http::Server server_;
  Maintenance maintenance_;
};

}  // namespace token_service::app
