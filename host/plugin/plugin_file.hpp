#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace token_service::plugin {

// A plugin's file that may be trusted, as it was when it was opened.
struct PluginFile {
  // Absolute, without symbolic links.
  std::filesystem::path path;
  std::string content;
  // Lower-case hexadecimal digest of the content.
  std::string sha256;
};

// Whether the text is lower-case words of letters and digits, joined by single hyphens, at most 64
// characters in all. Such a name cannot be a path.
bool isPluginName(std::string_view name);

// Throws PluginError unless the folder and the folders above it can be changed only by root and the
// service's own user; a folder above may be open to all if it is sticky, as /tmp is. Returns the
// folder's real path.
std::filesystem::path trustedFolder(const std::filesystem::path& folder);

// Opens `<folder>/<name>.so` and reads it. `folder` comes from `trustedFolder`. Throws PluginError,
// without a prefix, unless it is a regular file really inside the folder which only root and the
// service's own user can change and, if `sha256` is given, which has that digest.
PluginFile openPluginFile(const std::filesystem::path& folder, std::string_view name,
                          const std::optional<std::string>& sha256);

}  // namespace token_service::plugin
