#include "http/service_secrets.hpp"

#include <gtest/gtest.h>

namespace token_service::http {
namespace {

const std::set<Operation> kAll{Operation::Issue, Operation::Validate, Operation::Invalidate,
                               Operation::Introspect, Operation::Sessions};

TEST(ServiceSecrets, AcceptsEachOfThemAndNothingElse) {
  const ServiceSecrets secrets({{"one", "first secret", kAll}, {"two", "second secret", kAll}});
  EXPECT_EQ(secrets.nameOf("first secret", Operation::Issue), "one");
  EXPECT_EQ(secrets.nameOf("second secret", Operation::Issue), "two");
  for (const char* other : {"", "first", "first secre", "first secret ", " first secret",
                            "First secret", "first secretsecond secret", "third", "one"}) {
    EXPECT_FALSE(secrets.nameOf(other, Operation::Issue)) << other;
  }
  EXPECT_FALSE(secrets.nameOf(std::string("first secret\0", 13), Operation::Issue));
  EXPECT_FALSE(secrets.nameOf(std::nullopt, Operation::Issue));
  EXPECT_FALSE(ServiceSecrets({}).nameOf("", Operation::Issue));
  EXPECT_FALSE(ServiceSecrets({}).nameOf(std::nullopt, Operation::Issue));
}

TEST(ServiceSecrets, ASecretIsGoodForWhatItIsAllowed) {
  const ServiceSecrets secrets(
      {{"game", "game secret", {Operation::Validate}}, {"all", "all secret", kAll}});
  for (const Operation operation : kAll) {
    const bool allowed = operation == Operation::Validate;
    EXPECT_EQ(secrets.nameOf("game secret", operation).has_value(), allowed);
    EXPECT_EQ(secrets.accepts("game", "game secret", operation), allowed);
    EXPECT_TRUE(secrets.nameOf("all secret", operation));
  }
}

TEST(ServiceSecrets, ByNameOnlyThatNamesSecretCounts) {
  const ServiceSecrets secrets({{"one", "first secret", kAll}, {"two", "second secret", kAll}});
  EXPECT_TRUE(secrets.accepts("one", "first secret", Operation::Introspect));
  for (const auto& [name, secret] : {std::pair("one", "second secret"),
                                     {"two", "first secret"},
                                     {"", "first secret"},
                                     {"One", "first secret"},
                                     {"one", ""},
                                     {"one", "first secret "}}) {
    EXPECT_FALSE(secrets.accepts(name, secret, Operation::Introspect)) << name << ":" << secret;
  }
}

TEST(ServiceSecrets, AReloadReplacesAllOfThem) {
  ServiceSecrets secrets({{"one", "old secret", kAll}});
  secrets.replace({{"one", "new secret", kAll}, {"two", "other secret", kAll}});
  EXPECT_FALSE(secrets.nameOf("old secret", Operation::Issue));
  EXPECT_EQ(secrets.nameOf("new secret", Operation::Issue), "one");
  EXPECT_EQ(secrets.nameOf("other secret", Operation::Issue), "two");
}

}  // namespace
}  // namespace token_service::http
