#pragma once

#include "token_service/sdk/host.hpp"
#include "token_service/sdk/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace token_service::config {

// A second listener, for those inside.
struct Admin {
  std::string address;
  std::uint16_t port = 0;
};

struct Server {
  std::string address;
  std::uint16_t port = 0;
  std::optional<std::string> public_url;
  std::size_t threads = 0;
  std::size_t max_head = 0;
  std::size_t max_body = 0;
  std::size_t max_connections = 0;
  std::size_t max_requests = 0;
  std::chrono::milliseconds head_timeout{};
  std::chrono::milliseconds body_timeout{};
  std::chrono::milliseconds write_timeout{};
  std::chrono::milliseconds idle_timeout{};
  std::chrono::milliseconds request_timeout{};
  std::chrono::milliseconds shutdown_timeout{};
  // Read the configuration again when it, a secret file or a key file changes.
  bool reload_on_change = false;
  std::optional<Admin> admin;
};

// The listener that serves a group of endpoints.
enum class ServedOn { Main, Admin, Off };

struct Endpoints {
  // `/v1/users/{id}/sessions` and what is below.
  ServedOn sessions = ServedOn::Off;
};

// Which plugin, and what it is told. `settings` is the plugin's to read.
struct Plugin {
  std::string name;
  std::optional<std::string> sha256;
  sdk::SettingNode settings;
  // Where the settings stand in the file: `store.settings`.
  std::string path;
  // `file:line: key` of the name and of the settings, for messages.
  std::string place;
  std::string settings_place;
};

struct Tokens {
  std::string issuer;
  std::optional<std::string> audience;
  std::chrono::seconds access_lifetime{};
  std::chrono::seconds refresh_lifetime{};
  std::chrono::seconds leeway{};
  // Access tokens in the profile of RFC 9068 (`profile: at+jwt`).
  bool at_jwt = false;
};

struct Refresh {
  bool rotation = false;
  std::chrono::milliseconds reuse_grace{};
};

struct Sessions {
  std::int64_t max_per_user = 0;
  std::optional<std::chrono::seconds> idle_timeout;
  std::chrono::seconds absolute_lifetime{};
  std::chrono::milliseconds purge_interval{};
};

// What a service secret may be good for.
enum class Operation { Issue, Validate, Invalidate, Introspect, Sessions };

struct ServiceSecret {
  std::string name;
  std::string secret;
  std::vector<Operation> allow;
};

enum class LogFormat { Text, Json };

struct Log {
  sdk::LogLevel level = sdk::LogLevel::Info;
  LogFormat format = LogFormat::Text;
};

// A whole configuration, as config/reference.yaml documents it.
struct Config {
  std::string file;
  std::string base_folder;
  // The file itself and those that a ${file:...} in it names.
  std::vector<std::string> files;
  // All of it as it was read, with the values of ${...}.
  sdk::SettingNode tree;
  Server server;
  Endpoints endpoints;
  Plugin signer;
  std::optional<Plugin> refresh_signer;
  Plugin store;
  Tokens tokens;
  bool latest_access_only = false;
  Refresh refresh;
  // How long others may keep the published key set.
  std::chrono::seconds key_set_max_age{};
  Sessions sessions;
  // How old a session may be that a validation is answered with. 0: it is asked for each time.
  std::chrono::milliseconds max_staleness{};
  std::vector<ServiceSecret> service_secrets;
  std::vector<std::string> allowed_origins;
  Log log;
};

// Reads a configuration file. Throws MissingFile if it cannot be found and sdk::Error if it cannot
// be read as YAML. What is wrong with its settings is noted in the report, all of it; then the
// result is only good for checking the plugins' own settings, too.
Config loadConfig(const std::string& file, sdk::SettingsReport& report);

// The secret of config/local.yaml, known to the whole world.
inline constexpr const char* kDevelopmentSecret =
    "development-only-secret-never-use-it-in-production";

}  // namespace token_service::config
