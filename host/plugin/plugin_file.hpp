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

// Opens `<folder>/<name>.so` and reads it. Throws PluginError, without a prefix, unless the name is
// a plugin name, the folder is a trusted one and the file is a regular one really inside it, which
// only root and the service's own user can change and which, if `sha256` is given, has that digest.
PluginFile openPluginFile(const std::filesystem::path& folder, std::string_view name,
                          const std::optional<std::string>& sha256);

// Throws PluginError unless `expected`, from the configuration, is the hexadecimal digest `actual`.
void requireSha256(const std::filesystem::path& path, std::string_view actual,
                   std::string_view expected);

}  // namespace token_service::plugin
