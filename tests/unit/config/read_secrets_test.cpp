#include "config/config.hpp"
#include "environment.hpp"
#include "signers/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace token_service::config {
namespace {

using host_test::Environment;
using signers_test::TemporaryFolder;

class ServiceSecrets : public testing::Test {
 protected:
  // Reads a configuration with these secrets, in YAML's one-line form; gives what is wrong.
  std::string read(const std::string& secrets) {
    sdk::SettingsReport report;
    config_ = loadConfig(folder_.write("f.yaml",
                                       "signer: {plugin: s}\nstore: {plugin: s}\n"
                                       "service_secrets: " +
                                           secrets + "\n"),
                         report);
    std::string text;
    for (const sdk::SettingProblem& problem : report.problems) {
      text.append(text.empty() ? "" : "\n").append(problem.key + " " + problem.what);
    }
    return text;
  }

  std::vector<Operation> allowed(const std::string& allow) {
    EXPECT_EQ(read("[{name: a, secret: x, allow: " + allow + "}]"), "");
    return config_.service_secrets.front().allow;
  }

  TemporaryFolder folder_;
  Config config_;
};

const std::vector<Operation> kAll = {Operation::Issue, Operation::Validate, Operation::Invalidate,
                                     Operation::Introspect, Operation::Sessions};

TEST_F(ServiceSecrets, AreGoodForEverythingByDefault) {
  EXPECT_EQ(read("[{name: a, secret: x}]"), "");
  EXPECT_EQ(config_.service_secrets.front().allow, kAll);
  EXPECT_EQ(allowed("null"), kAll);
}

TEST_F(ServiceSecrets, AreGoodForWhatIsAllowed) {
  EXPECT_EQ(allowed("[issue, validate, invalidate, introspect, sessions]"), kAll);
  EXPECT_EQ(allowed("[validate]"), std::vector{Operation::Validate});
  EXPECT_EQ(allowed("[sessions, issue]"), (std::vector{Operation::Sessions, Operation::Issue}));
}

TEST_F(ServiceSecrets, RefuseAListThatMakesNoSense) {
  const auto problem = [&](const std::string& allow) {
    return read("[{name: a, secret: x, allow: " + allow + "}]");
  };
  const std::string key = "service_secrets[0].allow ";
  const std::string unknown =
      key + "must hold words of: issue, validate, invalidate, introspect, sessions";
  EXPECT_EQ(problem("[]"),
            key + "is empty: leave it out to allow everything, or remove the secret");
  EXPECT_EQ(problem("[refresh]"), unknown);
  EXPECT_EQ(problem("[Issue]"), unknown);
  EXPECT_EQ(problem("[issue, validate, issue]"),
            key + "holds 'issue' twice: remove one of the two");
  EXPECT_EQ(problem("issue"), key + "must be a list");
}

TEST_F(ServiceSecrets, HaveNamesThatFitALineAndAUrl) {
  const auto problem = [&](const std::string& name) {
    return read("[{name: '" + name + "', secret: x}]");
  };
  for (const std::string& good : {std::string("a"), std::string("user-service_2026.11"),
                                  std::string("A-Z.0-9"), std::string(64, 'n')}) {
    EXPECT_EQ(problem(good), "") << good;
  }
  for (const std::string& bad :
       {std::string(65, 'n'), std::string("a b"), std::string("a:b"), std::string("a/b"),
        std::string("a,b"), std::string("\xc3\xa9"), std::string("%41")}) {
    EXPECT_EQ(problem(bad),
              "service_secrets[0].name must be at most 64 characters of A-Z a-z 0-9 . _ -")
        << bad;
  }
}

TEST_F(ServiceSecrets, AreDifferent) {
  EXPECT_EQ(read("[{name: a, secret: same}, {name: b, secret: other}, {name: c, secret: same}]"),
            "service_secrets[2].secret is the value of an earlier secret, too: give each name a "
            "secret of its own");
}

TEST_F(ServiceSecrets, ThatTheEnvironmentLacksAreOneProblemEach) {
  EXPECT_EQ(read("[{name: a, secret: '${TOKEN_SERVICE_TEST_UNSET}'}, "
                 "{name: b, secret: '${TOKEN_SERVICE_TEST_UNSET}'}]"),
            "service_secrets[0].secret the environment variable TOKEN_SERVICE_TEST_UNSET is not "
            "set: set it before the service starts\n"
            "service_secrets[1].secret the environment variable TOKEN_SERVICE_TEST_UNSET is not "
            "set: set it before the service starts");
}

TEST_F(ServiceSecrets, NameTheFilesToWatch) {
  folder_.write("one", "first");
  read("[{name: a, secret: '${file:one}'}, {name: b, secret: '${file:missing}'}]");
  EXPECT_EQ(config_.files,
            (std::vector{folder_.path("one"), folder_.path("missing"), folder_.path("f.yaml")}));
}

}  // namespace
}  // namespace token_service::config
