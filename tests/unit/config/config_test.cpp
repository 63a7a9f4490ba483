#include "config/config.hpp"

#include "config/ip_address.hpp"
#include "environment.hpp"
#include "signers/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace token_service::config {
namespace {

using namespace std::chrono_literals;
using host_test::Environment;
using signers_test::TemporaryFolder;

const std::string kPlugins =
    "signer: {plugin: signer-hs256}\n"
    "store: {plugin: store-sqlite}\n";
const std::string kSecrets =
    "service_secrets: [{name: one, secret: 0123456789abcdef0123456789abcdef}]\n";
const std::string kMinimal = kPlugins + kSecrets;

struct Loaded {
  Config config;
  sdk::SettingsReport report;

  std::string text() const {
    try {
      report.throwIfAny();
    } catch (const sdk::Error& error) {
      return error.what();
    }
    return "";
  }
};

Loaded load(const std::string& content) {
  const TemporaryFolder folder;
  Loaded loaded;
  loaded.config = loadConfig(folder.write("f.yaml", content), loaded.report);
  loaded.report.file = "f.yaml";
  return loaded;
}

Loaded loadWith(const std::string& content) { return load(kMinimal + content); }

void expectProblem(const std::string& content, const std::string& key, const std::string& what) {
  const Loaded loaded = loadWith(content);
  ASSERT_EQ(loaded.report.problems.size(), 1U) << content << loaded.text();
  const sdk::SettingProblem& problem = loaded.report.problems.front();
  EXPECT_EQ(problem.key, key);
  EXPECT_NE(problem.what.find(what), std::string::npos) << problem.what;
  EXPECT_EQ(problem.code, sdk::ErrorCode::InvalidConfig);
}

TEST(Config, HasADefaultForAllButPluginsAndSecrets) {
  const Loaded loaded = load(kMinimal);
  EXPECT_EQ(loaded.text(), "");
  const Config& config = loaded.config;
  EXPECT_EQ(config.server.address, "127.0.0.1");
  EXPECT_EQ(config.server.port, 8000);
  EXPECT_FALSE(config.server.public_url);
  EXPECT_EQ(config.server.threads, 64);
  EXPECT_EQ(config.server.max_connections, 16'384);
  EXPECT_EQ(config.server.max_requests, 2048);
  EXPECT_EQ(config.server.max_head, 16 * 1024);
  EXPECT_EQ(config.server.max_body, 16 * 1024);
  EXPECT_EQ(config.server.head_timeout, 5s);
  EXPECT_EQ(config.server.body_timeout, 10s);
  EXPECT_EQ(config.server.write_timeout, 10s);
  EXPECT_EQ(config.server.idle_timeout, 60s);
  EXPECT_EQ(config.server.request_timeout, 2s);
  EXPECT_EQ(config.server.shutdown_timeout, 10s);
  EXPECT_TRUE(config.server.reload_on_change);
  EXPECT_EQ(config.signer.name, "signer-hs256");
  EXPECT_FALSE(config.signer.sha256);
  EXPECT_EQ(config.signer.path, "signer.settings");
  EXPECT_EQ(config.store.name, "store-sqlite");
  EXPECT_FALSE(config.refresh_signer);
  EXPECT_EQ(config.tokens.issuer, "token-service");
  EXPECT_FALSE(config.tokens.audience);
  EXPECT_EQ(config.tokens.access_lifetime, 15min);
  EXPECT_EQ(config.tokens.refresh_lifetime, 24h);
  EXPECT_EQ(config.tokens.leeway, 0s);
  EXPECT_FALSE(config.tokens.at_jwt);
  EXPECT_FALSE(config.refresh.rotation);
  EXPECT_EQ(config.refresh.reuse_grace, 30s);
  EXPECT_EQ(config.key_set_max_age, 5min);
  EXPECT_EQ(config.max_staleness, 0ms);
  EXPECT_FALSE(config.sessions.idle_timeout);
  EXPECT_EQ(config.sessions.absolute_lifetime, 720h);
  EXPECT_FALSE(config.latest_access_only);
  EXPECT_EQ(config.sessions.max_per_user, 10);
  EXPECT_EQ(config.sessions.purge_interval, 1min);
  ASSERT_EQ(config.service_secrets.size(), 1U);
  EXPECT_EQ(config.service_secrets.front().name, "one");
  EXPECT_TRUE(config.allowed_origins.empty());
  EXPECT_EQ(config.log.level, sdk::LogLevel::Info);
  EXPECT_EQ(config.log.format, LogFormat::Text);
}

TEST(Config, ReadsEveryKey) {
  const Loaded loaded = load(
      "server: {address: '::1', port: 0, public_url: 'https://x.example', threads: 4,\n"
      "  max_connections: 5, max_requests: 6, max_head: 8KiB, head_timeout: 1s,\n"
      "  body_timeout: 2s, write_timeout: 3s, idle_timeout: 4s,\n"
      "  max_body: 32KiB, request_timeout: 500ms, shutdown_timeout: 1m, reload_on_change: false}\n"
      "signer: {plugin: signer-rs256, sha256: abc, settings: {private_key_file: k.pem}}\n"
      "refresh_signer: {plugin: signer-hs256, settings: {secret_file: k}}\n"
      "store: {plugin: store-memory, settings: {a: [1]}}\n"
      "tokens: {issuer: me, audience: you, access_lifetime: 5m, refresh_lifetime: 30d,\n"
      "  leeway: 30s, profile: at+jwt}\n"
      "access: {validity: latest}\n"
      "refresh: {rotation: on, reuse_grace: 10s}\n"
      "key_set: {max_age: 1h}\n"
      "validation: {max_staleness: 1500ms}\n"
      "sessions: {max_per_user: 1, idle_timeout: 7d, absolute_lifetime: 60d, purge_interval: 5s}\n"
      "service_secrets:\n"
      "- {name: a, secret: x}\n"
      "- {name: b, secret: y}\n"
      "cors: {allowed_origins: ['https://a.example', 'http://localhost:5173', '*']}\n"
      "log: {level: debug, format: json}\n");
  EXPECT_EQ(loaded.text(), "");
  const Config& config = loaded.config;
  EXPECT_EQ(config.server.address, "::1");
  EXPECT_EQ(config.server.port, 0);
  EXPECT_EQ(config.server.public_url, "https://x.example");
  EXPECT_EQ(config.server.threads, 4);
  EXPECT_EQ(config.server.max_connections, 5);
  EXPECT_EQ(config.server.max_requests, 6);
  EXPECT_EQ(config.server.max_head, 8 * 1024);
  EXPECT_EQ(config.server.max_body, 32 * 1024);
  EXPECT_EQ(config.server.head_timeout, 1s);
  EXPECT_EQ(config.server.body_timeout, 2s);
  EXPECT_EQ(config.server.write_timeout, 3s);
  EXPECT_EQ(config.server.idle_timeout, 4s);
  EXPECT_EQ(config.server.request_timeout, 500ms);
  EXPECT_EQ(config.server.shutdown_timeout, 1min);
  EXPECT_FALSE(config.server.reload_on_change);
  EXPECT_EQ(config.signer.sha256, "abc");
  EXPECT_EQ(config.signer.settings.children.front().key, "private_key_file");
  ASSERT_TRUE(config.refresh_signer);
  EXPECT_EQ(config.refresh_signer->path, "refresh_signer.settings");
  EXPECT_EQ(config.tokens.issuer, "me");
  EXPECT_EQ(config.tokens.audience, "you");
  EXPECT_EQ(config.tokens.access_lifetime, 5min);
  EXPECT_EQ(config.tokens.refresh_lifetime, 720h);
  EXPECT_EQ(config.tokens.leeway, 30s);
  EXPECT_TRUE(config.tokens.at_jwt);
  EXPECT_TRUE(config.refresh.rotation);
  EXPECT_EQ(config.refresh.reuse_grace, 10s);
  EXPECT_EQ(config.key_set_max_age, 1h);
  EXPECT_EQ(config.max_staleness, 1500ms);
  EXPECT_EQ(config.sessions.idle_timeout, 168h);
  EXPECT_EQ(config.sessions.absolute_lifetime, 1440h);
  EXPECT_TRUE(config.latest_access_only);
  EXPECT_EQ(config.sessions.max_per_user, 1);
  EXPECT_EQ(config.sessions.purge_interval, 5s);
  EXPECT_EQ(config.service_secrets.size(), 2U);
  EXPECT_EQ(config.allowed_origins.size(), 3U);
  EXPECT_EQ(config.log.level, sdk::LogLevel::Debug);
  EXPECT_EQ(config.log.format, LogFormat::Json);
}

TEST(Config, SaysWhereAPluginIsNamed) {
  const TemporaryFolder folder;
  const std::string file = folder.write("f.yaml", "\nsigner:\n  plugin: signer-hs256\n");
  sdk::SettingsReport report;
  const Config config = loadConfig(file, report);
  EXPECT_EQ(config.signer.place, file + ":3: signer.plugin");
  EXPECT_EQ(config.base_folder, folder.path());
}

TEST(Config, RefusesBadPorts_C11) {
  for (const char* port : {"65536", "-1", "80a", "8.5", "'80'", "{}", "1e3", "0x50"}) {
    expectProblem("server: {port: " + std::string(port) + "}\n", "server.port",
                  "must be a whole number from 0 to 65535");
  }
}

TEST(Config, RefusesBadAddresses) {
  for (const char* address : {"localhost", "'*'", "127.0.0.1:80", "256.0.0.1", "'[::1]'"}) {
    expectProblem("server: {address: " + std::string(address) + "}\n", "server.address",
                  "must be an IP address");
  }
}

TEST(Config, RefusesBadServerSettings_C14) {
  for (const char* threads : {"0", "-1", "1000000", "many", "true"}) {
    expectProblem("server: {threads: " + std::string(threads) + "}\n", "server.threads",
                  "must be a whole number from 1 to 1024");
  }
  expectProblem("server: {max_head: 1KiB}\n", "server.max_head", "must be from 4KiB to 64KiB");
  expectProblem("server: {max_connections: 0}\n", "server.max_connections",
                "must be a whole number from 1 to 1000000");
  expectProblem("server: {max_requests: 0}\n", "server.max_requests",
                "must be a whole number from 1 to 1000000");
  for (const char* key : {"head_timeout", "body_timeout", "write_timeout", "idle_timeout"}) {
    expectProblem("server: {" + std::string(key) + ": 0s}\n", "server." + std::string(key),
                  "must be from 100ms to");
  }
  expectProblem("server: {max_body: 1B}\n", "server.max_body", "must be from 1KiB to 64KiB");
  expectProblem("server: {max_body: 65KiB}\n", "server.max_body", "must be from 1KiB to 64KiB");
  expectProblem("server: {max_body: 16384}\n", "server.max_body", "must be a size such as");
  expectProblem("server: {request_timeout: 99ms}\n", "server.request_timeout",
                "must be from 100ms to 1m");
  expectProblem("server: {shutdown_timeout: 1h}\n", "server.shutdown_timeout",
                "must be from 100ms to 10m");
  expectProblem("server: {public_url: ftp://x}\n", "server.public_url", "must be a URL");
}

TEST(Config, DurationsHaveUnits_C15) {
  EXPECT_EQ(loadWith("tokens: {access_lifetime: 1h}\n").config.tokens.access_lifetime, 1h);
  for (const char* value : {"3600", "1.5h", "-1h", "1 h", "h", "''", "1H", "1hour", "9999999999d",
                            "99999999999999999999s", "+1h", "1h30m"}) {
    const Loaded loaded = loadWith("tokens: {access_lifetime: " + std::string(value) + "}\n");
    ASSERT_EQ(loaded.report.problems.size(), 1U) << value;
    EXPECT_EQ(loaded.report.problems.front().key, "tokens.access_lifetime");
  }
}

TEST(Config, RefusesLifetimesThatCannotBeMeant_C15) {
  expectProblem("tokens: {access_lifetime: 0s}\n", "tokens.access_lifetime",
                "must be from 1s to 3650d");
  expectProblem("tokens: {refresh_lifetime: 3651d}\n", "tokens.refresh_lifetime",
                "must be from 1s to 3650d");
  expectProblem("tokens: {access_lifetime: 2h, refresh_lifetime: 1h}\n", "tokens.refresh_lifetime",
                "must not be shorter than access_lifetime");
  expectProblem("tokens: {access_lifetime: 1500ms}\n", "tokens.access_lifetime",
                "must be whole seconds");
}

TEST(Config, RefusesLongLeeway_C16) {
  EXPECT_EQ(loadWith("tokens: {leeway: 30s}\n").text(), "");
  expectProblem("tokens: {leeway: 31s}\n", "tokens.leeway", "must be from 0ms to 30s");
}

// A token over 4 KiB would be issued and never accepted; broken text would not be JSON.
TEST(Config, RefusesIssuersAndAudiencesThatNoTokenCanCarry) {
  for (const char* key : {"issuer", "audience"}) {
    const std::string start = "tokens: {" + std::string(key) + ": \"";
    EXPECT_EQ(loadWith(start + std::string(255, 'x') + "\"}\n").text(), "");
    expectProblem(start + std::string(256, 'x') + "\"}\n", "tokens." + std::string(key),
                  "must be at most 255 bytes of UTF-8");
    const Environment broken("TOKEN_SERVICE_TEST_BROKEN", "\xff");
    expectProblem(start + "${TOKEN_SERVICE_TEST_BROKEN}\"}\n", "tokens." + std::string(key),
                  "must be at most 255 bytes of UTF-8");
  }
}

TEST(Config, RefusesBadChoices) {
  expectProblem("access: {validity: newest}\n", "access.validity",
                "must be one of: session, latest");
  expectProblem("refresh: {rotation: maybe}\n", "refresh.rotation", "must be one of: off, on");
  expectProblem("log: {level: trace}\n", "log.level", "must be one of: debug, info");
  expectProblem("log: {format: xml}\n", "log.format", "must be one of: text, json");
  expectProblem("sessions: {max_per_user: 0}\n", "sessions.max_per_user", "from 1 to 1000");
  expectProblem("sessions: {purge_interval: 1ms}\n", "sessions.purge_interval", "must be from");
}

TEST(Config, RefusesBadLimitsOfKeysAndSessions) {
  expectProblem("tokens: {profile: at+jwt}\n", "tokens.profile", "needs tokens.audience");
  expectProblem("refresh: {reuse_grace: 11m}\n", "refresh.reuse_grace", "must be from");
  expectProblem("validation: {max_staleness: 61s}\n", "validation.max_staleness", "must be from");
  expectProblem("validation: {max_staleness: 60001ms}\n", "validation.max_staleness",
                "must be from");
  expectProblem("validation: {max_staleness: -1s}\n", "validation.max_staleness", "");
  expectProblem("validation: {max_staleness: 5}\n", "validation.max_staleness", "");
  expectProblem("validation: {staleness: 5s}\n", "validation.staleness", "");
  expectProblem("key_set: {max_age: 0s}\n", "key_set.max_age", "must be from");
  expectProblem("key_set: {max_age: 25h}\n", "key_set.max_age", "must be from");
  expectProblem("key_set: {max_age: 1500ms}\n", "key_set.max_age", "must be whole seconds");
  expectProblem("sessions: {idle_timeout: 0s}\n", "sessions.idle_timeout", "must be from");
  expectProblem("sessions: {absolute_lifetime: 23h}\n", "sessions.absolute_lifetime",
                "must not be shorter than tokens.refresh_lifetime");
  expectProblem("server: {reload_on_change: maybe}\n", "server.reload_on_change",
                "must be true or false");
}

TEST(Config, RefusesOriginsThatAreNone) {
  for (const char* origin : {"app.example.org", "https://app.example.org/", "https://", "ftp://x",
                             "https://a/b", "null", "http:///"}) {
    const Loaded loaded = loadWith("cors: {allowed_origins: ['" + std::string(origin) + "']}\n");
    EXPECT_EQ(loaded.report.problems.size(), 1U) << origin;
  }
  expectProblem("cors: {allowed_origins: https://x}\n", "cors.allowed_origins", "must be a list");
}

TEST(Config, RefusesUnknownAndMisspeltKeys_C08) {
  expectProblem("serverr: {}\n", "serverr", "is not a known key, did you mean 'server'?");
  expectProblem("server: {prot: 1}\n", "server.prot", "did you mean 'port'?");
  expectProblem("tokens: {acces_lifetime: 1h}\n", "tokens.acces_lifetime",
                "did you mean 'access_lifetime'?");
  expectProblem("nonsense_that_is_like_nothing: 1\n", "nonsense_that_is_like_nothing",
                "is not a known key");
  expectProblem("refresh_signer: null\nlog: {colour: null}\n", "log.colour", "is not a known key");
}

TEST(Config, RefusesWrongKinds) {
  expectProblem("server: 5\n", "server", "must be a map of settings");
  expectProblem("server: []\n", "server", "must be a map of settings");
  expectProblem("log: {level: []}\n", "log.level", "must be a single value");
  expectProblem("tokens: {issuer: ''}\n", "tokens.issuer", "must not be empty");
}

TEST(Config, NeedsSignerStoreAndSecret_C24_C25) {
  const Loaded loaded = load("server: {}\n");
  const std::string text = loaded.text();
  EXPECT_NE(text.find("signer.plugin: is required"), std::string::npos) << text;
  EXPECT_NE(text.find("store.plugin: is required"), std::string::npos);
  EXPECT_NE(text.find("service_secrets: is required"), std::string::npos);
  EXPECT_EQ(loaded.report.problems.size(), 3U);
  EXPECT_NE(load("signer: {plugin: ''}\nstore: {plugin: s}\n" + kSecrets).text(), "");
}

TEST(Config, NeedsAtLeastOneSecret) {
  for (const char* secrets : {"[]", "null", "x", "[x]", "[{}]", "[{name: a}]", "[{secret: a}]",
                              "[{name: a, secret: ''}]"}) {
    EXPECT_NE(load(kPlugins + "service_secrets: " + secrets + "\n").text(), "") << secrets;
  }
}

TEST(Config, SecretsHaveDifferentNames) {
  const Loaded loaded =
      load(kPlugins + "service_secrets:\n- {name: a, secret: x}\n- {name: a, secret: y}\n");
  EXPECT_EQ(loaded.text(),
            "f.yaml:5: service_secrets[1].name: is the name of an earlier secret, too: choose "
            "another");
}

TEST(Config, RefusesWeakSecretsBeyondLoopback_C23) {
  const std::string development = "[{name: a, secret: " + std::string(kDevelopmentSecret) + "}]\n";
  const std::string short_one = "[{name: a, secret: 0123456789abcdef0123456789abcde}]\n";
  for (const char* address : {"0.0.0.0", "'::'", "192.0.2.1", "'2001:db8::1'"}) {
    const std::string start = kPlugins + "server: {address: " + address + "}\nservice_secrets: ";
    EXPECT_NE(load(start + development).text().find("is the development secret"),
              std::string::npos);
    EXPECT_NE(load(start + short_one).text().find("has fewer than 32 bytes"), std::string::npos);
    EXPECT_EQ(load(start + "[{name: a, secret: 0123456789abcdef0123456789abcdef}]\n").text(), "");
  }
  for (const char* address : {"127.0.0.1", "127.9.9.9", "'::1'"}) {
    const std::string start = kPlugins + "server: {address: " + address + "}\nservice_secrets: ";
    EXPECT_EQ(load(start + development).text(), "");
    EXPECT_EQ(load(start + short_one).text(), "");
  }
}

TEST(Config, SaysEverythingAtOnceInTheOrderOfTheFile) {
  const Loaded loaded = load(
      "server:\n"
      "  port: 70000\n"
      "  adress: 127.0.0.1\n"
      "signer: {plugin: signer-hs256}\n"
      "log: {level: loud}\n"
      "service_secrets:\n"
      "- name: a\n"
      "  secret: ${TOKEN_SERVICE_TEST_UNSET}\n");
  EXPECT_EQ(loaded.text(),
            "f.yaml:1: store.plugin: is required\n"
            "f.yaml:2: server.port: must be a whole number from 0 to 65535\n"
            "f.yaml:3: server.adress: is not a known key, did you mean 'address'?\n"
            "f.yaml:5: log.level: must be one of: debug, info, warning, error\n"
            "f.yaml:8: service_secrets[0].secret: the environment variable "
            "TOKEN_SERVICE_TEST_UNSET is not set: set it before the service starts");
}

TEST(Config, NeverPrintsASecret) {
  const std::string secret = "a-canary-that-is-secret";
  const Environment canary("TOKEN_SERVICE_TEST_CANARY", secret);
  const std::string reference = "${TOKEN_SERVICE_TEST_CANARY}";
  const Loaded loaded =
      load("server: {port: '" + reference + "', address: '" + reference + "', max_body: '" +
           reference + "', public_url: '" + reference + "', request_timeout: '" + reference +
           "'}\n"
           "signer: {plugin: s}\nstore: '" +
           reference +
           "'\n"
           "access: {validity: '" +
           reference +
           "'}\n"
           "unknown: '" +
           reference +
           "'\n"
           "cors: {allowed_origins: ['" +
           reference +
           "']}\n"
           "service_secrets: [{name: a, secret: '" +
           reference + "', extra: '" + reference + "'}]\n");
  EXPECT_GE(loaded.report.problems.size(), 8U);
  EXPECT_EQ(loaded.text().find(secret), std::string::npos) << loaded.text();
}

TEST(IsLoopback, IsTrueForThisMachineOnly) {
  for (const char* address : {"127.0.0.1", "127.255.255.254", "::1"}) {
    EXPECT_TRUE(isLoopback(address)) << address;
  }
  for (const char* address :
       {"0.0.0.0", "::", "128.0.0.1", "10.0.0.1", "", "localhost", "::2", "fe80::1"}) {
    EXPECT_FALSE(isLoopback(address)) << address;
  }
}

}  // namespace
}  // namespace token_service::config
