#include "options.hpp"

#include <gtest/gtest.h>

namespace token_service::history {
namespace {

TEST(OptionsTest, takesAShareOfTheOperations) {
  EXPECT_EQ(parseOptions({"--operations", "1000", "--share", "2"}).operations, 500U);
  EXPECT_EQ(parseOptions({"--operations", "1", "--share", "2"}).operations, 1U);
}

TEST(OptionsTest, haveOneHostWithSqlite) {
  EXPECT_EQ(parseOptions({}).hosts, 3);
  EXPECT_EQ(parseOptions({"--store", "sqlite"}).hosts, 1);
  EXPECT_THROW(parseOptions({"--store", "sqlite", "--hosts", "2"}), UsageError);
}

TEST(OptionsTest, refuseWhatTheyDoNotKnow) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--operation", "1"},
                                                    {"--operations"},
                                                    {"--operations", "0"},
                                                    {"--operations", "1k"},
                                                    {"--operations", "-1"},
                                                    {"--rotation", "yes"},
                                                    {"--expect", "anything"},
                                                    {"operations"}}) {
    EXPECT_THROW(parseOptions(arguments), UsageError) << arguments.front();
  }
}

TEST(OptionsTest, takeRulesByName) {
  EXPECT_EQ(parseOptions({"--expect", "forked"}).expected, Rule::Forked);
}

}  // namespace
}  // namespace token_service::history
