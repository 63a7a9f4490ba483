#pragma once

#include "config/config.hpp"
#include "http/service_secrets.hpp"

#include <vector>

namespace token_service::app {

// The service secrets of a configuration, as callers present them.
std::vector<http::NamedSecret> namedSecrets(const config::Config& config);

}  // namespace token_service::app
