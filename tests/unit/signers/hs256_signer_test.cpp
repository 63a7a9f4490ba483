#include "hs256_signer.hpp"

#include "plugin_settings.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"
#include "token_service/sdk/base64url.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace token_service::signers_test {
namespace {

using sdk::ErrorCode;
using sdk::Mode;
using signer_hs256::Hs256Signer;

constexpr std::string_view kText = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kKidOfText = "JkkKNkAF0r7C3zd8j2eDjAiji1_T1KgSq6waWt08i8w";

class Hs256SignerTest : public testing::Test {
 protected:
  std::vector<sdk::Key> keysOf(std::string_view secret) {
    folder_.write("secret", secret);
    return make()->keys();
  }

  std::unique_ptr<Hs256Signer> make(Mode mode = Mode::Serve) {
    PluginSettings settings(folder_.path(), {{"secret_file", "secret"}});
    return std::make_unique<Hs256Signer>(settings.settings(), host_, mode);
  }

  std::optional<Refusal> refusalOfSecret(std::string_view secret) {
    folder_.write("secret", secret);
    return refusalOf<Hs256Signer>(folder_.path(), {{"secret_file", "secret"}});
  }

  TemporaryFolder folder_;
  SilentHost host_;
};

TEST_F(Hs256SignerTest, SignsAsRfc7515AppendixA1) {
  folder_.write("secret", sdk::base64url::decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0"
                                                 "gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
                              .value());
  const auto signer = make();
  const std::vector<sdk::Key> keys = signer->keys();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(sdk::base64url::encode(signer->sign(
                keys[0].kid,
                "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
                "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb"
                "290Ijp0cnVlfQ",
                {})),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  EXPECT_EQ(keys[0].kid, "YKtLYEpPWe3P2U5IYDzpp-z_qBChZLhMkN_r-9DVyGc");
}

TEST_F(Hs256SignerTest, DescribesItsKeyWithoutPublishingIt) {
  const std::vector<sdk::Key> keys = keysOf(kText);
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].kid, kKidOfText);
  EXPECT_EQ(keys[0].algorithm, "HS256");
  EXPECT_EQ(keys[0].public_jwk, std::nullopt);
  EXPECT_EQ(keys[0].published_from, sdk::Time{});
  EXPECT_EQ(keys[0].active_from, sdk::Time{});
}

TEST_F(Hs256SignerTest, ExactlyOneTrailingNewlineIsNotPartOfTheSecret) {
  EXPECT_EQ(keysOf(std::string(kText) + "\n")[0].kid, kKidOfText);
  EXPECT_NE(keysOf(std::string(kText) + "\n\n")[0].kid, kKidOfText);
  EXPECT_NE(keysOf(std::string(kText) + "\r\n")[0].kid, kKidOfText);
  EXPECT_NE(keysOf("\n" + std::string(kText))[0].kid, kKidOfText);
}

TEST_F(Hs256SignerTest, RefusesAnUnknownKid) {
  folder_.write("secret", kText);
  const auto signer = make();
  try {
    signer->sign("no-such-key", "bytes", {});
    FAIL() << "signed";
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Internal);
    EXPECT_STREQ(error.what(), "there is no key with this kid");
  }
}

TEST_F(Hs256SignerTest, TwoSignersInOneThreadKeepTheirKeysApart) {
  folder_.write("secret", kText);
  const auto first = make();
  folder_.write("secret", "another secret of more than 32 bytes");
  const auto second = make();
  const std::string by_first = first->sign(first->keys()[0].kid, "bytes", {});
  EXPECT_NE(second->sign(second->keys()[0].kid, "bytes", {}), by_first);
  EXPECT_EQ(first->sign(first->keys()[0].kid, "bytes", {}), by_first);
}

TEST_F(Hs256SignerTest, LeavesOpenSslsErrorQueueEmpty) {
  folder_.write("secret", kText);
  const auto signer = make();
  ERR_raise(ERR_LIB_USER, 1);
  signer->sign(signer->keys()[0].kid, "bytes", {});
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_F(Hs256SignerTest, RefusesAShortSecret) {
  const Refusal expected{ErrorCode::InvalidConfig,
                         "config.yaml:11: signer.settings.secret_file: holds fewer than the 32 "
                         "bytes that HS256 needs: make a new secret, for example with openssl rand "
                         "-hex 32"};
  EXPECT_EQ(refusalOfSecret(kText.substr(1)), expected);
  EXPECT_EQ(refusalOfSecret(std::string(kText.substr(1)) + "\n"), expected);
  EXPECT_EQ(refusalOfSecret(""), expected);
  EXPECT_EQ(refusalOfSecret("\n"), expected);
  EXPECT_EQ(refusalOfSecret(kText), std::nullopt);
}

TEST_F(Hs256SignerTest, RefusesOneByteOverAndOver) {
  const Refusal expected{ErrorCode::InvalidConfig,
                         "config.yaml:11: signer.settings.secret_file: holds one byte over and "
                         "over, which anybody can guess: make a new secret, for example with "
                         "openssl rand -hex 32"};
  EXPECT_EQ(refusalOfSecret(std::string(32, 'a')), expected);
  EXPECT_EQ(refusalOfSecret(std::string(64, '\0')), expected);
  EXPECT_EQ(refusalOfSecret(std::string(40, 'a') + "\n"), expected);
  EXPECT_EQ(refusalOfSecret(std::string(40, '\n')), expected);
}

TEST_F(Hs256SignerTest, RefusesAFileThatOthersMayRead) {
  folder_.write("secret", kText, 0644);
  EXPECT_EQ(refusalOf<Hs256Signer>(folder_.path(), {{"secret_file", "secret"}}),
            (Refusal{ErrorCode::PermissionDenied,
                     "config.yaml:11: signer.settings.secret_file: may be read or written by "
                     "others: chmod 600 it"}));
}

TEST_F(Hs256SignerTest, RefusesAMissingFile) {
  EXPECT_EQ(refusalOf<Hs256Signer>(folder_.path(), {{"secret_file", "secret"}}),
            (Refusal{ErrorCode::InvalidConfig,
                     "config.yaml:11: signer.settings.secret_file: there is no such file: make the "
                     "key, or set create_missing: true"}));
}

TEST_F(Hs256SignerTest, RefusesToGoWithoutAFile) {
  EXPECT_EQ(refusalOf<Hs256Signer>(folder_.path(), {}),
            (Refusal{ErrorCode::InvalidConfig,
                     "config.yaml:10: signer.settings.secret_file: is required"}));
}

TEST_F(Hs256SignerTest, RefusesAnUnknownKeyAndThenMakesNothing) {
  EXPECT_EQ(refusalOf<Hs256Signer>(
                folder_.path(),
                {{"secret_file", "secret"}, {"create_missing", "true"}, {"create_mising", "true"}}),
            (Refusal{ErrorCode::InvalidConfig,
                     "config.yaml:13: signer.settings.create_mising: is not a known key, did you "
                     "mean 'create_missing'?"}));
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(Hs256SignerTest, MakesASecretOf256RandomBits) {
  PluginSettings settings(folder_.path(), {{"secret_file", "secret"}, {"create_missing", "true"}});
  Hs256Signer signer(settings.settings(), host_, Mode::Serve);
  const std::string made = folder_.read("secret");
  ASSERT_EQ(made.size(), 44U);
  EXPECT_EQ(made.back(), '\n');
  EXPECT_EQ(sdk::base64url::decode(made.substr(0, 43)).value_or("").size(), 32U);
  EXPECT_EQ(make()->keys()[0].kid, signer.keys()[0].kid);
}

}  // namespace
}  // namespace token_service::signers_test
