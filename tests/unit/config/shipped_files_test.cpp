#include "config/config.hpp"
#include "config/yaml_tree.hpp"
#include "environment.hpp"
#include "signers/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

namespace token_service::config {
namespace {

using host_test::Environment;
using signers_test::TemporaryFolder;

const std::filesystem::path kFolder = TOKEN_SERVICE_CONFIG_FOLDER;
const std::string kStrongSecret(32, 's');

std::string problemsOf(const std::string& file) {
  sdk::SettingsReport report;
  loadConfig(file, report);
  try {
    report.throwIfAny();
  } catch (const sdk::Error& error) {
    return error.what();
  }
  return "";
}

std::string shipped(const char* name) { return (kFolder / name).string(); }

TEST(ShippedFiles, LocalNeedsNothing) { EXPECT_EQ(problemsOf(shipped("local.yaml")), ""); }

TEST(ShippedFiles, ReferenceNeedsTheSecret) {
  EXPECT_NE(problemsOf(shipped("reference.yaml")).find("SERVICE_SECRET is not set"),
            std::string::npos);
  const Environment secret("SERVICE_SECRET", kStrongSecret);
  EXPECT_EQ(problemsOf(shipped("reference.yaml")), "");
}

TEST(ShippedFiles, ProductionRefusesWeakSecrets_C23) {
  for (const std::string& weak : {std::string(kDevelopmentSecret), kStrongSecret.substr(1)}) {
    const Environment secret("SERVICE_SECRET", weak);
    const Environment host("TOKEN_SERVICE_DB_HOST", "db");
    const Environment user("TOKEN_SERVICE_DB_USER", "user");
    const Environment password("TOKEN_SERVICE_DB_PASSWORD", "password");
    const Environment sslmode("TOKEN_SERVICE_DB_SSLMODE", "verify-full");
    const std::string problems = problemsOf(shipped("production.yaml"));
    EXPECT_NE(problems.find("service_secrets[0].secret: "), std::string::npos) << problems;
    EXPECT_EQ(problems.find('\n'), std::string::npos) << problems;
    EXPECT_EQ(problems.find(weak), std::string::npos);
  }
}

TEST(ShippedFiles, ProductionSaysEveryMissingVariableAtOnce) {
  const std::string problems = problemsOf(shipped("production.yaml"));
  for (const char* name : {"SERVICE_SECRET", "TOKEN_SERVICE_DB_HOST", "TOKEN_SERVICE_DB_USER",
                           "TOKEN_SERVICE_DB_PASSWORD", "TOKEN_SERVICE_DB_SSLMODE"}) {
    EXPECT_NE(problems.find(std::string(name) + " is not set"), std::string::npos) << problems;
  }
}

TEST(ShippedFiles, ProductionLoadsWhenAllIsSet) {
  const Environment secret("SERVICE_SECRET", kStrongSecret);
  const Environment host("TOKEN_SERVICE_DB_HOST", "db");
  const Environment user("TOKEN_SERVICE_DB_USER", "user");
  const Environment password("TOKEN_SERVICE_DB_PASSWORD", "password");
  const Environment sslmode("TOKEN_SERVICE_DB_SSLMODE", "verify-full");
  EXPECT_EQ(problemsOf(shipped("production.yaml")), "");
}

// What stands between the plugins' own settings and ours.
bool isPluginSetting(const std::string& path) {
  return path.find(".settings.") != std::string::npos;
}

void collectKeys(const sdk::SettingNode& node, const std::string& path,
                 std::set<std::string>& keys) {
  for (const sdk::SettingNode& child : node.children) {
    const std::string name = node.kind == sdk::SettingNode::Kind::Map ? child.key : "[]";
    const std::string child_path = path.empty() ? name : path + "." + name;
    if (name != "[]" && !isPluginSetting(child_path)) {
      keys.insert(child_path);
    }
    collectKeys(child, child_path, keys);
  }
}

// An unknown key per map makes the report name every key that the code asks that map for, once the
// unknown one is like none of them.
std::set<std::string> keysOfTheCode(const std::set<std::string>& documented) {
  std::set<std::string> maps = {""};
  for (const std::string& key : documented) {
    for (std::size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', dot + 1)) {
      maps.insert(key.substr(0, dot));
    }
  }
  std::set<std::string> keys;
  for (const std::string& map : maps) {
    if (map.ends_with(".settings") || map.ends_with(".[]")) {
      continue;
    }
    const TemporaryFolder folder;
    const bool list = map == "service_secrets";
    const std::string unknown = "'@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@': 1";
    const std::string content = map.empty() ? unknown
                                : list      ? map + ": [{" + unknown + "}]"
                                            : map + ": {" + unknown + "}";
    sdk::SettingsReport report;
    loadConfig(folder.write("f.yaml", content + "\n"), report);
    for (const sdk::SettingProblem& problem : report.problems) {
      const std::string start = "is not a known key, the keys here are: ";
      if (!problem.what.starts_with(start)) {
        continue;
      }
      std::string list_text = problem.what.substr(start.size()) + ", ";
      for (std::size_t comma; (comma = list_text.find(", ")) != std::string::npos;) {
        const std::string prefix = map.empty() ? "" : list ? map + ".[]." : map + ".";
        keys.insert(prefix + list_text.substr(0, comma));
        list_text.erase(0, comma + 2);
      }
    }
  }
  return keys;
}

TEST(ShippedFiles, ReferenceNamesTheKeysOfTheCodeAndNoOthers) {
  std::set<std::string> documented;
  collectKeys(readYamlFile(shipped("reference.yaml")), "", documented);
  EXPECT_EQ(documented, keysOfTheCode(documented));
}

bool same(const Server& a, const Server& b) {
  return a.address == b.address && a.port == b.port && a.public_url == b.public_url &&
         a.threads == b.threads && a.max_connections == b.max_connections &&
         a.max_requests == b.max_requests && a.max_head == b.max_head && a.max_body == b.max_body &&
         a.head_timeout == b.head_timeout && a.body_timeout == b.body_timeout &&
         a.write_timeout == b.write_timeout && a.idle_timeout == b.idle_timeout &&
         a.request_timeout == b.request_timeout && a.shutdown_timeout == b.shutdown_timeout &&
         a.reload_on_change == b.reload_on_change;
}

TEST(ShippedFiles, ReferenceHoldsTheDefaultsOfTheCode) {
  const Environment secret("SERVICE_SECRET", kStrongSecret);
  sdk::SettingsReport report;
  const Config reference = loadConfig(shipped("reference.yaml"), report);
  const TemporaryFolder folder;
  const Config code = loadConfig(folder.write("f.yaml", "{}\n"), report);
  EXPECT_TRUE(same(reference.server, code.server));
  EXPECT_FALSE(reference.server.admin);
  EXPECT_FALSE(code.server.admin);
  EXPECT_EQ(reference.endpoints.sessions, code.endpoints.sessions);
  EXPECT_FALSE(reference.refresh_signer);
  EXPECT_FALSE(code.refresh_signer);
  EXPECT_EQ(reference.signer.sha256, code.signer.sha256);
  EXPECT_EQ(reference.store.sha256, code.store.sha256);
  EXPECT_EQ(reference.tokens.issuer, code.tokens.issuer);
  EXPECT_EQ(reference.tokens.audience, code.tokens.audience);
  EXPECT_EQ(reference.tokens.access_lifetime, code.tokens.access_lifetime);
  EXPECT_EQ(reference.tokens.refresh_lifetime, code.tokens.refresh_lifetime);
  EXPECT_EQ(reference.tokens.leeway, code.tokens.leeway);
  EXPECT_EQ(reference.tokens.at_jwt, code.tokens.at_jwt);
  EXPECT_EQ(reference.latest_access_only, code.latest_access_only);
  EXPECT_EQ(reference.refresh.rotation, code.refresh.rotation);
  EXPECT_EQ(reference.refresh.reuse_grace, code.refresh.reuse_grace);
  EXPECT_EQ(reference.key_set_max_age, code.key_set_max_age);
  EXPECT_EQ(reference.max_staleness, code.max_staleness);
  EXPECT_EQ(reference.sessions.idle_timeout, code.sessions.idle_timeout);
  EXPECT_EQ(reference.sessions.absolute_lifetime, code.sessions.absolute_lifetime);
  EXPECT_EQ(reference.sessions.max_per_user, code.sessions.max_per_user);
  EXPECT_EQ(reference.sessions.purge_interval, code.sessions.purge_interval);
  EXPECT_EQ(reference.allowed_origins, code.allowed_origins);
  EXPECT_EQ(reference.log.level, code.log.level);
  EXPECT_EQ(reference.log.format, code.log.format);
}

}  // namespace
}  // namespace token_service::config
