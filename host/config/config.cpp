#include "config/config.hpp"

#include "config/interpolation.hpp"
#include "config/ip_address.hpp"
#include "config/listeners.hpp"
#include "config/public_url.hpp"
#include "config/read_secrets.hpp"
#include "config/yaml_tree.hpp"
#include "token/utf8.hpp"

#include <algorithm>
#include <filesystem>

namespace token_service::config {
namespace {

using namespace std::chrono_literals;
using sdk::Settings;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kTenYears = 24h * 3650;
constexpr milliseconds kThirtyDays = 24h * 30;
// A body is kept in memory as a whole, and taken apart there.
constexpr std::int64_t kLargestBody = 64 * 1024;
constexpr std::size_t kMaxClaimSize = 255;

Server readServer(Settings settings) {
  Server server;
  server.address = settings.string("address", "127.0.0.1");
  if (!isIpAddress(server.address)) {
    settings.problem("address", "must be an IP address such as 127.0.0.1, 0.0.0.0 or ::");
  }
  server.port = static_cast<std::uint16_t>(settings.integer("port", 8000, 0, 65535));
  server.public_url = settings.optionalString("public_url");
  if (server.public_url && !isPublicUrl(*server.public_url)) {
    settings.problem("public_url",
                     "must be a URL such as https://tokens.example.org: no user, no query, no "
                     "fragment, no slash at the end");
  } else if (server.public_url && server.public_url->starts_with("http://") &&
             !isLoopback(server.address)) {
    settings.problem("public_url", "must be an https:// URL unless the address is a loopback one");
  }
  const auto count = [&](std::string_view key, std::int64_t fallback, std::int64_t most) {
    return static_cast<std::size_t>(settings.integer(key, fallback, 1, most));
  };
  const auto bytes = [&](std::string_view key, std::int64_t least, std::int64_t most) {
    return static_cast<std::size_t>(settings.size(key, 16 * 1024, least, most));
  };
  server.threads = count("threads", 64, 1024);
  server.max_connections = count("max_connections", 16'384, 1'000'000);
  server.max_requests = count("max_requests", 2048, 1'000'000);
  server.max_head = bytes("max_head", 4 * 1024, 64 * 1024);
  server.max_body = bytes("max_body", 1024, kLargestBody);
  server.head_timeout = settings.duration("head_timeout", 5s, 100ms, 60s);
  server.body_timeout = settings.duration("body_timeout", 10s, 100ms, 60s);
  server.write_timeout = settings.duration("write_timeout", 10s, 100ms, 60s);
  server.idle_timeout = settings.duration("idle_timeout", 60s, 100ms, 1h);
  server.request_timeout = settings.duration("request_timeout", 2s, 100ms, 60s);
  server.shutdown_timeout = settings.duration("shutdown_timeout", 10s, 100ms, 10min);
  server.reload_on_change = settings.flag("reload_on_change", true);
  server.admin = readAdmin(settings, server);
  return server;
}

Plugin readPlugin(Settings settings) {
  Plugin plugin;
  plugin.name = settings.string("plugin");
  plugin.sha256 = settings.optionalString("sha256");
  plugin.settings = settings.subtree("settings");
  plugin.path = settings.pathOf("settings");
  plugin.place = settings.place("plugin");
  plugin.settings_place = settings.place("settings");
  return plugin;
}

// Every token carries it: too long a one would make tokens that the service itself refuses.
void checkClaim(Settings& settings, std::string_view key, std::string_view value) {
  if (value.size() > kMaxClaimSize || !token::isUtf8(value)) {
    settings.problem(key, "must be at most 255 bytes of UTF-8");
  }
}

// JWT times have no fractions.
seconds wholeSeconds(Settings& settings, std::string_view key, milliseconds fallback,
                     milliseconds least, milliseconds most) {
  const milliseconds time = settings.duration(key, fallback, least, most);
  if (time % 1s != 0ms) {
    settings.problem(key, "must be whole seconds");
  }
  return duration_cast<seconds>(time);
}

Tokens readTokens(Settings settings) {
  Tokens tokens;
  tokens.issuer = settings.string("issuer", "token-service");
  tokens.audience = settings.optionalString("audience");
  checkClaim(settings, "issuer", tokens.issuer);
  checkClaim(settings, "audience", tokens.audience.value_or(""));
  tokens.access_lifetime = wholeSeconds(settings, "access_lifetime", 15min, 1s, kTenYears);
  tokens.refresh_lifetime = wholeSeconds(settings, "refresh_lifetime", 24h, 1s, kTenYears);
  tokens.leeway = wholeSeconds(settings, "leeway", 0s, 0s, 30s);
  if (tokens.refresh_lifetime < tokens.access_lifetime) {
    settings.problem("refresh_lifetime", "must not be shorter than access_lifetime");
  }
  static constexpr std::string_view kProfiles[] = {"jwt", "at+jwt"};
  tokens.at_jwt = settings.choice("profile", "jwt", kProfiles) == "at+jwt";
  if (tokens.at_jwt && !tokens.audience) {
    settings.problem("profile", "at+jwt needs tokens.audience (RFC 9068 section 2.2)");
  }
  return tokens;
}

Refresh readRefresh(Settings settings) {
  static constexpr std::string_view kRotation[] = {"off", "on"};
  Refresh refresh;
  refresh.rotation = settings.choice("rotation", "off", kRotation) == "on";
  refresh.reuse_grace = settings.duration("reuse_grace", 30s, 0s, 10min);
  return refresh;
}

Sessions readSessions(Settings settings, const Tokens& tokens) {
  Sessions sessions;
  sessions.max_per_user = settings.integer("max_per_user", 10, 1, 1000);
  if (settings.has("idle_timeout")) {
    sessions.idle_timeout = wholeSeconds(settings, "idle_timeout", 24h, 1s, kTenYears);
  } else {
    settings.optionalString("idle_timeout");
  }
  sessions.absolute_lifetime =
      wholeSeconds(settings, "absolute_lifetime", kThirtyDays, 1s, kTenYears);
  if (sessions.absolute_lifetime < tokens.refresh_lifetime) {
    settings.problem("absolute_lifetime", "must not be shorter than tokens.refresh_lifetime");
  }
  sessions.purge_interval = settings.duration("purge_interval", 1min, 100ms, 24h);
  return sessions;
}

std::vector<std::string> readOrigins(Settings settings) {
  std::vector<std::string> origins = settings.strings("allowed_origins");
  for (const std::string& origin : origins) {
    const std::size_t scheme = origin.find("://");
    const bool is_origin = (origin.starts_with("http://") || origin.starts_with("https://")) &&
                           origin.find('/', scheme + 3) == std::string::npos &&
                           origin.size() > scheme + 3;
    if (origin != "*" && !is_origin) {
      settings.problem("allowed_origins",
                       "must hold origins such as https://app.example.org (no path), or \"*\"");
    }
  }
  return origins;
}

Log readLog(Settings settings) {
  static constexpr std::string_view kLevels[] = {"debug", "info", "warning", "error"};
  static constexpr std::string_view kFormats[] = {"text", "json"};
  const std::string level = settings.choice("level", "info", kLevels);
  const auto index = std::find(std::begin(kLevels), std::end(kLevels), level) - kLevels;
  const std::string format = settings.choice("format", "text", kFormats);
  return {static_cast<sdk::LogLevel>(index), format == "json" ? LogFormat::Json : LogFormat::Text};
}

}  // namespace

Config loadConfig(const std::string& file, sdk::SettingsReport& report) {
  sdk::SettingNode tree = readYamlFile(file);
  Config config;
  config.file = file;
  config.base_folder = std::filesystem::absolute(file).parent_path().string();
  report.file = file;
  interpolate(tree, report, config.base_folder);
  config.files = report.files;
  config.files.push_back(file);
  config.tree = tree;

  Settings root(tree, report, config.base_folder);
  config.server = readServer(root.section("server"));
  config.endpoints = readEndpoints(root.section("endpoints"), config.server);
  config.signer = readPlugin(root.section("signer"));
  if (root.has("refresh_signer")) {
    config.refresh_signer = readPlugin(root.section("refresh_signer"));
  } else {
    root.section("refresh_signer");
  }
  config.store = readPlugin(root.section("store"));
  config.tokens = readTokens(root.section("tokens"));

  static constexpr std::string_view kValidity[] = {"session", "latest"};
  config.latest_access_only =
      root.section("access").choice("validity", "session", kValidity) == "latest";
  config.refresh = readRefresh(root.section("refresh"));
  Settings key_set = root.section("key_set");
  config.key_set_max_age = wholeSeconds(key_set, "max_age", 5min, 1s, 24h);
  config.sessions = readSessions(root.section("sessions"), config.tokens);
  config.max_staleness = root.section("validation").duration("max_staleness", 0s, 0s, 60s);
  config.service_secrets = readSecrets(root, report, onlyLoopback(config.server));
  config.allowed_origins = readOrigins(root.section("cors"));
  config.log = readLog(root.section("log"));
  root.refuseUnknown();
  return config;
}

}  // namespace token_service::config
