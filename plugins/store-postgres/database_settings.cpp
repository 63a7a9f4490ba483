#include "database_settings.hpp"

#include "token_service/sdk/secret_file.hpp"

#include <unistd.h>

#include <array>
#include <string_view>

namespace token_service::store_postgres {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::string_view, 6> kSslModes = {"disable", "allow",     "prefer",
                                                       "require", "verify-ca", "verify-full"};

constexpr std::array<std::string_view, 2> kSwitch = {"on", "off"};

// libpq takes C strings: what follows a zero byte would be dropped silently.
void refuseZeroByte(sdk::Settings& settings, std::string_view key, std::string_view value) {
  if (value.find('\0') != std::string_view::npos) {
    settings.problem(key, "must not hold a zero byte");
  }
}

std::vector<std::string> readHosts(sdk::Settings& settings) {
  const std::string text = settings.string("host");
  refuseZeroByte(settings, "host", text);
  std::vector<std::string> hosts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    hosts.push_back(text.substr(begin, end - begin));
    if (hosts.back().empty() && !text.empty()) {
      settings.problem("host", "has an empty name in its list");
    }
    begin = end + 1;
  }
  return hosts;
}

std::optional<std::string> readPassword(sdk::Settings& settings) {
  std::optional<std::string> password = settings.optionalString("password");
  const std::optional<std::string> path = settings.optionalPath("password_file");
  if (!path) {
    refuseZeroByte(settings, "password", password.value_or(""));
    return password;
  }
  if (password) {
    settings.problem("password_file", "and password are both set: keep one of them");
    return password;
  }
  sdk::SecretFile file = sdk::readSecretFile(*path);
  if (file.state != sdk::SecretFile::State::Read) {
    settings.problem("password_file", file.problem, file.code);
    return std::nullopt;
  }
  password = sdk::withoutTrailingNewline(std::move(file.content));
  if (password->empty()) {
    settings.problem("password_file", "is empty");
  }
  refuseZeroByte(settings, "password_file", *password);
  return password;
}

std::optional<std::string> readRootCertificate(sdk::Settings& settings,
                                               const std::string& sslmode) {
  std::optional<std::string> path = settings.optionalPath("sslrootcert");
  if (path && ::access(path->c_str(), R_OK) != 0) {
    settings.problem("sslrootcert", "cannot be read");
  }
  if (!path && sslmode.starts_with("verify")) {
    settings.problem("sslrootcert", "is required with sslmode " + sslmode +
                                        ": name the file with the certificate authority that "
                                        "signed the server's certificate");
  }
  return path;
}

}  // namespace

DatabaseSettings readDatabaseSettings(sdk::Settings& settings) {
  DatabaseSettings result;
  result.hosts = readHosts(settings);
  result.port = settings.integer("port", 5432, 1, 65535);
  result.database = settings.string("database", "token_service");
  result.user = settings.string("user");
  refuseZeroByte(settings, "database", result.database);
  refuseZeroByte(settings, "user", result.user);
  result.password = readPassword(settings);
  result.sslmode = settings.choice("sslmode", "prefer", kSslModes);
  result.sslrootcert = readRootCertificate(settings, result.sslmode);
  result.connections = static_cast<std::size_t>(settings.integer("connections", 6, 1, 64));
  result.connect_timeout = settings.duration("connect_timeout", milliseconds(2000),
                                             milliseconds(100), milliseconds(60000));
  result.statement_timeout = settings.duration("statement_timeout", milliseconds(2000),
                                               milliseconds(100), milliseconds(60000));
  result.batching = settings.choice("batching", "on", kSwitch) == "on";
  settings.finish();
  return result;
}

std::string describeDatabase(const DatabaseSettings& settings) {
  std::string hosts;
  for (const std::string& host : settings.hosts) {
    hosts.append(hosts.empty() ? "" : ",").append(host);
  }
  return "database '" + settings.database + "' at '" + hosts + ":" + std::to_string(settings.port) +
         "'";
}

}  // namespace token_service::store_postgres
