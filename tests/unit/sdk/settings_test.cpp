#include "token_service/sdk/settings.hpp"

#include <gtest/gtest.h>

namespace token_service::sdk {
namespace {

using namespace std::chrono_literals;
using Kind = SettingNode::Kind;

SettingNode scalar(std::string key, std::string text, std::uint32_t line = 5) {
  SettingNode node;
  node.kind = Kind::Scalar;
  node.key = std::move(key);
  node.text = std::move(text);
  node.line = line;
  return node;
}

SettingNode quoted(std::string key, std::string text) {
  SettingNode node = scalar(std::move(key), std::move(text));
  node.quoted = true;
  return node;
}

SettingNode collection(Kind kind, std::string key, std::vector<SettingNode> children,
                       std::uint32_t line = 3) {
  SettingNode node;
  node.kind = kind;
  node.key = std::move(key);
  node.children = std::move(children);
  node.line = line;
  return node;
}

SettingNode null(std::string key) { return collection(Kind::Null, std::move(key), {}); }

class SettingsTest : public testing::Test {
 protected:
  Settings with(std::vector<SettingNode> children) {
    tree_ = collection(Kind::Map, "", std::move(children), 1);
    report_ = {"f.yaml", {}, {}, {}};
    return {tree_, report_, "/base", "store.settings"};
  }
  Settings withText(const std::string& text) { return with({scalar("key", text)}); }

  // The only problem there is.
  std::string problem() const {
    EXPECT_EQ(report_.problems.size(), 1U);
    if (report_.problems.size() != 1) {
      return "";
    }
    EXPECT_EQ(report_.problems.front().key, "store.settings.key");
    return report_.problems.front().what;
  }
  bool fine() const { return report_.problems.empty(); }

  SettingNode tree_;
  SettingsReport report_;
};

TEST_F(SettingsTest, HasIsTrueForValuesOtherThanNull) {
  const Settings settings = with({scalar("text", ""), null("nothing")});
  EXPECT_TRUE(settings.has("text"));
  EXPECT_FALSE(settings.has("nothing"));
  EXPECT_FALSE(settings.has("absent"));
}

TEST_F(SettingsTest, StringsAreTextOfOneOrMoreBytes) {
  EXPECT_EQ(withText("a b").string("key"), "a b");
  EXPECT_EQ(with({quoted("key", "12")}).string("key"), "12");
  EXPECT_TRUE(fine());
  EXPECT_EQ(withText("").string("key"), "");
  EXPECT_EQ(problem(), "must not be empty");
  EXPECT_EQ(with({collection(Kind::Map, "key", {})}).string("key"), "");
  EXPECT_EQ(problem(), "must be a single value");
}

TEST_F(SettingsTest, ARequiredStringIsMissedAndAnotherHasItsFallback) {
  for (auto children : {std::vector<SettingNode>{}, std::vector<SettingNode>{null("key")}}) {
    EXPECT_EQ(with(children).string("key"), "");
    EXPECT_EQ(problem(), "is required");
    EXPECT_EQ(with(children).string("key", "else"), "else");
    EXPECT_EQ(with(children).optionalString("key"), std::nullopt);
    EXPECT_TRUE(fine());
  }
}

TEST_F(SettingsTest, WhatWasRefusedIsNotMissedToo) {
  SettingNode refused = null("key");
  refused.refused = true;
  with({refused}).string("key");
  EXPECT_TRUE(fine());
}

TEST_F(SettingsTest, ChoicesAreOneOfAList) {
  static constexpr std::string_view kAllowed[] = {"red", "green"};
  EXPECT_EQ(withText("green").choice("key", "red", kAllowed), "green");
  EXPECT_EQ(with({}).choice("key", "red", kAllowed), "red");
  EXPECT_TRUE(fine());
  EXPECT_EQ(withText("Green").choice("key", "red", kAllowed), "red");
  EXPECT_EQ(problem(), "must be one of: red, green");
}

TEST_F(SettingsTest, FlagsAreTrueOrFalse) {
  EXPECT_TRUE(withText("true").flag("key", false));
  EXPECT_FALSE(withText("false").flag("key", true));
  EXPECT_TRUE(with({}).flag("key", true));
  EXPECT_TRUE(fine());
  for (const char* text : {"yes", "True", "1", "on", ""}) {
    EXPECT_TRUE(withText(text).flag("key", true));
    EXPECT_EQ(problem(), "must be true or false");
  }
  with({quoted("key", "true")}).flag("key", false);
  EXPECT_EQ(problem(), "must be true or false");
}

TEST_F(SettingsTest, IntegersAreWholeAndInRange) {
  EXPECT_EQ(withText("-3").integer("key", 1, -3, 7), -3);
  EXPECT_EQ(withText("7").integer("key", 1, -3, 7), 7);
  EXPECT_EQ(with({}).integer("key", 99, -3, 7), 99);
  EXPECT_EQ(withText("9223372036854775807").integer("key", 1, 0, INT64_MAX), INT64_MAX);
  EXPECT_TRUE(fine());
  for (const char* text : {"8", "-4", "1.0", "1e0", "+1", "0x1", " 1", "1 ", "", "one",
                           "9223372036854775808", "99999999999999999999"}) {
    EXPECT_EQ(withText(text).integer("key", 1, -3, 7), 1) << text;
    EXPECT_EQ(problem(), "must be a whole number from -3 to 7");
  }
  with({quoted("key", "1")}).integer("key", 1, -3, 7);
  EXPECT_EQ(problem(), "must be a whole number from -3 to 7");
}

TEST_F(SettingsTest, DurationsHaveTheirUnits) {
  const std::pair<const char*, std::chrono::milliseconds> good[] = {
      {"500ms", 500ms}, {"10s", 10s}, {"15m", 15min}, {"24h", 24h}, {"30d", 720h}, {"0s", 0ms}};
  for (const auto& [text, value] : good) {
    EXPECT_EQ(withText(text).duration("key", 1s, 0ms, 8760h), value) << text;
  }
  EXPECT_EQ(with({}).duration("key", 7s, 0ms, 1h), 7s);
  EXPECT_TRUE(fine());
  for (const char* text :
       {"10", "s", "1.5s", "-1s", "10 s", "10S", "10sec", "1h30m", "", "+1s",
        "9223372036854775808ms", "9223372036854775807d", "99999999999999999999999d"}) {
    EXPECT_EQ(withText(text).duration("key", 7s, 0ms, 1h), 7s) << text;
    EXPECT_EQ(problem(), "must be a duration such as 500ms, 10s, 15m, 24h or 30d");
  }
  withText("9223372036854775807ms").duration("key", 7s, 0ms, 1h);
  EXPECT_EQ(problem(), "must be from 0ms to 1h");
  withText("1500ms").duration("key", 7s, 2s, 25h);
  EXPECT_EQ(problem(), "must be from 2s to 25h");
}

TEST_F(SettingsTest, SizesHaveTheirUnits) {
  EXPECT_EQ(withText("512B").size("key", 1, 0, 1 << 21), 512);
  EXPECT_EQ(withText("16KiB").size("key", 1, 0, 1 << 21), 16 * 1024);
  EXPECT_EQ(withText("1MiB").size("key", 1, 0, 1 << 21), 1024 * 1024);
  EXPECT_TRUE(fine());
  for (const char* text : {"16", "16KB", "16kib", "-1B", "1.5KiB", "9223372036854775807KiB"}) {
    EXPECT_EQ(withText(text).size("key", 1, 0, 1 << 21), 1);
    EXPECT_EQ(problem(), "must be a size such as 512B, 16KiB or 1MiB") << text;
  }
  withText("3MiB").size("key", 1, 1024, 1 << 21);
  EXPECT_EQ(problem(), "must be from 1KiB to 2MiB");
}

TEST_F(SettingsTest, TimesAreUtcToTheSecond) {
  const std::pair<const char*, Time> good[] = {
      {"1970-01-01T00:00:00Z", Time{}},
      {"2026-11-23T18:00:00Z", Time{1'795'456'800s}},
      {"2024-02-29T23:59:59Z", Time{1'709'251'199s}},
      {"2000-02-29T00:00:00Z", Time{951'782'400s}},
      {"9999-12-31T23:59:59Z", Time{253'402'300'799s}},
  };
  for (const auto& [text, time] : good) {
    EXPECT_EQ(withText(text).optionalTime("key"), time) << text;
    EXPECT_EQ(with({quoted("key", text)}).optionalTime("key"), time) << text;
  }
  EXPECT_EQ(with({}).optionalTime("key"), std::nullopt);
  EXPECT_EQ(with({null("key")}).optionalTime("key"), std::nullopt);
  EXPECT_TRUE(fine());
}

TEST_F(SettingsTest, WhatIsNoTimeInUtcIsAProblem) {
  for (const char* text : {"2023-02-29T00:00:00Z",
                           "1900-02-29T00:00:00Z",
                           "2026-02-30T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-11-31T00:00:00Z",
                           "2026-11-00T00:00:00Z",
                           "2026-11-23T24:00:00Z",
                           "2026-11-23T18:60:00Z",
                           "2026-11-23T18:00:60Z",
                           "2026-11-23T18:00:00z",
                           "2026-11-23t18:00:00Z",
                           "2026-11-23T18:00:00",
                           "2026-11-23T18:00:00+00:00",
                           "2026-11-23T18:00:00-01:00",
                           "2026-11-23T18:00:00.5Z",
                           "2026-11-23T18:00Z",
                           "2026-11-23 18:00:00Z",
                           "2026-11-23",
                           "2026-1-2T18:00:00Z",
                           "26-11-23T18:00:00Z",
                           "+2026-11-23T18:00:00Z",
                           "-026-11-23T18:00:00Z",
                           "2026-11-23T18:00:00ZZ",
                           " 2026-11-23T18:00:00Z",
                           "2026-11-23T-1:00:00Z",
                           "now",
                           "1795456800"}) {
    EXPECT_EQ(withText(text).optionalTime("key"), std::nullopt) << text;
    EXPECT_EQ(problem(), "must be a time in UTC such as 2026-11-23T18:00:00Z") << text;
  }
  EXPECT_EQ(withText("").optionalTime("key"), std::nullopt);
  EXPECT_EQ(problem(), "must not be empty");
  EXPECT_EQ(with({collection(Kind::Map, "key", {})}).optionalTime("key"), std::nullopt);
  EXPECT_EQ(problem(), "must be a single value");
}

TEST_F(SettingsTest, EveryPathThatWasNamedIsReported) {
  Settings settings = with({scalar("a", "x"), scalar("b", "/abs/y"), scalar("c", "z")});
  settings.path("a");
  settings.optionalPath("b");
  settings.optionalPath("absent");
  settings.string("c");
  EXPECT_EQ(report_.files, (std::vector<std::string>{"/base/x", "/abs/y"}));
}

TEST_F(SettingsTest, PathsStartAtTheConfigurationsFolder) {
  EXPECT_EQ(withText("data/x.db").path("key"), "/base/data/x.db");
  EXPECT_EQ(withText("/abs/x.db").path("key"), "/abs/x.db");
  EXPECT_EQ(withText("x").optionalPath("key"), "/base/x");
  EXPECT_EQ(with({}).optionalPath("key"), std::nullopt);
  EXPECT_TRUE(fine());
  with({}).path("key");
  EXPECT_EQ(problem(), "is required");
  withText(std::string("a\0b", 3)).path("key");
  EXPECT_EQ(problem(), "must not hold a zero byte");
}

TEST_F(SettingsTest, ListsOfTexts) {
  EXPECT_EQ(
      with({collection(Kind::Sequence, "key", {scalar("", "a"), quoted("", "b")})}).strings("key"),
      (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(with({}).strings("key").empty());
  EXPECT_TRUE(with({null("key")}).strings("key").empty());
  EXPECT_TRUE(fine());
  EXPECT_TRUE(withText("a").strings("key").empty());
  EXPECT_EQ(problem(), "must be a list");
  with({collection(Kind::Sequence, "key", {scalar("", "")})}).strings("key");
  EXPECT_EQ(problem(), "must not be empty");
  with({collection(Kind::Sequence, "key", {null("")})}).strings("key");
  EXPECT_EQ(problem(), "must be a single value");
}

TEST_F(SettingsTest, SectionsKnowTheirPath) {
  Settings settings = with({collection(Kind::Map, "pool", {scalar("size", "x", 9)})});
  settings.section("pool").integer("size", 1, 1, 2);
  ASSERT_EQ(report_.problems.size(), 1U);
  EXPECT_EQ(report_.problems.front().key, "store.settings.pool.size");
  EXPECT_EQ(report_.problems.front().line, 9U);
}

TEST_F(SettingsTest, AnAbsentSectionIsEmpty) {
  Settings settings = with({});
  Settings section = settings.section("pool");
  EXPECT_EQ(section.integer("size", 4, 1, 9), 4);
  EXPECT_TRUE(fine());
  section.section("deeper").string("name");
  ASSERT_EQ(report_.problems.size(), 1U);
  EXPECT_EQ(report_.problems.front().key, "store.settings.pool.deeper.name");
  EXPECT_EQ(report_.problems.front().line, 1U) << "where it should stand";
}

TEST_F(SettingsTest, ListsOfMaps) {
  Settings settings = with({collection(
      Kind::Sequence, "keys",
      {collection(Kind::Map, "", {scalar("kid", "a")}), collection(Kind::Map, "", {})})});
  std::vector<Settings> keys = settings.sections("keys");
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].string("kid"), "a");
  keys[1].string("kid");
  ASSERT_EQ(report_.problems.size(), 1U);
  EXPECT_EQ(report_.problems.front().key, "store.settings.keys[1].kid");
  EXPECT_TRUE(settings.sections("absent").empty());
  withText("x").sections("key");
  EXPECT_EQ(problem(), "must be a list");
}

TEST_F(SettingsTest, SomethingElseThanAMapIsAProblem) {
  SettingNode node = scalar("signer", "x");
  SettingsReport report;
  const Settings settings(node, report, "/base", "signer");
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems.front().what, "must be a map of settings");
}

TEST_F(SettingsTest, ASubtreeIsForSomebodyElseToRead) {
  Settings settings = with({collection(Kind::Map, "settings", {scalar("unknown", "x")})});
  const SettingNode taken = settings.subtree("settings");
  EXPECT_EQ(taken.children.size(), 1U);
  EXPECT_EQ(taken.line, 3U);
  EXPECT_NO_THROW(settings.finish());
  EXPECT_EQ(with({}).subtree("settings").kind, Kind::Null);
}

TEST_F(SettingsTest, FinishRefusesWhatNobodyAskedFor) {
  Settings settings =
      with({scalar("path", "x"), scalar("journal_mdoe", "y", 7),
            collection(Kind::Map, "pool", {scalar("szie", "1", 9)}), null("nothing")});
  settings.string("path");
  settings.optionalString("journal_mode");
  settings.section("pool").integer("size", 1, 1, 9);
  try {
    settings.finish();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidConfig);
    EXPECT_EQ(std::string(error.what()),
              "f.yaml:3: store.settings.nothing: is not a known key, the keys here are: path, "
              "journal_mode, pool\n"
              "f.yaml:7: store.settings.journal_mdoe: is not a known key, did you mean "
              "'journal_mode'?\n"
              "f.yaml:9: store.settings.pool.szie: is not a known key, did you mean 'size'?");
  }
}

TEST_F(SettingsTest, FinishRefusesASectionThatNobodyReads) {
  Settings settings = with({collection(Kind::Map, "pool", {scalar("size", "1")})});
  EXPECT_THROW(settings.finish(), Error);
  EXPECT_EQ(report_.problems.size(), 1U) << "and says so once";
}

TEST_F(SettingsTest, FinishIsQuietWhenAllIsWell) {
  Settings settings = with({scalar("path", "x")});
  settings.string("path");
  EXPECT_NO_THROW(settings.finish());
}

TEST_F(SettingsTest, AMessageNeverRepeatsTheValue) {
  const std::string secret = "canary-value";
  SettingNode node = scalar("key", secret);
  node.secret = true;
  Settings settings = with({node});
  static constexpr std::string_view kAllowed[] = {"x"};
  settings.choice("key", "x", kAllowed);
  settings.flag("key", true);
  settings.integer("key", 1, 1, 1);
  settings.duration("key", 1s, 1s, 1s);
  settings.size("key", 1, 1, 1);
  settings.optionalTime("key");
  settings.strings("key");
  settings.sections("key");
  settings.section("key");
  EXPECT_EQ(report_.problems.size(), 9U);
  for (const SettingProblem& problem : report_.problems) {
    EXPECT_EQ(problem.what.find(secret), std::string::npos) << problem.what;
  }
}

TEST_F(SettingsTest, TheCodeIsPermissionDeniedOnlyIfNothingElseIsWrong) {
  Settings settings = with({scalar("key", "x")});
  settings.problem("key", "may be read by others", ErrorCode::PermissionDenied);
  try {
    report_.throwIfAny();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::PermissionDenied);
  }
  settings.problem("other", "is wrong");
  try {
    report_.throwIfAny();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidConfig);
  }
}

TEST_F(SettingsTest, PlacesAreForMessagesThatComeLater) {
  const Settings settings = with({scalar("key", "x", 12)});
  EXPECT_EQ(settings.place("key"), "f.yaml:12: store.settings.key");
  EXPECT_EQ(settings.place("absent"), "f.yaml:1: store.settings.absent");
  EXPECT_EQ(settings.pathOf("key"), "store.settings.key");
}

TEST_F(SettingsTest, RemembersWhatWasAskedFor) {
  Settings settings = with({});
  settings.string("a", "");
  settings.string("a", "");
  settings.flag("b", true);
  EXPECT_EQ(tree_.asked, (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace token_service::sdk
