#include "hs256_signer.hpp"
#include "plugin_settings.hpp"
#include "refusal.hpp"
#include "rs256_signer.hpp"
#include "temporary_folder.hpp"
#include "test_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
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

}  // namespace
}  // namespace token_service::signers_test
