#pragma once

#include "config/config.hpp"

#include <vector>

namespace token_service::config {

// The list `service_secrets`. What is wrong with it is noted in the report. `loopback`: only this
// machine can reach the service, so that weak secrets pass.
std::vector<ServiceSecret> readSecrets(sdk::Settings& root, const sdk::SettingsReport& report,
                                       bool loopback);

}  // namespace token_service::config
