#include "rs256_signer.hpp"

#include "conformance/published_key.hpp"
#include "plugin_settings.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"
#include "test_keys.hpp"
#include "token_service/sdk/base64url.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/err.h>

namespace token_service::signers_test {
namespace {

using sdk::ErrorCode;
using sdk::Mode;
using signer_rs256::Rs256Signer;

class Rs256SignerTest : public testing::Test {
 protected:
  std::unique_ptr<Rs256Signer> make(std::string_view pem) {
    folder_.write("key.pem", pem);
    PluginSettings settings(folder_.path(), {{"private_key_file", "key.pem"}});
    return std::make_unique<Rs256Signer>(settings.settings(), host_, Mode::Serve);
  }

  // The sentence about the key file.
  std::string refusalOfPem(std::string_view pem) {
    folder_.write("key.pem", pem);
    const auto refusal = refusalOf<Rs256Signer>(folder_.path(), {{"private_key_file", "key.pem"}});
    return sentence(refusal, "config.yaml:11: signer.settings.private_key_file: ");
  }

  std::string refusalOfPem(std::string_view pem, std::string_view passphrase) {
    folder_.write("key.pem", pem);
    folder_.write("passphrase", passphrase);
    const auto refusal = refusalOf<Rs256Signer>(
        folder_.path(), {{"private_key_file", "key.pem"}, {"passphrase_file", "passphrase"}});
    return sentence(refusal, "config.yaml:11: signer.settings.private_key_file: ");
  }

  static std::string sentence(const std::optional<Refusal>& refusal, std::string_view place) {
    if (!refusal) {
      return "not refused";
    }
    EXPECT_EQ(refusal->code, ErrorCode::InvalidConfig);
    EXPECT_TRUE(refusal->text.starts_with(place)) << refusal->text;
    EXPECT_EQ(ERR_peek_error(), 0U) << "left in OpenSSL's queue";
    return refusal->text.substr(std::min(place.size(), refusal->text.size()));
  }

  TemporaryFolder folder_;
  SilentHost host_;
};

RsaNumbers rfc7515AppendixA2() {
  RsaNumbers key;
  key.n = numberFromBase64url(
      "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0B"
      "m4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5"
      "z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7"
      "aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ");
  key.e = numberFromBase64url("AQAB");
  key.d = numberFromBase64url(
      "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2N"
      "XOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M"
      "_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x"
      "_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ");
  key.p = numberFromBase64url(
      "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py"
      "5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc");
  const std::unique_ptr<BN_CTX, signing::FreeWith<BN_CTX_free>> scratch(BN_CTX_new());
  key.q.reset(BN_new());
  BN_div(key.q.get(), nullptr, key.n.get(), key.p.get(), scratch.get());
  return key;
}

TEST_F(Rs256SignerTest, SignsAsRfc7515AppendixA2) {
  const auto signer = make(privatePem(rsaKeyFrom(rfc7515AppendixA2()).get()));
  const std::vector<sdk::Key> keys = signer->keys();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].kid, "IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8");
  EXPECT_EQ(sdk::base64url::encode(signer->sign(
                keys[0].kid,
                "eyJhbGciOiJSUzI1NiJ9."
                "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb"
                "290Ijp0cnVlfQ",
                {})),
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
            "O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIA"
            "RNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPq"
            "vhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77"
            "Rw");
}

TEST_F(Rs256SignerTest, PublishesItsPublicKeyAndNothingElse) {
  const sdk::Key key = make(privatePem(rsaKey(2048)))->keys().at(0);
  EXPECT_EQ(key.algorithm, "RS256");
  EXPECT_EQ(key.public_jwk,
            R"({"kty":"RSA","n":")" + jwkNumber(rsaKey(2048), OSSL_PKEY_PARAM_RSA_N) +
                R"(","e":"AQAB","alg":"RS256","use":"sig","kid":")" + key.kid + R"("})");
  EXPECT_EQ(key.published_from, sdk::Time{});
  EXPECT_EQ(key.active_from, sdk::Time{});
}

TEST_F(Rs256SignerTest, TakesPkcs8AndPkcs1EncryptedOrNotAsTheSameKey) {
  const std::string kid = make(privatePem(rsaKey(2048)))->keys().at(0).kid;
  EXPECT_EQ(make(pkcs1Pem(rsaKey(2048)))->keys().at(0).kid, kid);

  folder_.write("passphrase", "a passphrase\n");
  for (const std::string& pem :
       {privatePem(rsaKey(2048), "a passphrase"), pkcs1Pem(rsaKey(2048), "a passphrase")}) {
    folder_.write("key.pem", pem);
    PluginSettings settings(folder_.path(),
                            {{"private_key_file", "key.pem"}, {"passphrase_file", "passphrase"}});
    EXPECT_EQ(Rs256Signer(settings.settings(), host_, Mode::Serve).keys().at(0).kid, kid);
  }
}

TEST_F(Rs256SignerTest, FindsTheKeyBehindItsCertificate) {
  const std::string key = privatePem(rsaKey(2048));
  EXPECT_EQ(make(certificatePem(rsaKey(2048)) + key)->keys().at(0).kid,
            make(key)->keys().at(0).kid);
}

TEST_F(Rs256SignerTest, SignaturesAreAsLongAsTheModulus) {
  const auto signer = make(privatePem(rsaKey(3072)));
  EXPECT_EQ(signer->sign(signer->keys().at(0).kid, "bytes", {}).size(), 384U);
}

TEST_F(Rs256SignerTest, RefusesAnUnknownKid) {
  const auto signer = make(privatePem(rsaKey(2048)));
  try {
    signer->sign("no-such-key", "bytes", {});
    FAIL() << "signed";
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Internal);
    EXPECT_STREQ(error.what(), "there is no key with this kid");
  }
}

TEST_F(Rs256SignerTest, LeavesOpenSslsErrorQueueEmpty) {
  const auto signer = make(privatePem(rsaKey(2048)));
  ERR_raise(ERR_LIB_USER, 1);
  signer->sign(signer->keys().at(0).kid, "bytes", {});
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_F(Rs256SignerTest, RefusesAKeyUnder2048Bits) {
  EXPECT_EQ(refusalOfPem(privatePem(rsaKey(1024))),
            "holds an RSA key of 1024 bits: make one of 2048 bits or more");
}

// Trap J9: some libraries take such a key and sign with zeros.
TEST_F(Rs256SignerTest, RefusesAPublicKey) {
  EXPECT_EQ(refusalOfPem(publicPem(rsaKey(2048))),
            "holds a public key only, which cannot sign: name the file of the private key");
}

TEST_F(Rs256SignerTest, RefusesACertificate) {
  EXPECT_EQ(refusalOfPem(certificatePem(rsaKey(2048))),
            "holds a certificate, which cannot sign: name the file of its private key");
}

TEST_F(Rs256SignerTest, RefusesAKeyThatIsNotRsa) {
  const std::string expected =
      "holds a key that is not RSA: RS256 needs an RSA key of 2048 bits or more";
  EXPECT_EQ(refusalOfPem(privatePem(p256Key().get())), expected);
  EXPECT_EQ(refusalOfPem(privatePem(ed25519Key().get())), expected);
}

TEST_F(Rs256SignerTest, RefusesAnEncryptedKeyWithoutAPassphrase) {
  EXPECT_EQ(refusalOfPem(privatePem(rsaKey(2048), "right")),
            "is encrypted: name the file that holds its passphrase in passphrase_file");
  EXPECT_EQ(refusalOfPem(pkcs1Pem(rsaKey(2048), "right")),
            "is encrypted: name the file that holds its passphrase in passphrase_file");
}

TEST_F(Rs256SignerTest, RefusesAWrongPassphrase) {
  const std::string expected =
      "cannot be decrypted with the passphrase in passphrase_file: correct one of them";
  EXPECT_EQ(refusalOfPem(privatePem(rsaKey(2048), "right"), "wrong"), expected);
  EXPECT_EQ(refusalOfPem(pkcs1Pem(rsaKey(2048), "right"), "wrong"), expected);
  EXPECT_EQ(refusalOfPem(privatePem(rsaKey(2048), "right"), "right\n\n"), expected);
  EXPECT_EQ(refusalOfPem(privatePem(rsaKey(2048), "right"), "right\n"), "not refused");
}

TEST_F(Rs256SignerTest, RefusesNumbersThatDoNotFitTogether) {
  const std::string expected =
      "holds an RSA key whose numbers do not fit together: restore it or make a new one";

  RsaNumbers exponent_one = numbersOf(rsaKey(2048));
  BN_one(exponent_one.e.get());
  BN_one(exponent_one.d.get());
  EXPECT_EQ(refusalOfPem(privatePem(rsaKeyFrom(exponent_one).get())), expected);

  RsaNumbers even_exponent = numbersOf(rsaKey(2048));
  BN_set_word(even_exponent.e.get(), 65536);
  EXPECT_EQ(refusalOfPem(privatePem(rsaKeyFrom(even_exponent).get())), expected);

  RsaNumbers other_modulus = numbersOf(rsaKey(2048));
  other_modulus.n = rfc7515AppendixA2().n;
  EXPECT_EQ(refusalOfPem(privatePem(rsaKeyFrom(other_modulus).get())), expected);

  RsaNumbers other_exponent = numbersOf(rsaKey(2048));
  BN_add_word(other_exponent.d.get(), 2);
  EXPECT_EQ(refusalOfPem(privatePem(rsaKeyFrom(other_exponent).get())), expected);
}

TEST_F(Rs256SignerTest, RefusesADamagedKey) {
  std::string pem = privatePem(rsaKey(2048));
  pem.erase(pem.size() / 2, 40);
  EXPECT_EQ(refusalOfPem(pem),
            "holds a private key that cannot be read: restore it, or convert it to PKCS#8");
}

TEST_F(Rs256SignerTest, RefusesWhatIsNoKey) {
  const std::string expected =
      "is not a private key in PEM form (PKCS#8 or PKCS#1): name such a file or make a key";
  EXPECT_EQ(refusalOfPem(""), expected);
  EXPECT_EQ(refusalOfPem("garbage"), expected);
  EXPECT_EQ(refusalOfPem(std::string(4096, '\0')), expected);
}

TEST_F(Rs256SignerTest, RefusesPassphraseFilesThatHoldNone) {
  constexpr std::string_view kPlace = "config.yaml:12: signer.settings.passphrase_file: ";
  folder_.write("key.pem", privatePem(rsaKey(2048)));
  const auto refusal = [&] {
    return refusalOf<Rs256Signer>(
        folder_.path(), {{"private_key_file", "key.pem"}, {"passphrase_file", "passphrase"}});
  };
  EXPECT_EQ(sentence(refusal(), kPlace), "there is no such file");
  for (const std::string& content : {std::string(), std::string("\n"), std::string(1024, 'p')}) {
    folder_.write("passphrase", content);
    EXPECT_EQ(sentence(refusal(), kPlace), "must hold a passphrase of 1 to 1023 bytes");
  }
  folder_.write("passphrase", "p", 0640);
  ::chmod(folder_.path("passphrase").c_str(), 0644);
  EXPECT_EQ(refusal(),
            (Refusal{ErrorCode::PermissionDenied,
                     std::string(kPlace) + "may be read or written by others: chmod 600 it"}));
}

TEST_F(Rs256SignerTest, RefusesAFileThatOthersMayRead) {
  folder_.write("key.pem", privatePem(rsaKey(2048)), 0644);
  EXPECT_EQ(refusalOf<Rs256Signer>(folder_.path(), {{"private_key_file", "key.pem"}}),
            (Refusal{ErrorCode::PermissionDenied,
                     "config.yaml:11: signer.settings.private_key_file: may be read or written by "
                     "others: chmod 600 it"}));
}

TEST_F(Rs256SignerTest, MakesAKeyOf2048BitsInPkcs8) {
  PluginSettings settings(folder_.path(),
                          {{"private_key_file", "key.pem"}, {"create_missing", "true"}});
  Rs256Signer signer(settings.settings(), host_, Mode::Serve);
  const sdk::Key key = signer.keys().at(0);
  const std::string made = folder_.read("key.pem");
  EXPECT_TRUE(made.starts_with("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_EQ(make(made)->keys().at(0).kid, key.kid);
  EXPECT_EQ(signer.sign(key.kid, "bytes", {}).size(), 256U);
}

TEST_F(Rs256SignerTest, EncryptsTheKeyItMakesWhereThereIsAPassphrase) {
  folder_.write("passphrase", "a passphrase\n");
  const std::vector<std::pair<std::string, std::string>> values = {
      {"private_key_file", "key.pem"},
      {"passphrase_file", "passphrase"},
      {"create_missing", "true"}};
  PluginSettings settings(folder_.path(), values);
  const std::string kid = Rs256Signer(settings.settings(), host_, Mode::Serve).keys().at(0).kid;
  EXPECT_TRUE(folder_.read("key.pem").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
  PluginSettings again(folder_.path(), values);
  EXPECT_EQ(Rs256Signer(again.settings(), host_, Mode::Serve).keys().at(0).kid, kid);
}

}  // namespace
}  // namespace token_service::signers_test
