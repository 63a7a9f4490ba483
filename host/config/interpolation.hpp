#pragma once

#include "token_service/sdk/settings.hpp"

#include <string>

namespace token_service::config {

// Replaces, in every value of the tree, `${NAME}` by the environment variable and `${file:PATH}` by
// the content of a secret file less one trailing newline; `$${` stands for a literal `${`. A
// relative path starts at `base_folder`. What cannot be replaced is noted in the report, and so is
// each file that is named. Nodes with a replaced part are marked as secret.
void interpolate(sdk::SettingNode& node, sdk::SettingsReport& report,
                 const std::string& base_folder, const std::string& path = "");

}  // namespace token_service::config
