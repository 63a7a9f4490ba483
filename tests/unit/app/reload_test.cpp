#include "app/reload.hpp"

#include "app/named_secrets.hpp"
#include "app/plugin_set.hpp"
#include "captured_log.hpp"
#include "fixed_clock.hpp"
#include "signers/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace token_service::app {
namespace {

using namespace std::chrono_literals;
using host_test::FixedClock;
using host_test::logOf;
using signers_test::TemporaryFolder;

// With a real signer, on a schedule of days.
class ReloadTest : public testing::Test {
 protected:
  ReloadTest() {
    clock_.set(std::chrono::sys_days(std::chrono::year{2026} / 11 / 23) + 12h);
    for (const char* name : {"a", "b"}) {
      folder_.write(name, "a key of 32 bytes and more, named " + std::string(name));
    }
    write("secret_file: a", "[{name: one, secret: first}]");
    sdk::SettingsReport report;
    started_with_ = config::loadConfig(folder_.path("f.yaml"), report);
    report.throwIfAny();
    StartProblems problems;
    auto signers = std::make_shared<const SignerSet>(started_with_, TOKEN_SERVICE_PLUGIN_FOLDER,
                                                     sdk::Mode::Serve, logger_, clock_, problems);
    problems.throwIfAny();
    std::vector<std::string> files = started_with_.files;
    files.insert(files.end(), signers->files().begin(), signers->files().end());
    keys_ = std::make_unique<token::KeySource>(SignerSet::keysOf(std::move(signers)));
    secrets_ = std::make_unique<http::ServiceSecrets>(namedSecrets(started_with_));
    reload_ = std::make_unique<Reload>(started_with_, TOKEN_SERVICE_PLUGIN_FOLDER, files, *keys_,
                                       *secrets_, logger_, clock_);
  }

  void write(const std::string& settings, const std::string& secrets,
             const std::string& more = "") {
    folder_.write("f.yaml", "signer: {plugin: signer-hs256, settings: {" + settings +
                                "}}\nstore: {plugin: store-sqlite, settings: {path: db}}\n"
                                "service_secrets: " +
                                secrets + "\n" + more);
  }

  std::string reloaded() {
    return logOf([&] { reload_->run(); });
  }

  bool accepts(const std::string& secret) const {
    return secrets_->nameOf(secret, http::Operation::Issue).has_value();
  }

  std::vector<std::string> kids() const {
    std::vector<std::string> kids;
    for (const auto& entry : keys_->current()->access.entries()) {
      kids.push_back(entry.key.kid);
    }
    return kids;
  }

  // The keys and secrets of the start are in force, and the log says so in that many lines.
  void expectRefused(const std::string& log, int problems, const std::string& what) {
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), problems) << log;
    EXPECT_TRUE(log.find("error reload refused: the old keys and service secrets stay in force "
                         "problem=") != std::string::npos)
        << log;
    EXPECT_NE(log.find(what), std::string::npos) << log;
    EXPECT_EQ(kids(), first_kids_);
    EXPECT_TRUE(accepts("first"));
    EXPECT_FALSE(accepts("second"));
  }

  void SetUp() override { first_kids_ = kids(); }

  TemporaryFolder folder_;
  FixedClock clock_;
  log::Logger logger_{sdk::LogLevel::Info, log::Format::Text};
  config::Config started_with_;
  std::unique_ptr<token::KeySource> keys_;
  std::unique_ptr<http::ServiceSecrets> secrets_;
  std::unique_ptr<Reload> reload_;
  std::vector<std::string> first_kids_;
};

const std::string kAnnounced =
    "keys: [{secret_file: a}, {secret_file: b, published_from: 2026-11-23T12:00:00Z, "
    "active_from: 2026-11-24T12:00:00Z}]";
const std::string kTooSoon =
    "keys: [{secret_file: a}, {secret_file: b, published_from: 2026-11-24T12:00:00Z, "
    "active_from: 2026-11-24T12:04:59Z}]";
const std::string kSecond = "[{name: two, secret: second}]";

TEST_F(ReloadTest, SwapsKeysAndSecrets) {
  write(kAnnounced, "[{name: one, secret: first}, {name: two, secret: second}]");
  const std::string log = reloaded();
  ASSERT_EQ(kids().size(), 2U) << log;
  EXPECT_EQ(kids().front(), first_kids_.front());
  EXPECT_TRUE(accepts("first"));
  EXPECT_TRUE(accepts("second"));
  EXPECT_NE(log.find("info reloaded keys and service secrets signer_signs=" + kids()[0] +
                     " signer_published=" + kids()[1] + " secrets=one,two\n"),
            std::string::npos)
      << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;

  clock_.advance(24h);
  const std::string later = reloaded();
  EXPECT_NE(later.find("signer_signs=" + kids()[1] + " signer_retired=" + kids()[0] + " "),
            std::string::npos)
      << later;
}

TEST_F(ReloadTest, WarnsOfWhatBreaksTokens) {
  write("secret_file: b", kSecond);
  const std::string log = reloaded();
  EXPECT_NE(log.find("warning a key is gone: tokens that it signed are refused from now on kid=" +
                     first_kids_.front()),
            std::string::npos)
      << log;
  EXPECT_NE(log.find("warning a new key signs before everybody can know it"), std::string::npos);
  EXPECT_FALSE(accepts("first"));
}

TEST_F(ReloadTest, RefusesBothForAScheduleThatCannotBeUsed) {
  write(kTooSoon, kSecond);
  expectRefused(reloaded(), 1, "less than the 300 s after published_from");
}

TEST_F(ReloadTest, RefusesBothForSecretsThatCannotBeUsed) {
  write(kAnnounced, "[{name: two, secret: second}, {name: two, secret: third}]");
  expectRefused(reloaded(), 1, "is the name of an earlier secret");
}

TEST_F(ReloadTest, SaysEveryProblem) {
  write("secret_file: missing", "[{name: 'two three', secret: second}]", "unknown: 1\n");
  expectRefused(reloaded(), 3, "signer.settings.secret_file: there is no such file");
}

TEST_F(ReloadTest, RefusesAFileThatIsNoYamlOrNotThere) {
  folder_.write("f.yaml", "signer: {plugin: signer-hs256, settings: {secret_fi");
  expectRefused(reloaded(), 1, "is not valid YAML");
  std::filesystem::remove(folder_.path("f.yaml"));
  expectRefused(reloaded(), 1, "there is no such file");
}

TEST_F(ReloadTest, RefusesOtherPlugins) {
  folder_.write("f.yaml",
                "signer: {plugin: signer-rs256, settings: {private_key_file: c, create_missing: "
                "true}}\nstore: {plugin: store-sqlite, settings: {path: db}}\n"
                "service_secrets: " +
                    kSecond + "\n");
  expectRefused(reloaded(), 1, "plugins change with a restart only");
  EXPECT_FALSE(std::filesystem::exists(folder_.path("c"))) << "no code of it ran";
}

TEST_F(ReloadTest, OtherSectionsWaitForARestart) {
  write("secret_file: a", kSecond, "tokens: {access_lifetime: 20h}\nkey_set: {max_age: 1s}\n");
  const std::string log = reloaded();
  EXPECT_TRUE(accepts("second"));
  for (const char* section : {"tokens", "key_set"}) {
    EXPECT_NE(log.find("warning changed in the configuration, needs a restart section=" +
                       std::string(section) + "\n"),
              std::string::npos)
        << log;
  }
  write(kTooSoon, kSecond, "key_set: {max_age: 1s}\n");
  EXPECT_NE(reloaded().find("less than the 300 s"), std::string::npos)
      << "what others were told is in force";
}

TEST_F(ReloadTest, MakesMissingKeysAsAStartDoes) {
  write("secret_file: made, create_missing: true", kSecond);
  reloaded();
  EXPECT_TRUE(std::filesystem::exists(folder_.path("made")));
  EXPECT_NE(kids(), first_kids_);
}

TEST_F(ReloadTest, MakesNoKeyForAConfigurationThatItRefuses) {
  write("secret_file: made, create_missing: true", "[]");
  expectRefused(reloaded(), 1, "name at least one secret");
  EXPECT_FALSE(std::filesystem::exists(folder_.path("made")));
}

TEST_F(ReloadTest, MakesNoKeyInThePlaceOfOneThatIsInForce) {
  write("secret_file: made, create_missing: true", "[{name: one, secret: first}]");
  reloaded();
  first_kids_ = kids();
  std::filesystem::remove(folder_.path("made"));
  write("secret_file: made, create_missing: true", kSecond);
  expectRefused(reloaded(), 1, "made is gone, and what it held is in force: put it back");
  EXPECT_FALSE(std::filesystem::exists(folder_.path("made")));

  write("secret_file: another, create_missing: true", kSecond);
  reloaded();
  EXPECT_NE(kids(), first_kids_) << "it is not named any more";
  EXPECT_TRUE(accepts("second"));
}

TEST_F(ReloadTest, OldKeysLiveAsLongAsACallHoldsThem) {
  std::shared_ptr<const token::KeyRings> held = keys_->current();
  const std::weak_ptr<const token::KeyRings> watch = held;
  write("secret_file: b", kSecond);
  reloaded();
  const token::KeyRing::Entry& entry = held->access.signing(clock_.now());
  EXPECT_EQ(entry.key.kid, first_kids_.front());
  EXPECT_EQ(token::KeyRing::sign(entry, "bytes", host_test::soon()).size(), 32U);
  held.reset();
  EXPECT_TRUE(watch.expired());
}

TEST_F(ReloadTest, NamesTheFilesThatDecideTheNextOne) {
  const auto watches = [&](const std::string& name) {
    const std::vector<std::string>& files = reload_->files();
    return std::find(files.begin(), files.end(), folder_.path(name)) != files.end();
  };
  EXPECT_TRUE(watches("f.yaml"));
  EXPECT_TRUE(watches("a"));
  folder_.write("secret", "from a file");
  write("secret_file: b", "[{name: one, secret: '${file:secret}'}]");
  reloaded();
  EXPECT_TRUE(watches("f.yaml") && watches("b") && watches("secret"));
  EXPECT_FALSE(watches("a"));
  EXPECT_FALSE(watches("db")) << "the store's files change all the time";

  write("secret_file: missing", "[{name: one, secret: '${file:secret}'}]");
  reloaded();
  EXPECT_TRUE(watches("missing")) << "when it comes, all may be well";
  EXPECT_TRUE(watches("b") && watches("f.yaml"));
  const std::size_t count = reload_->files().size();
  reloaded();
  EXPECT_EQ(reload_->files().size(), count) << "refusals do not pile up";
}

}  // namespace
}  // namespace token_service::app
