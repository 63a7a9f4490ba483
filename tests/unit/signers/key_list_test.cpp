#include "hs256_signer.hpp"
#include "plugin_settings.hpp"
#include "refusal.hpp"
#include "rs256_signer.hpp"
#include "temporary_folder.hpp"
#include "test_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace token_service::signers_test {
namespace {

using namespace std::chrono_literals;
using sdk::ErrorCode;
using sdk::Mode;
using signer_hs256::Hs256Signer;
using signer_rs256::Rs256Signer;

template <typename PluginSigner>
constexpr const char* kFileSetting = "secret_file";
template <>
constexpr const char* kFileSetting<Rs256Signer> = "private_key_file";

template <typename PluginSigner>
std::string contentOf(unsigned number) {
  return "this is the secret with the number " + std::to_string(number);
}
template <>
std::string contentOf<Rs256Signer>(unsigned number) {
  return privatePem(rsaKey(2048 + 8 * number));
}

constexpr sdk::Time kNovember23 = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23);

// What both signers do with a list of keys.
template <typename PluginSigner>
class KeyListTest : public testing::Test {
 protected:
  using List = std::vector<Values>;

  void writeKeys(const std::vector<std::string>& names) const {
    unsigned number = 0;
    for (const std::string& name : names) {
      folder_.write(name, contentOf<PluginSigner>(number++));
    }
  }

  // An entry of the list; the file stands in its first line.
  static Values entry(const std::string& file, const Values& dates = {}) {
    Values values = {{kFileSetting<PluginSigner>, file}};
    values.insert(values.end(), dates.begin(), dates.end());
    return values;
  }

  static List threeKeys() {
    return {entry("a"),
            entry("b", {{"published_from", "2026-11-23T00:00:00Z"},
                        {"active_from", "2026-11-23T01:00:00Z"}}),
            entry("c", {{"published_from", "2026-11-24T00:00:00Z"},
                        {"active_from", "2026-11-25T00:00:00Z"}})};
  }

  std::unique_ptr<PluginSigner> make(const List& keys, const Values& others = {},
                                     Mode mode = Mode::Serve) {
    PluginSettings settings(folder_.path(), others, keys);
    return std::make_unique<PluginSigner>(settings.settings(), host_, mode);
  }

  std::optional<Refusal> refusal(const List& keys, const Values& others = {},
                                 Mode mode = Mode::Serve) const {
    return refusalOf<PluginSigner>(folder_.path(), others, mode, keys);
  }

  // The sentences, a line each, with FILE for the setting that names the file.
  std::string sentences(const List& keys, const Values& others = {}) const {
    const std::optional<Refusal> refused = refusal(keys, others);
    if (!refused) {
      return "not refused";
    }
    EXPECT_EQ(refused->code, ErrorCode::InvalidConfig);
    return withPlaceholder(refused->text);
  }

  static std::string withPlaceholder(std::string text) {
    const std::string name = kFileSetting<PluginSigner>;
    for (std::size_t found = text.find(name); found != std::string::npos;
         found = text.find(name, found)) {
      text.replace(found, name.size(), "FILE");
    }
    return text;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names = folder_.names();
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder folder_;
  SilentHost host_;
};

using Signers = testing::Types<Hs256Signer, Rs256Signer>;
TYPED_TEST_SUITE(KeyListTest, Signers);

TYPED_TEST(KeyListTest, EachKeyHasItsDates) {
  this->writeKeys({"a", "b", "c"});
  const std::vector<sdk::Key> keys = this->make(this->threeKeys())->keys();
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys[0].published_from, sdk::Time{});
  EXPECT_EQ(keys[0].active_from, sdk::Time{});
  EXPECT_EQ(keys[1].published_from, kNovember23);
  EXPECT_EQ(keys[1].active_from, kNovember23 + 1h);
  EXPECT_EQ(keys[2].published_from, kNovember23 + 24h);
  EXPECT_EQ(keys[2].active_from, kNovember23 + 48h);
  for (const sdk::Key& key : keys) {
    EXPECT_FALSE(key.emergency);
  }
}

TYPED_TEST(KeyListTest, EveryKeySignsWhateverItsDates) {
  this->writeKeys({"a", "b", "c"});
  const auto signer = this->make(this->threeKeys());
  std::set<std::string> kids;
  std::set<std::string> signatures;
  for (const sdk::Key& key : signer->keys()) {
    kids.insert(key.kid);
    signatures.insert(signer->sign(key.kid, "bytes", {}));
  }
  EXPECT_EQ(kids.size(), 3U);
  EXPECT_EQ(signatures.size(), 3U);
}

TYPED_TEST(KeyListTest, AListOfOneIsTheSameKeyAsTheFileAlone) {
  this->writeKeys({"a"});
  PluginSettings alone(this->folder_.path(), this->entry("a"));
  const std::string kid = TypeParam(alone.settings(), this->host_, Mode::Serve).keys().at(0).kid;
  const std::vector<sdk::Key> keys = this->make({this->entry("a")})->keys();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].kid, kid);
  EXPECT_EQ(keys[0].active_from, sdk::Time{});
}

TYPED_TEST(KeyListTest, TheFirstKeyMayHaveDates) {
  this->writeKeys({"a"});
  const std::vector<sdk::Key> keys =
      this->make({this->entry("a", {{"published_from", "2026-11-23T00:00:00Z"},
                                    {"active_from", "2026-11-23T00:00:00Z"}})})
          ->keys();
  EXPECT_EQ(keys.at(0).published_from, kNovember23);
  EXPECT_EQ(keys.at(0).active_from, kNovember23);
}

TYPED_TEST(KeyListTest, AnEmergencyKeySignsAsSoonAsItIsPublished) {
  this->writeKeys({"a", "b", "c"});
  const std::vector<sdk::Key> keys =
      this->make({this->entry("a"),
                  this->entry("b",
                              {{"published_from", "2026-11-23T00:00:00Z"}, {"emergency", "true"}}),
                  this->entry("c", {{"published_from", "2026-11-23T00:00:00Z"},
                                    {"active_from", "2026-11-23T01:00:00Z"},
                                    {"emergency", "true"}})})
          ->keys();
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_FALSE(keys[0].emergency);
  EXPECT_TRUE(keys[1].emergency);
  EXPECT_EQ(keys[1].published_from, kNovember23);
  EXPECT_EQ(keys[1].active_from, kNovember23);
  EXPECT_TRUE(keys[2].emergency);
  EXPECT_EQ(keys[2].active_from, kNovember23 + 1h);
}

TYPED_TEST(KeyListTest, TheHostIsToldOfEveryFile) {
  this->writeKeys({"a", "b", "c"});
  PluginSettings settings(this->folder_.path(), {}, this->threeKeys());
  const TypeParam signer(settings.settings(), this->host_, Mode::Serve);
  EXPECT_EQ(settings.report().files,
            (std::vector<std::string>{this->folder_.path("a"), this->folder_.path("b"),
                                      this->folder_.path("c")}));
}

TYPED_TEST(KeyListTest, RefusesAFileBesideAList) {
  this->writeKeys({"a", "b"});
  EXPECT_EQ(this->sentences({this->entry("a"), this->entry("b", {{"no_such_key", "x"}})},
                            this->entry("a")),
            "config.yaml:12: signer.settings.keys: stands beside FILE: name every key in the list, "
            "or one key in FILE");
}

TYPED_TEST(KeyListTest, RefusesNeitherAFileNorAList) {
  const std::optional<Refusal> refused = refusalOf<TypeParam>(this->folder_.path(), {});
  ASSERT_TRUE(refused);
  EXPECT_EQ(this->withPlaceholder(refused->text),
            "config.yaml:10: signer.settings.FILE: is required");
}

TYPED_TEST(KeyListTest, RefusesAnEmptyList) {
  EXPECT_EQ(this->sentences({}),
            "config.yaml:11: signer.settings.keys: must be a list of 1 to 16 keys");
}

TYPED_TEST(KeyListTest, RefusesWhatIsNoList) {
  const std::optional<Refusal> refused =
      refusalOf<TypeParam>(this->folder_.path(), {{"keys", this->folder_.path("a")}});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->text, "config.yaml:11: signer.settings.keys: must be a list");
}

TYPED_TEST(KeyListTest, HasAtMost16Keys) {
  std::vector<Values> keys = {this->entry("0")};
  for (int number = 1; number < 17; ++number) {
    keys.push_back(this->entry(std::to_string(number), {{"published_from", "2026-11-23T00:00:00Z"},
                                                        {"active_from", "2026-11-24T00:00:00Z"}}));
  }
  EXPECT_EQ(this->sentences(keys, {{"create_missing", "true"}}),
            "config.yaml:12: signer.settings.keys: must be a list of 1 to 16 keys");
  EXPECT_TRUE(this->names().empty()) << "nothing is made while anything is wrong";
  keys.pop_back();
  EXPECT_EQ(this->make(keys, {{"create_missing", "true"}})->keys().size(), 16U);
}

TYPED_TEST(KeyListTest, AnEntryNeedsItsFile) {
  EXPECT_EQ(this->sentences({Values{{"published_from", "2026-11-23T00:00:00Z"},
                                    {"active_from", "2026-11-23T00:00:00Z"}}}),
            "config.yaml:12: signer.settings.keys[0].FILE: is required");
}

TYPED_TEST(KeyListTest, RefusesAnUnknownSettingOfAnEntry) {
  this->writeKeys({"a"});
  EXPECT_EQ(this->sentences({this->entry("a", {{"actve_from", "2026-11-23T00:00:00Z"}})}),
            "config.yaml:13: signer.settings.keys[0].actve_from: is not a known key, did you mean "
            "'active_from'?");
}

TYPED_TEST(KeyListTest, OnlyTheFirstKeyMayGoWithoutDates) {
  this->writeKeys({"a", "b"});
  EXPECT_EQ(this->sentences({this->entry("a"), this->entry("b")}),
            "config.yaml:13: signer.settings.keys[1].published_from: is required: only the first "
            "key of the list may go without dates");
  EXPECT_EQ(this->sentences({this->entry("a", {{"published_from", "2026-11-23T00:00:00Z"},
                                               {"active_from", "2026-11-23T00:00:00Z"}}),
                             this->entry("b")}),
            "config.yaml:15: signer.settings.keys[1].published_from: is required: only the first "
            "key of the list may go without dates");
}

TYPED_TEST(KeyListTest, BothDatesOrNone) {
  this->writeKeys({"a", "b"});
  for (const bool first : {true, false}) {
    std::vector<Values> keys = {this->entry("a")};
    keys.resize(first ? 0 : 1);
    const std::string index = first ? "[0]" : "[1]";
    const std::string line = first ? "12" : "13";
    keys.push_back(this->entry("b", {{"published_from", "2026-11-23T00:00:00Z"}}));
    EXPECT_EQ(this->sentences(keys),
              "config.yaml:" + line + ": signer.settings.keys" + index +
                  ".active_from: is required beside published_from, but for an emergency key");
    keys.back() = this->entry("b", {{"active_from", "2026-11-23T00:00:00Z"}});
    EXPECT_EQ(this->sentences(keys), "config.yaml:" + line + ": signer.settings.keys" + index +
                                         ".published_from: is required beside active_from");
  }
}

TYPED_TEST(KeyListTest, AnEmergencyKeyNeedsTheTimeFromWhichItIsPublished) {
  this->writeKeys({"a", "b"});
  const std::string expected =
      "signer.settings.keys[1].published_from: is required with emergency: true";
  EXPECT_EQ(this->sentences({this->entry("a"), this->entry("b", {{"emergency", "true"}})}),
            "config.yaml:13: " + expected);
  EXPECT_EQ(
      this->sentences({this->entry("a"), this->entry("b", {{"active_from", "2026-11-23T00:00:00Z"},
                                                           {"emergency", "true"}})}),
      "config.yaml:13: " + expected);
  // Without a date it would be the oldest key, which the others outrank.
  EXPECT_EQ(this->sentences({this->entry("a", {{"emergency", "true"}})}),
            "config.yaml:12: signer.settings.keys[0].published_from: is required with emergency: "
            "true");
}

TYPED_TEST(KeyListTest, RefusesAKeyThatSignsBeforeItIsPublished) {
  this->writeKeys({"a", "b"});
  for (const char* emergency : {"false", "true"}) {
    EXPECT_EQ(this->sentences(
                  {this->entry("a"), this->entry("b", {{"published_from", "2026-11-23T00:00:01Z"},
                                                       {"active_from", "2026-11-23T00:00:00Z"},
                                                       {"emergency", emergency}})}),
              "config.yaml:15: signer.settings.keys[1].active_from: is before published_from: "
              "publish a key before it signs");
  }
}

TYPED_TEST(KeyListTest, RefusesWhatIsNoDateOnce) {
  this->writeKeys({"a", "b"});
  EXPECT_EQ(this->sentences({this->entry("a"), this->entry("b", {{"published_from", "tomorrow"},
                                                                 {"active_from", "later"},
                                                                 {"emergency", "yes"}})}),
            "config.yaml:14: signer.settings.keys[1].published_from: must be a time in UTC such as "
            "2026-11-23T18:00:00Z\n"
            "config.yaml:15: signer.settings.keys[1].active_from: must be a time in UTC such as "
            "2026-11-23T18:00:00Z\n"
            "config.yaml:16: signer.settings.keys[1].emergency: must be true or false");
}

TYPED_TEST(KeyListTest, RefusesOneFileTwiceUnderAnyName) {
  this->writeKeys({"a"});
  std::filesystem::create_directory(this->folder_.path("folder"));
  std::filesystem::create_symlink("a", this->folder_.path("link"));
  for (const std::string& name : {std::string("a"), std::string("./a"), std::string("folder/../a"),
                                  std::string("link"), this->folder_.path("a")}) {
    EXPECT_EQ(this->sentences(
                  {this->entry("a"), this->entry(name, {{"published_from", "2026-11-23T00:00:00Z"},
                                                        {"active_from", "2026-11-24T00:00:00Z"}})}),
              "config.yaml:13: signer.settings.keys[1].FILE: is the file of "
              "signer.settings.keys[0].FILE, too: name another file, or remove one of the two")
        << name;
  }
}

TYPED_TEST(KeyListTest, RefusesOneMissingFileTwiceAndMakesNothing) {
  std::filesystem::create_directory_symlink(".", this->folder_.path("here"));
  EXPECT_EQ(this->sentences({this->entry("a"),
                             this->entry("here/a", {{"published_from", "2026-11-23T00:00:00Z"},
                                                    {"active_from", "2026-11-24T00:00:00Z"}})},
                            {{"create_missing", "true"}}),
            "config.yaml:14: signer.settings.keys[1].FILE: is the file of "
            "signer.settings.keys[0].FILE, too: name another file, or remove one of the two");
  EXPECT_EQ(this->names(), std::vector<std::string>{"here"});
}

TYPED_TEST(KeyListTest, RefusesOneKeyInTwoFiles) {
  this->writeKeys({"a", "b"});
  this->folder_.write("c", this->folder_.read("a"));
  EXPECT_EQ(this->sentences(this->threeKeys()),
            "config.yaml:16: signer.settings.keys[2].FILE: holds the same key as "
            "signer.settings.keys[0].FILE: make a new key, or remove one of the two");
}

TYPED_TEST(KeyListTest, SaysWhichFileIsWrong) {
  this->writeKeys({"a", "b"});
  this->folder_.write("b", "x");
  const std::optional<Refusal> refused = this->refusal(this->threeKeys());
  ASSERT_TRUE(refused);
  const std::string text = this->withPlaceholder(refused->text);
  EXPECT_NE(text.find("config.yaml:13: signer.settings.keys[1].FILE: "), std::string::npos) << text;
  EXPECT_NE(text.find("config.yaml:16: signer.settings.keys[2].FILE: there is no such file: make "
                      "the key, or set create_missing: true"),
            std::string::npos)
      << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
}

TYPED_TEST(KeyListTest, MakesEveryMissingKeyAndKeepsTheOthers) {
  this->writeKeys({"a"});
  const std::string before = this->folder_.read("a");
  const auto kidsOf = [](TypeParam& signer) {
    std::vector<std::string> kids;
    for (const sdk::Key& key : signer.keys()) {
      kids.push_back(key.kid);
    }
    return kids;
  };
  const std::vector<std::string> made =
      kidsOf(*this->make(this->threeKeys(), {{"create_missing", "true"}}));
  EXPECT_EQ(std::set<std::string>(made.begin(), made.end()).size(), 3U);
  EXPECT_EQ(this->names(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(this->folder_.read("a"), before);
  EXPECT_EQ(kidsOf(*this->make(this->threeKeys())), made);
  EXPECT_EQ(this->make(this->threeKeys())->keys().at(1).active_from, kNovember23 + 1h);
}

TYPED_TEST(KeyListTest, GenerateMakesEveryMissingKeyWithoutBeingAsked) {
  EXPECT_EQ(this->make(this->threeKeys(), {}, Mode::Generate)->keys().size(), 3U);
  EXPECT_EQ(this->names(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(this->make(this->threeKeys())->keys().size(), 3U);
}

TYPED_TEST(KeyListTest, CheckTakesWhatServeWouldMakeAndMakesNothing) {
  this->writeKeys({"a"});
  EXPECT_EQ(this->make(this->threeKeys(), {{"create_missing", "true"}}, Mode::Check)->keys().size(),
            3U);
  EXPECT_EQ(this->names(), std::vector<std::string>{"a"});
  EXPECT_TRUE(this->refusal(this->threeKeys(), {}, Mode::Check));
}

TYPED_TEST(KeyListTest, AllWhoStartAtOnceEndWithTheSameKeys) {
  constexpr std::size_t kThreads = 6;
  std::vector<std::vector<std::string>> kids(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::vector<std::string>& mine : kids) {
      threads.emplace_back([&] {
        for (const sdk::Key& key :
             this->make(this->threeKeys(), {{"create_missing", "true"}})->keys()) {
          mine.push_back(key.kid);
        }
      });
    }
  }
  for (const std::vector<std::string>& mine : kids) {
    EXPECT_EQ(mine, kids[0]);
  }
  EXPECT_EQ(std::set<std::string>(kids[0].begin(), kids[0].end()).size(), 3U);
  EXPECT_EQ(this->names(), (std::vector<std::string>{"a", "b", "c"}));
}

// As a reload does it.
TYPED_TEST(KeyListTest, ASecondSignerServesBesideTheFirstAndAfterIt) {
  this->writeKeys({"a", "b", "c"});
  auto first = this->make({this->entry("a")});
  const std::string kid = first->keys().at(0).kid;
  const std::string signature = first->sign(kid, "bytes", {});
  std::atomic<int> good = 0;
  std::atomic<int> bad = 0;
  std::jthread serving([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      ++(first->sign(kid, "bytes", {}) == signature ? good : bad);
    }
  });
  for (int before = good; good < before + 3;) {
    const auto second = this->make(this->threeKeys());
    EXPECT_EQ(second->sign(kid, "bytes", {}), signature);
    EXPECT_EQ(second->keys().size(), 3U);
    ASSERT_EQ(bad, 0);
  }
  serving.request_stop();
  serving.join();
  EXPECT_EQ(bad, 0);
  const auto second = this->make(this->threeKeys());
  first.reset();
  EXPECT_EQ(second->sign(kid, "bytes", {}), signature);
}

TEST(KeyList, OnePassphraseIsForEveryKey) {
  const TemporaryFolder folder;
  SilentHost host;
  folder.write("passphrase", "a passphrase\n");
  folder.write("a", privatePem(rsaKey(2048), "a passphrase"));
  folder.write("b", privatePem(rsaKey(2056), "a passphrase"));
  const std::vector<Values> keys = {{{"private_key_file", "a"}},
                                    {{"private_key_file", "b"},
                                     {"published_from", "2026-11-23T00:00:00Z"},
                                     {"active_from", "2026-11-24T00:00:00Z"}},
                                    {{"private_key_file", "c"},
                                     {"published_from", "2026-11-24T00:00:00Z"},
                                     {"active_from", "2026-11-25T00:00:00Z"}}};
  PluginSettings settings(folder.path(),
                          {{"passphrase_file", "passphrase"}, {"create_missing", "true"}}, keys);
  Rs256Signer signer(settings.settings(), host, Mode::Serve);
  EXPECT_EQ(signer.keys().size(), 3U);
  EXPECT_TRUE(folder.read("c").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));

  folder.write("b", privatePem(rsaKey(2056), "another"));
  EXPECT_EQ(
      refusalOf<Rs256Signer>(folder.path(), {{"passphrase_file", "passphrase"}}, Mode::Serve, keys)
          .value()
          .text,
      "config.yaml:14: signer.settings.keys[1].private_key_file: cannot be decrypted with "
      "the passphrase in passphrase_file: correct one of them");
}

}  // namespace
}  // namespace token_service::signers_test
