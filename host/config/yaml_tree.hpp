#pragma once

#include "token_service/sdk/settings.hpp"

#include <string>

namespace token_service::config {

// The tree that a YAML file holds: one document, a map at the top, no aliases, no repeated keys, at
// most 16 levels deep and 64 KiB long.
//
// Throws MissingFile, or sdk::Error with InvalidConfig or PermissionDenied, `file:line: ...`.
sdk::SettingNode readYamlFile(const std::string& file);

// The same for the content of a file that is named `file` in messages.
sdk::SettingNode parseYaml(const std::string& content, const std::string& file);

}  // namespace token_service::config
