// Runs the conformance suite for signers on a signer of an algorithm that no plugin of ours has, or
// on one with a fault, which the suite must find.

#include "conformance/plugin_under_test.hpp"
#include "conformance/published_key.hpp"
#include "test_keys.hpp"
#include "token_service/sdk/base64url.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace token_service::signers_test {
namespace {

// The algorithms that third parties may bring.
class OtherAlgorithm : public sdk::Signer {
 public:
  OtherAlgorithm(std::string algorithm, EVP_PKEY* key)
      : algorithm_(std::move(algorithm)), key_(key) {}

  std::vector<sdk::Key> keys() override {
    sdk::Key key;
    key.algorithm = algorithm_;
    std::string why;
    key.kid = conformance::PublishedKey::read("{" + members() + "}", why).value().thumbprint();
    key.public_jwk = "{" + members() + R"(,"kid":")" + key.kid + R"("})";
    return {key};
  }

  std::string sign(std::string_view kid, std::string_view bytes,
                   sdk::Deadline /*deadline*/) override {
    if (kid != keys()[0].kid) {
      throw sdk::Error(sdk::ErrorCode::Internal, "there is no key with this kid");
    }
    const signing::DigestContextPointer context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    EVP_DigestSignInit(context.get(), &parameters, algorithm_ == "EdDSA" ? nullptr : EVP_sha256(),
                       nullptr, key_);
    if (algorithm_ == "PS256") {
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
    }
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_)), '\0');
    std::size_t length = signature.size();
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1) {
      throw sdk::Error(sdk::ErrorCode::Internal, "cannot sign");
    }
    signature.resize(length);
    return algorithm_ == "ES256" ? sideBySide(signature) : signature;
  }

  void check(sdk::Deadline /*deadline*/) override {}

 private:
  std::string members() const {
    if (algorithm_ == "PS256" || algorithm_ == "RS256") {
      return R"("kty":"RSA","n":")" + jwkNumber(key_, OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
             jwkNumber(key_, OSSL_PKEY_PARAM_RSA_E) + R"(")";
    }
    if (algorithm_ == "ES256") {
      return R"("kty":"EC","crv":"P-256","x":")" + coordinate(OSSL_PKEY_PARAM_EC_PUB_X) +
             R"(","y":")" + coordinate(OSSL_PKEY_PARAM_EC_PUB_Y) + R"(")";
    }
    std::string x(32, '\0');
    std::size_t length = x.size();
    EVP_PKEY_get_raw_public_key(key_, reinterpret_cast<unsigned char*>(x.data()), &length);
    return R"("kty":"OKP","crv":"Ed25519","x":")" + sdk::base64url::encode(x) + R"(")";
  }

  static std::string padded(const BIGNUM* number) {
    std::string bytes(32, '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), 32);
    return bytes;
  }

  std::string coordinate(const char* parameter) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_, parameter, &number);
    const signing::NumberPointer owner(number);
    return sdk::base64url::encode(padded(number));
  }

  static std::string sideBySide(const std::string& der) {
    const auto* start = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, signing::FreeWith<ECDSA_SIG_free>> both(
        d2i_ECDSA_SIG(nullptr, &start, static_cast<long>(der.size())));
    return padded(ECDSA_SIG_get0_r(both.get())) + padded(ECDSA_SIG_get0_s(both.get()));
  }

  std::string algorithm_;
  EVP_PKEY* key_;
};

EVP_PKEY* ellipticKey() {
  static const signing::KeyPointer key = p256Key();
  return key.get();
}

EVP_PKEY* edwardsKey() {
  static const signing::KeyPointer key = ed25519Key();
  return key.get();
}

class WrongSignature final : public OtherAlgorithm {
 public:
  WrongSignature() : OtherAlgorithm("RS256", rsaKey(2048)) {}
  // As a library that ignores errors would (trap J9).
  std::string sign(std::string_view kid, std::string_view bytes, sdk::Deadline deadline) override {
    return std::string(OtherAlgorithm::sign(kid, bytes, deadline).size(), '\0');
  }
};

class UnstableKid final : public OtherAlgorithm {
 public:
  explicit UnstableKid(signing::KeyPointer fresh)
      : OtherAlgorithm("EdDSA", fresh.get()), fresh_(std::move(fresh)) {}

 private:
  signing::KeyPointer fresh_;
};

class PrivateMember final : public OtherAlgorithm {
 public:
  PrivateMember() : OtherAlgorithm("RS256", rsaKey(2048)) {}
  std::vector<sdk::Key> keys() override {
    std::vector<sdk::Key> keys = OtherAlgorithm::keys();
    keys[0].public_jwk->pop_back();
    keys[0].public_jwk->append(R"(,"d":"AQAB"})");
    return keys;
  }
};

class AnyKid final : public OtherAlgorithm {
 public:
  AnyKid() : OtherAlgorithm("EdDSA", edwardsKey()) {}
  std::string sign(std::string_view /*kid*/, std::string_view bytes,
                   sdk::Deadline deadline) override {
    return OtherAlgorithm::sign(keys()[0].kid, bytes, deadline);
  }
};

// Retired, signing and published ahead.
class SeveralKeys : public sdk::Signer {
 public:
  SeveralKeys() {
    keys_.push_back(std::make_unique<OtherAlgorithm>("EdDSA", edwardsKey()));
    keys_.push_back(std::make_unique<OtherAlgorithm>("ES256", ellipticKey()));
    keys_.push_back(std::make_unique<OtherAlgorithm>("PS256", rsaKey(2048)));
  }

  std::vector<sdk::Key> keys() override {
    std::vector<sdk::Key> keys;
    for (const auto& one : keys_) {
      keys.push_back(one->keys()[0]);
      keys.back().published_from += std::chrono::hours(24 * keys.size());
      keys.back().active_from = keys.back().published_from + std::chrono::hours(1);
    }
    return keys;
  }

  std::string sign(std::string_view kid, std::string_view bytes, sdk::Deadline deadline) override {
    for (const auto& one : keys_) {
      if (one->keys()[0].kid == kid) {
        return one->sign(kid, bytes, deadline);
      }
    }
    throw sdk::Error(sdk::ErrorCode::Internal, "there is no key with this kid");
  }

  void check(sdk::Deadline /*deadline*/) override {}

 private:
  std::vector<std::unique_ptr<OtherAlgorithm>> keys_;
};

class RetiredKeysSignNoMore final : public SeveralKeys {
 public:
  std::string sign(std::string_view kid, std::string_view bytes, sdk::Deadline deadline) override {
    if (kid == keys()[0].kid) {
      throw sdk::Error(sdk::ErrorCode::Internal, "the key is retired");
    }
    return SeveralKeys::sign(kid, bytes, deadline);
  }
};

class TheNewestKeySignsAll final : public SeveralKeys {
 public:
  std::string sign(std::string_view kid, std::string_view bytes, sdk::Deadline deadline) override {
    SeveralKeys::sign(kid, bytes, deadline);
    return SeveralKeys::sign(keys().back().kid, bytes, deadline);
  }
};

class OneTimeForAll final : public SeveralKeys {
 public:
  std::vector<sdk::Key> keys() override {
    std::vector<sdk::Key> keys = SeveralKeys::keys();
    for (sdk::Key& key : keys) {
      key.active_from = keys.back().active_from;
    }
    return keys;
  }
};

class DatesOfTheStart final : public SeveralKeys {
 public:
  std::vector<sdk::Key> keys() override {
    std::vector<sdk::Key> keys = SeveralKeys::keys();
    for (sdk::Key& key : keys) {
      key.published_from += std::chrono::milliseconds(start_);
      key.active_from += std::chrono::milliseconds(start_);
    }
    return keys;
  }

 private:
  inline static int starts = 0;
  int start_ = ++starts;
};

class GoesWithTheFirst final : public SeveralKeys {
 public:
  GoesWithTheFirst() { open = true; }
  ~GoesWithTheFirst() override { open = false; }
  std::string sign(std::string_view kid, std::string_view bytes, sdk::Deadline deadline) override {
    if (!open) {
      throw sdk::Error(sdk::ErrorCode::Unavailable, "the device is closed");
    }
    return SeveralKeys::sign(kid, bytes, deadline);
  }

 private:
  inline static std::atomic<bool> open = false;
};

using MakeSigner = std::function<std::unique_ptr<sdk::Signer>()>;

const std::map<std::string, MakeSigner> kSigners = {
    {"ps256", [] { return std::make_unique<OtherAlgorithm>("PS256", rsaKey(2048)); }},
    {"es256", [] { return std::make_unique<OtherAlgorithm>("ES256", ellipticKey()); }},
    {"eddsa", [] { return std::make_unique<OtherAlgorithm>("EdDSA", edwardsKey()); }},
    {"wrong_signature", [] { return std::make_unique<WrongSignature>(); }},
    {"unstable_kid", [] { return std::make_unique<UnstableKid>(ed25519Key()); }},
    {"private_member", [] { return std::make_unique<PrivateMember>(); }},
    {"any_kid", [] { return std::make_unique<AnyKid>(); }},
    {"several_keys", [] { return std::make_unique<SeveralKeys>(); }},
    {"retired_key", [] { return std::make_unique<RetiredKeysSignNoMore>(); }},
    {"one_key_for_all", [] { return std::make_unique<TheNewestKeySignsAll>(); }},
    {"one_time", [] { return std::make_unique<OneTimeForAll>(); }},
    {"dates_of_the_start", [] { return std::make_unique<DatesOfTheStart>(); }},
    {"shared_device", [] { return std::make_unique<GoesWithTheFirst>(); }},
};

}  // namespace
}  // namespace token_service::signers_test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  token_service::conformance::pluginUnderTest().make_signer =
      token_service::signers_test::kSigners.at(argc > 1 ? argv[1] : "");
  return RUN_ALL_TESTS();
}
