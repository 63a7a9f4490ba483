#include "app/config_changes.hpp"

#include "signers/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace token_service::app {
namespace {

using signers_test::TemporaryFolder;

const std::string kSigner = "signer: {plugin: one, settings: {secret_file: a}}\n";
const std::string kStore = "store: {plugin: two, settings: {path: p}}\n";
const std::string kSecrets = "service_secrets: [{name: a, secret: x}]\n";
const std::string kPlain = kSigner + kStore + kSecrets;
const std::string kRefreshSigner = "refresh_signer: {plugin: one}\n";

config::Config read(const std::string& content) {
  const TemporaryFolder folder;
  sdk::SettingsReport report;
  return config::loadConfig(folder.write("f.yaml", content), report);
}

using Texts = std::vector<std::string>;

Texts refused(const std::string& before, const std::string& after) {
  Texts texts = refusedChanges(read(before), read(after));
  for (std::string& text : texts) {
    text.erase(0, text.find("f.yaml:") == std::string::npos ? 0 : text.find("f.yaml:"));
  }
  return texts;
}

Texts forRestart(const std::string& before, const std::string& after) {
  return sectionsForRestart(read(before), read(after));
}

TEST(RefusedChanges, AreNoneWhereThePluginsAreTheSame) {
  EXPECT_EQ(refused(kPlain, kPlain), Texts{});
  EXPECT_EQ(refused(kPlain, "signer: {plugin: one, settings: {other: b}}\n" + kStore +
                                "service_secrets: [{name: b, secret: y}]\nserver: {port: 1}\n"),
            Texts{});
}

TEST(RefusedChanges, AreThoseOfPlugins) {
  EXPECT_EQ(refused(kPlain, "signer: {plugin: other}\n" + kStore + kSecrets),
            Texts{"f.yaml:1: signer.plugin: was one at start: plugins change with a restart only"});
  EXPECT_EQ(refused(kPlain, kSigner + "store: {plugin: other}\n" + kSecrets),
            Texts{"f.yaml:2: store.plugin: was two at start: plugins change with a restart only"});
  EXPECT_EQ(refused(kPlain, "signer: {plugin: one, sha256: abc}\n" + kStore + kSecrets),
            Texts{"signer.sha256 is not what it was at start: plugins change with a restart only"});
  EXPECT_EQ(refused(kPlain, kPlain + kRefreshSigner),
            Texts{"refresh_signer was added since the start: that needs a restart"});
  EXPECT_EQ(refused(kPlain + kRefreshSigner, kPlain),
            Texts{"refresh_signer was removed since the start: that needs a restart"});
  EXPECT_EQ(refused(kPlain + kRefreshSigner, kPlain + "refresh_signer: {plugin: other}\n"),
            Texts{"f.yaml:4: refresh_signer.plugin: was one at start: plugins change with a "
                  "restart only"});
}

TEST(RefusedChanges, ANameThatIsMissingIsAnotherProblem) {
  EXPECT_EQ(refused(kPlain, "signer: {}\n" + kStore + kSecrets), Texts{});
}

// The service goes on listening where it did, where a weak secret must not pass.
TEST(RefusedChanges, ABetterAddressThanTheOneInForce) {
  const std::string open = kPlain + "server: {address: 0.0.0.0}\n";
  EXPECT_EQ(refused(open, kPlain).size(), 1U);
  EXPECT_EQ(refused(kPlain, open), Texts{});
  const std::string open_admin = kPlain + "server: {admin: {address: 0.0.0.0, port: 1}}\n";
  EXPECT_EQ(refused(open_admin, kPlain).size(), 1U);
  EXPECT_EQ(refused(open, open_admin), Texts{});
}

TEST(SectionsForRestart, AreThoseThatSaySomethingElse) {
  EXPECT_EQ(forRestart(kPlain, kPlain), Texts{});
  EXPECT_EQ(forRestart(kPlain + "server: {port: 1}\n", kPlain + "server: {port: 2}\n"),
            Texts{"server"});
  EXPECT_EQ(forRestart(kPlain, kPlain + "log: {level: debug}\ntokens: {issuer: me}\n"),
            (Texts{"log", "tokens"}));
  EXPECT_EQ(forRestart(kPlain + "cors: {allowed_origins: ['*']}\n", kPlain), Texts{"cors"});
  EXPECT_EQ(forRestart(kPlain + "cors: {allowed_origins: ['https://a', 'https://b']}\n",
                       kPlain + "cors: {allowed_origins: ['https://b', 'https://a']}\n"),
            Texts{"cors"});
  EXPECT_EQ(forRestart(kPlain, kSigner + "store: {plugin: two, settings: {path: q}}\n" + kSecrets),
            Texts{"store"});
}

TEST(SectionsForRestart, KeysAndSecretsAreNotAmongThem) {
  EXPECT_EQ(forRestart(kPlain, "signer: {plugin: one, settings: {secret_file: b}}\n" + kStore +
                                   "service_secrets: [{name: b, secret: y}]\n"),
            Texts{});
}

TEST(SectionsForRestart, TheWayItIsWrittenIsNoChange) {
  EXPECT_EQ(forRestart("# a comment\n" + kPlain + "server: {port: 1, threads: 2}\n",
                       kSecrets + kStore + kSigner +
                           "server:\n  threads: 2\n  port: 1\n  public_url: null\n"),
            Texts{});
}

}  // namespace
}  // namespace token_service::app
