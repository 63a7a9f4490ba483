#pragma once

#include "config/config.hpp"

#include <optional>

namespace token_service::config {

// `server.admin`, if it is there. `settings` are those of `server`, the rest of which is read.
std::optional<Admin> readAdmin(sdk::Settings& settings, const Server& server);

// Whether only this machine can reach the server, by any of its listeners.
bool onlyLoopback(const Server& server);

// `endpoints`.
Endpoints readEndpoints(sdk::Settings settings, const Server& server);

}  // namespace token_service::config
