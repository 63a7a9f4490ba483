#include "config/listeners.hpp"

#include "config/ip_address.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace token_service::config {
namespace {

using sdk::Settings;

bool isWildcard(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

bool overlap(const std::string& one, const std::string& other) {
  return one == other || isWildcard(one) || isWildcard(other);
}

ServedOn defaultOf(const Server& server) {
  if (server.admin) {
    return ServedOn::Admin;
  }
  return isLoopback(server.address) ? ServedOn::Main : ServedOn::Off;
}

ServedOn readServedOn(Settings& settings, std::string_view key, const Server& server) {
  static constexpr std::array<std::string_view, 3> kNames = {"main", "admin", "off"};
  const ServedOn fallback = defaultOf(server);
  const std::string name =
      settings.choice(key, std::string(kNames[static_cast<std::size_t>(fallback)]), kNames);
  const auto place =
      static_cast<ServedOn>(std::find(kNames.begin(), kNames.end(), name) - kNames.begin());
  if (place == ServedOn::Admin && !server.admin) {
    settings.problem(key, "admin needs a server.admin");
  } else if (place == ServedOn::Main && !isLoopback(server.address)) {
    settings.problem(key,
                     "must be admin or off unless server.address is a loopback one: these "
                     "endpoints are not for the world");
  }
  return place;
}

}  // namespace

std::optional<Admin> readAdmin(Settings& settings, const Server& server) {
  Settings section = settings.section("admin");
  if (!settings.has("admin")) {
    return std::nullopt;
  }
  Admin admin;
  admin.address = section.string("address", "127.0.0.1");
  if (!isIpAddress(admin.address)) {
    section.problem("address", "must be an IP address such as 127.0.0.1");
  }
  if (!section.has("port")) {
    section.problem("port", "is required");
  }
  admin.port = static_cast<std::uint16_t>(section.integer("port", 0, 0, 65535));
  if (admin.port != 0 && admin.port == server.port && overlap(admin.address, server.address)) {
    section.problem("port", "is server.port, too: choose another one");
  }
  return admin;
}

bool onlyLoopback(const Server& server) {
  return isLoopback(server.address) && (!server.admin || isLoopback(server.admin->address));
}

Endpoints readEndpoints(Settings settings, const Server& server) {
  return {readServedOn(settings, "sessions", server)};
}

}  // namespace token_service::config
