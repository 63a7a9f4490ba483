#include "config/listeners.hpp"

#include "config/config.hpp"
#include "signers/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace token_service::config {
namespace {

using signers_test::TemporaryFolder;

struct Loaded {
  Config config;
  sdk::SettingsReport report;
};

Loaded load(const std::string& content, const std::string& secret = std::string(32, 's')) {
  const TemporaryFolder folder;
  Loaded loaded;
  loaded.config = loadConfig(folder.write("f.yaml",
                                          "signer: {plugin: signer-hs256}\n"
                                          "store: {plugin: store-sqlite}\n"
                                          "service_secrets: [{name: one, secret: " +
                                              secret + "}]\n" + content),
                             loaded.report);
  return loaded;
}

void expectGood(const std::string& content, ServedOn sessions) {
  const Loaded loaded = load(content);
  EXPECT_TRUE(loaded.report.problems.empty()) << content << loaded.report.problems.front().what;
  EXPECT_EQ(loaded.config.endpoints.sessions, sessions) << content;
}

void expectProblem(const std::string& content, const std::string& key, const std::string& what) {
  const Loaded loaded = load(content);
  ASSERT_EQ(loaded.report.problems.size(), 1U) << content;
  EXPECT_EQ(loaded.report.problems.front().key, key);
  EXPECT_NE(loaded.report.problems.front().what.find(what), std::string::npos)
      << loaded.report.problems.front().what;
}

TEST(Admin, IsThereIfItIsConfigured) {
  EXPECT_FALSE(load("").config.server.admin);
  EXPECT_FALSE(load("server: {admin: null}\n").config.server.admin);
  const Loaded loaded = load("server: {admin: {address: '::1', port: 9000}}\n");
  EXPECT_TRUE(loaded.report.problems.empty());
  ASSERT_TRUE(loaded.config.server.admin);
  EXPECT_EQ(loaded.config.server.admin->address, "::1");
  EXPECT_EQ(loaded.config.server.admin->port, 9000);
  EXPECT_EQ(load("server: {admin: {port: 1}}\n").config.server.admin->address, "127.0.0.1");
}

TEST(Admin, RefusesWhatIsNoPlaceToListen_C11) {
  for (const char* port : {"65536", "-1", "x", "1.5"}) {
    expectProblem("server: {admin: {port: " + std::string(port) + "}}\n", "server.admin.port",
                  "must be a whole number from 0 to 65535");
  }
  expectProblem("server: {admin: {}}\n", "server.admin.port", "is required");
  expectProblem("server: {admin: {address: localhost, port: 1}}\n", "server.admin.address",
                "must be an IP address");
  expectProblem("server: {admin: {port: 1, threads: 2}}\n", "server.admin.threads",
                "is not a known key");
}

TEST(Admin, HasAPortOfItsOwn) {
  const std::string both = "port: 8000, admin: {port: 8000";
  expectProblem("server: {" + both + "}}\n", "server.admin.port", "is server.port, too");
  expectProblem("server: {address: 0.0.0.0, " + both + "}}\n", "server.admin.port",
                "is server.port, too");
  expectProblem("server: {" + both + ", address: '::'}}\n", "server.admin.port",
                "is server.port, too");
  expectGood("server: {" + both + ", address: 127.0.0.2}}\n", ServedOn::Admin);
  expectGood("server: {port: 0, admin: {port: 0}}\n", ServedOn::Admin);
}

TEST(Endpoints, AreWhereTheWorldIsNotByDefault) {
  expectGood("", ServedOn::Main);
  expectGood("server: {address: '::1'}\n", ServedOn::Main);
  expectGood("server: {address: 0.0.0.0}\n", ServedOn::Off);
  expectGood("server: {address: 0.0.0.0, admin: {port: 1}}\n", ServedOn::Admin);
  expectGood("server: {admin: {port: 1}}\n", ServedOn::Admin);
}

TEST(Endpoints, CanBeMovedOrTurnedOff) {
  expectGood("endpoints: {sessions: off}\n", ServedOn::Off);
  expectGood("endpoints: {sessions: main}\nserver: {admin: {port: 1}}\n", ServedOn::Main);
  expectGood("endpoints: {sessions: off}\nserver: {admin: {port: 1}}\n", ServedOn::Off);
  expectGood("endpoints: {sessions: admin}\nserver: {address: 0.0.0.0, admin: {port: 1}}\n",
             ServedOn::Admin);
}

TEST(Endpoints, AreNeverShownToTheWorld) {
  expectProblem("endpoints: {sessions: main}\nserver: {address: 0.0.0.0}\n", "endpoints.sessions",
                "must be admin or off unless server.address is a loopback one");
  expectProblem("endpoints: {sessions: main}\nserver: {address: '::', admin: {port: 1}}\n",
                "endpoints.sessions", "must be admin or off");
  expectProblem("endpoints: {sessions: admin}\n", "endpoints.sessions",
                "admin needs a server.admin");
  expectProblem("endpoints: {sessions: both}\n", "endpoints.sessions",
                "must be one of: main, admin, off");
  expectProblem("endpoints: {session: off}\n", "endpoints.session", "did you mean 'sessions'?");
}

// The secret is all that protects what is served there.
TEST(Admin, RefusesWeakSecretsBeyondLoopback_C23) {
  EXPECT_TRUE(load("server: {admin: {port: 1}}\n", "weak").report.problems.empty());
  const Loaded loaded = load("server: {admin: {address: 10.0.0.1, port: 1}}\n", "weak");
  ASSERT_EQ(loaded.report.problems.size(), 1U);
  EXPECT_EQ(loaded.report.problems.front().key, "service_secrets[0].secret");
}

TEST(OnlyLoopback, LooksAtBothListeners) {
  EXPECT_TRUE(onlyLoopback(load("").config.server));
  EXPECT_TRUE(onlyLoopback(load("server: {admin: {port: 1}}\n").config.server));
  EXPECT_FALSE(onlyLoopback(load("server: {admin: {address: 0.0.0.0, port: 1}}\n").config.server));
  EXPECT_FALSE(onlyLoopback(load("server: {address: 0.0.0.0, admin: {port: 1}}\n").config.server));
}

}  // namespace
}  // namespace token_service::config
