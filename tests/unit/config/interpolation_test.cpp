#include "config/interpolation.hpp"

#include "config/yaml_tree.hpp"
#include "environment.hpp"
#include "signers/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace token_service::config {
namespace {

using host_test::Environment;
using sdk::SettingNode;
using signers_test::TemporaryFolder;
using Kind = SettingNode::Kind;

class InterpolationTest : public testing::Test {
 protected:
  // The value of `key: TEXT`, with the text in single quotes.
  const SettingNode& value(const std::string& text) {
    tree_ = parseYaml("\nkey: '" + text + "'\n", "f.yaml");
    report_ = {};
    interpolate(tree_, report_, folder_.path());
    return tree_.children.front();
  }

  void expectProblem(const std::string& text, const std::string& what,
                     sdk::ErrorCode code = sdk::ErrorCode::InvalidConfig) {
    const SettingNode& node = value(text);
    EXPECT_EQ(node.kind, Kind::Null);
    EXPECT_TRUE(node.refused);
    ASSERT_EQ(report_.problems.size(), 1U) << text;
    EXPECT_NE(report_.problems.front().what.find(what), std::string::npos)
        << report_.problems.front().what;
    EXPECT_EQ(report_.problems.front().code, code);
    EXPECT_EQ(report_.problems.front().line, 2U);
    EXPECT_EQ(report_.problems.front().key, "key");
  }

  TemporaryFolder folder_;
  SettingNode tree_;
  sdk::SettingsReport report_;
  Environment set_{"TOKEN_SERVICE_TEST_SET", "the value"};
  Environment empty_{"TOKEN_SERVICE_TEST_EMPTY", ""};
};

TEST_F(InterpolationTest, ReplacesEnvironmentVariables) {
  EXPECT_EQ(value("${TOKEN_SERVICE_TEST_SET}").text, "the value");
  EXPECT_EQ(value("<${TOKEN_SERVICE_TEST_SET}|${TOKEN_SERVICE_TEST_SET}>").text,
            "<the value|the value>");
  EXPECT_TRUE(tree_.children.front().secret);
  EXPECT_TRUE(report_.problems.empty());
}

TEST_F(InterpolationTest, ReplacesEveryWhereInTheTree) {
  tree_ = parseYaml("a:\n  b: [x, '${TOKEN_SERVICE_TEST_SET}']\n  c: plain\n", "f.yaml");
  interpolate(tree_, report_, folder_.path());
  const SettingNode& a = tree_.children.front();
  EXPECT_EQ(a.children[0].children[1].text, "the value");
  EXPECT_TRUE(a.children[0].children[1].secret);
  EXPECT_FALSE(a.children[1].secret);
}

TEST_F(InterpolationTest, NamesThePathOfWhatItCannotReplace) {
  tree_ = parseYaml("a:\n  b:\n  - x: '${TOKEN_SERVICE_TEST_UNSET}'\n", "f.yaml");
  interpolate(tree_, report_, folder_.path());
  ASSERT_EQ(report_.problems.size(), 1U);
  EXPECT_EQ(report_.problems.front().key, "a.b[0].x");
  EXPECT_EQ(report_.problems.front().line, 3U);
}

TEST_F(InterpolationTest, AValueIsNotReplacedAgainAndNotReadAsYaml) {
  const Environment again("TOKEN_SERVICE_TEST_AGAIN", "${TOKEN_SERVICE_TEST_SET} # null: [");
  EXPECT_EQ(value("${TOKEN_SERVICE_TEST_AGAIN}").text, "${TOKEN_SERVICE_TEST_SET} # null: [");
}

TEST_F(InterpolationTest, ANumberMayComeFromTheEnvironment) {
  const Environment port("TOKEN_SERVICE_TEST_PORT", "8080");
  SettingNode node = value("${TOKEN_SERVICE_TEST_PORT}");
  EXPECT_FALSE(node.quoted) << "else it would not be a number";
}

TEST_F(InterpolationTest, NeedsTheVariable) {
  expectProblem("${TOKEN_SERVICE_TEST_UNSET}", "TOKEN_SERVICE_TEST_UNSET is not set");
  expectProblem("${TOKEN_SERVICE_TEST_EMPTY}", "TOKEN_SERVICE_TEST_EMPTY is not set");
  expectProblem("${}", "is not set");
}

TEST_F(InterpolationTest, ADoubledDollarIsLiteral) {
  EXPECT_EQ(value("$${NAME}").text, "${NAME}");
  EXPECT_EQ(value("a$${b}c").text, "a${b}c");
  EXPECT_EQ(value("$${A}${TOKEN_SERVICE_TEST_SET}").text, "${A}the value");
  EXPECT_EQ(value("$$ $x {y} $").text, "$$ $x {y} $");
  EXPECT_EQ(value("${TOKEN_SERVICE_TEST_SET}$").text, "the value$");
  EXPECT_TRUE(report_.problems.empty());
}

TEST_F(InterpolationTest, NeedsTheClosingBrace) {
  expectProblem("${TOKEN_SERVICE_TEST_SET", "has a '${' without '}'");
  expectProblem("x${", "has a '${' without '}'");
  expectProblem("${TOKEN_SERVICE_TEST_SET} ${x", "has a '${' without '}'");
}

TEST_F(InterpolationTest, ReplacesTheContentOfAFileLessOneNewline_C19) {
  folder_.write("one", "secret\n");
  folder_.write("two", "secret\n\n");
  folder_.write("none", "secret");
  EXPECT_EQ(value("${file:one}").text, "secret");
  EXPECT_EQ(value("${file:two}").text, "secret\n");
  EXPECT_EQ(value("${file:none}").text, "secret");
  EXPECT_EQ(value("<${file:" + folder_.path("one") + "}>").text, "<secret>");
  EXPECT_TRUE(tree_.children.front().secret);
}

TEST_F(InterpolationTest, RefusesFilesThatOthersMayRead_C18) {
  folder_.write("loose", "the-secret-itself", 0644);
  expectProblem("${file:loose}", "may be read or written by others",
                sdk::ErrorCode::PermissionDenied);
  expectProblem("${file:missing}", "there is no such file");
  EXPECT_NE(report_.problems.front().what.find(folder_.path("missing")), std::string::npos);
}

TEST_F(InterpolationTest, NeverPrintsAValue) {
  folder_.write("loose", "the-secret-itself", 0644);
  value("${TOKEN_SERVICE_TEST_SET} ${file:loose} ${TOKEN_SERVICE_TEST_UNSET} ${x");
  EXPECT_EQ(report_.problems.size(), 3U);
  for (const sdk::SettingProblem& problem : report_.problems) {
    EXPECT_EQ(problem.what.find("the value"), std::string::npos);
    EXPECT_EQ(problem.what.find("the-secret-itself"), std::string::npos);
  }
}

}  // namespace
}  // namespace token_service::config
