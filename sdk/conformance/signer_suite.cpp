#include "plugin_under_test.hpp"
#include "published_key.hpp"
#include "token_service/sdk/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace token_service::conformance {
namespace {

sdk::Deadline inTenSeconds() { return std::chrono::steady_clock::now() + std::chrono::seconds(10); }

std::string sign(sdk::Signer& signer, const sdk::Key& key, std::string_view bytes) {
  return signer.sign(key.kid, bytes, inTenSeconds());
}

// All that the host sees of a key.
void expectSame(const sdk::Key& key, const sdk::Key& again) {
  EXPECT_EQ(again.kid, key.kid);
  EXPECT_EQ(again.algorithm, key.algorithm) << key.kid;
  EXPECT_EQ(again.public_jwk, key.public_jwk) << key.kid;
  EXPECT_EQ(again.published_from, key.published_from) << key.kid;
  EXPECT_EQ(again.active_from, key.active_from) << key.kid;
  EXPECT_EQ(again.emergency, key.emergency) << key.kid;
}

std::string bytesOf(std::size_t thread) { return "of thread " + std::to_string(thread); }

class SignerConformance : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(pluginUnderTest().make_signer) << "the plugin is not a signer";
    signer_ = pluginUnderTest().make_signer();
    ASSERT_NE(signer_, nullptr);
    keys_ = signer_->keys();
    ASSERT_FALSE(keys_.empty()) << "a signer has at least one key";
  }

  // The only judgement that is the same for every algorithm: by the published key, or, where there
  // is none, by signing again.
  bool isGood(const sdk::Key& key, std::string_view bytes, std::string_view signature) {
    if (!key.public_jwk) {
      return sign(*signer_, key, bytes) == signature;
    }
    const PublishedKey* published = publishedKey(key);
    return published != nullptr && published->verifies(key.algorithm, bytes, signature);
  }

  // Read once, since to check a public key takes longer than to verify with it. Null, and the test
  // fails, if it is none.
  const PublishedKey* publishedKey(const sdk::Key& key) {
    const auto known = published_.find(*key.public_jwk);
    if (known != published_.end()) {
      return &known->second;
    }
    std::string why;
    std::optional<PublishedKey> published = PublishedKey::read(*key.public_jwk, why);
    if (!published) {
      ADD_FAILURE() << "the public JWK of " << key.kid << " cannot be used: " << why;
      return nullptr;
    }
    return &published_.emplace(*key.public_jwk, *std::move(published)).first->second;
  }

  std::unique_ptr<sdk::Signer> signer_;
  std::vector<sdk::Key> keys_;

 private:
  std::map<std::string, PublishedKey> published_;
};

TEST_F(SignerConformance, KidsAreDistinctAndPlain) {
  std::set<std::string> kids;
  for (const sdk::Key& key : keys_) {
    EXPECT_FALSE(key.kid.empty());
    EXPECT_LE(key.kid.size(), 128U);
    EXPECT_TRUE(std::all_of(key.kid.begin(), key.kid.end(),
                            [](char character) {
                              return character > ' ' && character < '\x7f' && character != '"' &&
                                     character != '\\';
                            }))
        << "a kid stands in a JSON string and in a log line: " << key.kid;
    EXPECT_TRUE(kids.insert(key.kid).second) << key.kid << " is there twice";
  }
}

TEST_F(SignerConformance, KidsAndKeysAreTheSameInASecondInstance) {
  const std::unique_ptr<sdk::Signer> second = pluginUnderTest().make_signer();
  ASSERT_NE(second, nullptr);
  const std::vector<sdk::Key> again = second->keys();
  ASSERT_EQ(again.size(), keys_.size());
  for (std::size_t index = 0; index < keys_.size(); ++index) {
    expectSame(keys_[index], again[index]);
    EXPECT_TRUE(isGood(keys_[index], "by the second", sign(*second, again[index], "by the second")))
        << "the first instance does not accept what the second signed";
  }
}

TEST_F(SignerConformance, TheListOfKeysDoesNotChange) {
  const std::vector<sdk::Key> again = signer_->keys();
  ASSERT_EQ(again.size(), keys_.size());
  for (std::size_t index = 0; index < keys_.size(); ++index) {
    expectSame(keys_[index], again[index]);
  }
}

TEST_F(SignerConformance, AKeyIsPublishedBeforeItSigns) {
  for (const sdk::Key& key : keys_) {
    EXPECT_LE(key.published_from, key.active_from) << key.kid;
  }
}

TEST_F(SignerConformance, NoTwoKeysBecomeActiveAtTheSameTime) {
  std::map<sdk::Time, std::string> kids;
  for (const sdk::Key& key : keys_) {
    const auto [other, alone] = kids.emplace(key.active_from, key.kid);
    EXPECT_TRUE(alone) << key.kid << " and " << other->second << ": which of them signs?";
  }
}

TEST_F(SignerConformance, APublishedKeyIsAWholeJwkOfItsAlgorithm) {
  for (const sdk::Key& key : keys_) {
    if (!key.public_jwk) {
      continue;
    }
    const PublishedKey* published = publishedKey(key);
    ASSERT_NE(published, nullptr);
    for (const auto& [member, expected] : {std::pair<std::string, std::string>{"kid", key.kid},
                                           {"alg", key.algorithm},
                                           {"use", "sig"}}) {
      if (published->has(member)) {
        EXPECT_EQ(published->text(member), expected) << key.kid << ", member '" << member << "'";
      }
    }
    EXPECT_EQ(published->thumbprint(), key.kid) << "the kid is the RFC 7638 thumbprint";
  }
}

TEST_F(SignerConformance, APublishedKeyHasNoPrivateMember) {
  for (const sdk::Key& key : keys_) {
    if (!key.public_jwk) {
      continue;
    }
    const PublishedKey* published = publishedKey(key);
    ASSERT_NE(published, nullptr);
    for (const char* member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
      EXPECT_FALSE(published->has(member)) << key.kid << " publishes '" << member << "'";
    }
  }
}

TEST_F(SignerConformance, OnlyASymmetricKeyIsUnpublished) {
  for (const sdk::Key& key : keys_) {
    EXPECT_EQ(key.public_jwk.has_value(), !key.algorithm.starts_with("HS"))
        << key.kid << " has the algorithm " << key.algorithm;
  }
}

TEST_F(SignerConformance, EverySignatureIsGoodAndNoneIsAfterAChange) {
  const std::string bytes = "eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjo3fQ";
  for (const sdk::Key& key : keys_) {
    const std::string signature = sign(*signer_, key, bytes);
    ASSERT_FALSE(signature.empty()) << key.kid;
    EXPECT_TRUE(isGood(key, bytes, signature)) << key.kid;

    std::string other_bytes = bytes;
    other_bytes.back() = 'R';
    EXPECT_FALSE(isGood(key, other_bytes, signature)) << key.kid;
    EXPECT_FALSE(isGood(key, "", signature)) << key.kid;
    EXPECT_FALSE(isGood(key, bytes, "")) << key.kid;
    EXPECT_FALSE(isGood(key, bytes, std::string(signature.size(), '\0'))) << key.kid;
    EXPECT_FALSE(isGood(key, bytes, signature.substr(0, signature.size() - 1))) << key.kid;
    for (const std::size_t index : {std::size_t{0}, signature.size() / 2, signature.size() - 1}) {
      std::string tampered = signature;
      tampered[index] = static_cast<char>(tampered[index] ^ 1);
      EXPECT_FALSE(isGood(key, bytes, tampered)) << key.kid << ", byte " << index;
    }
  }
}

TEST_F(SignerConformance, KeysDoNotVouchForEachOther) {
  for (const sdk::Key& one : keys_) {
    const std::string signature = sign(*signer_, one, "whose");
    for (const sdk::Key& other : keys_) {
      EXPECT_EQ(isGood(other, "whose", signature), one.kid == other.kid)
          << one.kid << " and " << other.kid;
    }
  }
}

TEST_F(SignerConformance, ASymmetricKeySignsTheSameAgain) {
  for (const sdk::Key& key : keys_) {
    if (!key.public_jwk) {
      const std::string first = sign(*signer_, key, "again");
      EXPECT_NE(sign(*signer_, key, "something else"), first);
      EXPECT_EQ(sign(*signer_, key, "again"), first);
    }
  }
}

TEST_F(SignerConformance, SignsNothingAndMuchAndEveryByte) {
  std::string every_byte;
  for (int value = 0; value < 256; ++value) {
    every_byte.push_back(static_cast<char>(value));
  }
  for (const sdk::Key& key : keys_) {
    for (const std::string& bytes :
         {std::string(), std::string(std::size_t{64} * 1024, 'a'), every_byte}) {
      EXPECT_TRUE(isGood(key, bytes, sign(*signer_, key, bytes)))
          << key.kid << ", " << bytes.size() << " bytes";
    }
  }
}

TEST_F(SignerConformance, AnUnknownKidIsAnInternalError) {
  for (const std::string& kid :
       {std::string(), std::string("no-such-key"), keys_[0].kid + "x", keys_[0].kid.substr(1)}) {
    try {
      signer_->sign(kid, "bytes", inTenSeconds());
      ADD_FAILURE() << "signed with the kid '" << kid << "', which is not in keys()";
    } catch (const sdk::Error& error) {
      EXPECT_EQ(error.code(), sdk::ErrorCode::Internal);
    }
  }
}

TEST_F(SignerConformance, CheckReturnsWhileItCanSign) {
  EXPECT_NO_THROW(signer_->check(inTenSeconds()));
}

TEST_F(SignerConformance, ADeadlineInThePastGivesASignatureOrUnavailable) {
  const sdk::Deadline past = std::chrono::steady_clock::now() - std::chrono::hours(1);
  for (const sdk::Key& key : keys_) {
    try {
      EXPECT_TRUE(isGood(key, "late", signer_->sign(key.kid, "late", past))) << key.kid;
    } catch (const sdk::Error& error) {
      EXPECT_EQ(error.code(), sdk::ErrorCode::Unavailable) << error.what();
    }
    EXPECT_TRUE(isGood(key, "then in time", sign(*signer_, key, "then in time"))) << key.kid;
  }
}

TEST_F(SignerConformance, ManyThreadsSignAtOnce) {
  constexpr std::size_t kThreads = 8;
  constexpr std::size_t kSignatures = 1000;
  // Slow keys get fewer signatures rather than a slow test.
  const auto enough = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  const auto key_of = [&](std::size_t thread, std::size_t index) -> const sdk::Key& {
    return keys_[(thread + index) % keys_.size()];
  };
  std::vector<std::vector<std::string>> signatures(kThreads);
  std::vector<std::string> failures(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        try {
          while (signatures[thread].size() < keys_.size() ||
                 (signatures[thread].size() < kSignatures &&
                  std::chrono::steady_clock::now() < enough)) {
            // The threads use different keys at a time.
            const sdk::Key& key = key_of(thread, signatures[thread].size());
            signatures[thread].push_back(sign(*signer_, key, bytesOf(thread)));
          }
        } catch (const std::exception& error) {
          failures[thread] = error.what();
        }
      });
    }
  }
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    EXPECT_EQ(failures[thread], "");
    EXPECT_GE(signatures[thread].size(), keys_.size());
    for (std::size_t index = 0; index < signatures[thread].size(); ++index) {
      ASSERT_TRUE(isGood(key_of(thread, index), bytesOf(thread), signatures[thread][index]))
          << "thread " << thread << ", signature " << index;
    }
  }
}

// A reload makes a new object of the class while the old one serves, and destroys one of them.
TEST_F(SignerConformance, SignsWhileAnotherInstanceComesAndGoes) {
  constexpr int kInstances = 3;
  std::string failure;
  std::vector<std::string> signatures;
  std::jthread serving([&](const std::stop_token& stop) {
    try {
      while (!stop.stop_requested()) {
        signatures.push_back(sign(*signer_, keys_[signatures.size() % keys_.size()], "meanwhile"));
      }
    } catch (const std::exception& error) {
      failure = error.what();
    }
  });
  for (int instance = 0; instance < kInstances; ++instance) {
    const std::unique_ptr<sdk::Signer> other = pluginUnderTest().make_signer();
    ASSERT_NE(other, nullptr);
    for (const sdk::Key& key : keys_) {
      sign(*other, key, "by the other");
    }
  }
  serving.request_stop();
  serving.join();
  EXPECT_EQ(failure, "");
  for (std::size_t index = 0; index < signatures.size(); ++index) {
    ASSERT_TRUE(isGood(keys_[index % keys_.size()], "meanwhile", signatures[index]))
        << "signature " << index;
  }
  for (const sdk::Key& key : keys_) {
    EXPECT_TRUE(isGood(key, "afterwards", sign(*signer_, key, "afterwards"))) << key.kid;
  }
}

}  // namespace
}  // namespace token_service::conformance
