#include "plugin/loader.hpp"

#include "plugin/elf_file.hpp"
#include "plugin/plugin_error.hpp"
#include "plugin/plugin_file.hpp"
#include "plugin/process_state.hpp"

#include <boost/dll/shared_library.hpp>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <utility>

namespace token_service::plugin {
namespace {

using Code = PluginError::Code;

constexpr const char* kEntrySymbol = "token_service_plugin_v1";

// Whatever a plugin made, threads and exit handlers included, points into its code.
struct Process {
  std::map<std::filesystem::path, LoadedPlugin> plugins;
  std::deque<boost::dll::shared_library> libraries;
};

Process& process() {
  static Process& never_destroyed = *new Process;
  return never_destroyed;
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw PluginError(Code::InvalidConfig, path.string() + " " + what);
}

void requireEqual(const std::filesystem::path& path, const std::string& what,
                  std::string_view plugins, std::string_view hosts) {
  if (plugins != hosts) {
    refuse(path, what + " '" + std::string(plugins) + "', this host has '" + std::string(hosts) +
                     "': install a build of the plugin for this host");
  }
}

const boost::dll::shared_library& openLibrary(const std::filesystem::path& path) {
  const ProcessState state;
  boost::dll::shared_library library;
  try {
    library.load(path, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  } catch (const std::exception& error) {
    state.restore();
    refuse(path, std::string("cannot be loaded: ") + error.what() +
                     ": install what it needs or another build of it");
  }
  const boost::dll::shared_library& kept = process().libraries.emplace_back(std::move(library));
  const std::string changed = state.restore();
  if (!changed.empty()) {
    refuse(path, "changed the process's " + changed +
                     " while it was loaded: install another version of it");
  }
  return kept;
}

const sdk::Descriptor& readDescriptor(const boost::dll::shared_library& library,
                                      const std::filesystem::path& path, std::string_view name) {
  if (!library.has(kEntrySymbol)) {
    refuse(path, std::string("does not export ") + kEntrySymbol +
                     ": build it with the macro in token_service/sdk/plugin.hpp");
  }
  // Bytes first: the symbol may be anything, at any address.
  std::uint64_t magic = 0;
  std::memcpy(&magic, &library.get<const char>(kEntrySymbol), sizeof(magic));
  if (magic != sdk::kDescriptorMagic) {
    refuse(path, std::string("exports a ") + kEntrySymbol +
                     " that is no plugin descriptor: build it with the macro in "
                     "token_service/sdk/plugin.hpp");
  }
  const auto& descriptor = library.get<const sdk::Descriptor>(kEntrySymbol);
  requireEqual(path, "has a descriptor of the size", std::to_string(descriptor.size),
               std::to_string(sizeof(sdk::Descriptor)));
  requireEqual(path, "has the ABI number", std::to_string(descriptor.abi_version),
               std::to_string(sdk::kAbiVersion));
  if (descriptor.fingerprint == nullptr || descriptor.name == nullptr ||
      descriptor.version == nullptr) {
    refuse(path,
           "has a descriptor without fingerprint, name or version: build it with the macro in "
           "token_service/sdk/plugin.hpp");
  }
  requireEqual(path, "has the ABI", descriptor.fingerprint, sdk::kFingerprint.view());
  if (descriptor.name != name) {
    refuse(path, std::string("calls itself '") + descriptor.name + "': rename the file to " +
                     descriptor.name + ".so");
  }
  return descriptor;
}

void requireCreate(const LoadedPlugin& plugin) {
  const sdk::Descriptor& descriptor = *plugin.descriptor;
  const bool is_signer = descriptor.kind == sdk::PluginKind::Signer;
  if (!is_signer && descriptor.kind != sdk::PluginKind::Store) {
    refuse(plugin.path,
           "is of a kind that this host does not know: it must be a signer or a store");
  }
  if (is_signer ? descriptor.create_signer == nullptr : descriptor.create_store == nullptr) {
    refuse(plugin.path, "says that it is a " + std::string(kindName(descriptor.kind)) +
                            " and cannot make one: install another version of it");
  }
}

void requireAbi(const std::filesystem::path& path, const AbiTag& tag) {
  if (!tag.fingerprint) {
    refuse(path, tag.problem);
  }
  requireEqual(path, "has the ABI", *tag.fingerprint, sdk::kFingerprint.view());
}

// The file's code, with everything checked that is in the file and in its descriptor.
LoadedPlugin loadFile(const PluginFile& file, std::string_view name) {
  requireAbi(file.path, readAbiTag(file.content));
  const sdk::Descriptor& descriptor = readDescriptor(openLibrary(file.path), file.path, name);
  LoadedPlugin plugin{std::string(name), descriptor.version, file.sha256, file.path, &descriptor};
  requireCreate(plugin);
  return plugin;
}

const LoadedPlugin& loadOnce(const std::filesystem::path& folder, std::string_view name,
                             const std::optional<std::string>& sha256) {
  std::map<std::filesystem::path, LoadedPlugin>& plugins = process().plugins;
  const std::filesystem::path key = folder / name;
  const auto loaded = plugins.find(key);
  if (loaded == plugins.end()) {
    return plugins.emplace(key, loadFile(openPluginFile(folder, name, sha256), name)).first->second;
  }
  if (sha256) {
    requireSha256(loaded->second.path, loaded->second.sha256, *sha256);
  }
  return loaded->second;
}

std::vector<std::string> namesIn(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  try {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".so") {
        names.push_back(entry.path().stem().string());
      }
    }
  } catch (const std::filesystem::filesystem_error& error) {
    throw PluginError(Code::PermissionDenied, "the plugin folder " + folder.string() +
                                                  " cannot be read: " + error.code().message());
  }
  std::sort(names.begin(), names.end());
  return names;
}

InstalledPlugin inspect(const std::filesystem::path& folder, const std::string& name) {
  InstalledPlugin installed;
  installed.name = printable(name);
  try {
    const PluginFile file = openPluginFile(folder, name, std::nullopt);
    installed.fingerprint = readAbiTag(file.content).fingerprint.value_or("");
    const LoadedPlugin& plugin = loadOnce(folder, name, std::nullopt);
    installed.kind = plugin.descriptor->kind;
    installed.version = plugin.version;
  } catch (const PluginError& error) {
    installed.problem = error.what();
  }
  return installed;
}

}  // namespace

Loader::Loader(const std::filesystem::path& folder) : folder_(std::filesystem::absolute(folder)) {}

const LoadedPlugin& Loader::load(std::string_view name, sdk::PluginKind kind,
                                 const std::optional<std::string>& sha256) {
  try {
    const LoadedPlugin& plugin = loadOnce(folder_, name, sha256);
    if (plugin.descriptor->kind != kind) {
      refuse(plugin.path, "is a " + std::string(kindName(plugin.descriptor->kind)) + ", not a " +
                              std::string(kindName(kind)) + ": choose another plugin");
    }
    return plugin;
  } catch (const PluginError& error) {
    throw PluginError(error.code(), messagePrefix(kind, name) + error.what());
  }
}

const LoadedPlugin& Loader::load(std::string_view name) {
  return loadOnce(folder_, name, std::nullopt);
}

std::vector<InstalledPlugin> Loader::listInstalled() {
  std::vector<InstalledPlugin> plugins;
  for (const std::string& name : namesIn(trustedFolder(folder_))) {
    plugins.push_back(inspect(folder_, name));
  }
  return plugins;
}

}  // namespace token_service::plugin
