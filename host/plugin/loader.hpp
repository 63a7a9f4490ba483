#pragma once

#include "token_service/sdk/abi.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::plugin {

// A plugin whose code is in this process, for as long as the process lives.
struct LoadedPlugin {
  std::string name;
  std::string version;
  std::string sha256;
  std::filesystem::path path;
  const sdk::Descriptor* descriptor = nullptr;
};

// One `.so` of the plugin folder, for the command that lists them.
struct InstalledPlugin {
  // The file's name without `.so`, printable.
  std::string name;
  // Known of plugins that fit.
  std::optional<sdk::PluginKind> kind;
  std::string version;
  // As the file says, if it could be read.
  std::string fingerprint;
  // Why the host would not load it; empty if it fits.
  std::string problem;
};

// Finds, checks and loads plugins of one folder. Used by one thread only; a plugin's first load
// runs its static constructors and comes before the process has other threads.
class Loader {
 public:
  explicit Loader(const std::filesystem::path& folder);

  // The plugin `<folder>/<name>.so`. Everything that can be known from the file is checked before
  // any of its code runs. A plugin that is already loaded is returned as it is, whatever became of
  // its file; `sha256` is then compared with what was loaded. Throws PluginError.
  const LoadedPlugin& load(std::string_view name, sdk::PluginKind kind,
                           const std::optional<std::string>& sha256 = std::nullopt);

  // The same, whichever kind it is.
  const LoadedPlugin& load(std::string_view name);

  // Every plugin of the folder, by name. Loads those that fit, and only those. Throws PluginError
  // if the folder itself may not be used.
  std::vector<InstalledPlugin> listInstalled();

 private:
  std::filesystem::path folder_;
};

}  // namespace token_service::plugin
