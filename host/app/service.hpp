#pragma once

#include "app/maintenance.hpp"
#include "app/plugin_set.hpp"
#include "config/config.hpp"
#include "http/readiness.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/service_secrets.hpp"
#include "session/session_service.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace token_service::app {

// The running service: wires the plugins, the rules and the HTTP server together. Listens from
// construction on. What it is given outlives it.
class Service {
 public:
  // Throws front::ListenError.
  Service(const config::Config& config, PluginSet& plugins, log::Logger& logger,
          const session::Clock& clock, session::Random& random);

  std::uint16_t port() const { return server_.port(); }

  // Of `server.admin`, if there is one.
  std::optional<std::uint16_t> adminPort() const {
    return admin_server_ ? std::optional(admin_server_->port()) : std::nullopt;
  }

  // A reload replaces them.
  http::ServiceSecrets& secrets() { return secrets_; }

  // Tells callers to close their connections, accepts no more of them and lets the requests that
  // run finish for at most `patience`. Returns whether all of them finished; if not, something
  // still holds a thread, and the process should end without destroying what that uses. Called
  // once.
  bool drain(std::chrono::milliseconds patience);

 private:
  session::SessionService sessions_;
  http::ServiceSecrets secrets_;
  http::Readiness readiness_;
  http::FailureLog failures_;
  http::Router router_;
  http::Router admin_router_;
  std::unique_ptr<http::Server> admin_server_;
  http::Server server_;
  Maintenance maintenance_;
};

}  // namespace token_service::app
