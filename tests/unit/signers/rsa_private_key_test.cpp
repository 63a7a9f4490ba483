#include "rsa_private_key.hpp"

#include "private_pem.hpp"
#include "test_keys.hpp"

#include <gtest/gtest.h>

#include <string>

namespace token_service::signers_test {
namespace {

using signer_rs256::PrivatePem;
using signer_rs256::readPrivatePem;
using signer_rs256::rsaPrivateKey;

std::string der() {
  const PrivatePem file = readPrivatePem(privatePem(rsaKey(2048)), nullptr);
  return std::string(file.rsa.value().view());
}

// The index of the tag of the element that follows the first `count` of a 2048-bit RSAPrivateKey.
std::size_t elementAfter(const std::string& text, int count) {
  std::size_t index = 4;
  for (; count > 0; --count) {
    const auto first = static_cast<unsigned char>(text[index + 1]);
    index += 2;
    std::size_t length = first;
    if (first >= 0x80) {
      length = 0;
      for (int byte = first - 0x80; byte > 0; --byte) {
        length = length << 8 | static_cast<unsigned char>(text[index++]);
      }
    }
    index += length;
  }
  return index;
}

TEST(RsaPrivateKey, IsTheKeyThatWasWritten) {
  const signing::KeyPointer key = rsaPrivateKey(der());
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(EVP_PKEY_eq(key.get(), rsaKey(2048)), 1);
  EXPECT_EQ(privatePem(key.get()), privatePem(rsaKey(2048))) << "with all its numbers";
}

TEST(RsaPrivateKey, NoPartOfOneIsAKey) {
  const std::string whole = der();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(rsaPrivateKey(whole.substr(0, length)), nullptr) << length << " bytes";
  }
}

TEST(RsaPrivateKey, IsNothingElse) {
  const std::string whole = der();
  EXPECT_EQ(rsaPrivateKey(whole + '\0'), nullptr) << "something after it";

  std::string other = whole;
  other[0] = 0x31;
  EXPECT_EQ(rsaPrivateKey(other), nullptr) << "a set";

  other = whole;
  other[elementAfter(whole, 0) + 2] = 1;
  EXPECT_EQ(rsaPrivateKey(other), nullptr) << "version 1: more than two primes";

  other = whole;
  other[elementAfter(whole, 3)] = 0x04;
  EXPECT_EQ(rsaPrivateKey(other), nullptr) << "an octet string instead of d";

  other = whole;
  other[elementAfter(whole, 1) + 4] = static_cast<char>(0x80);
  EXPECT_EQ(rsaPrivateKey(other), nullptr) << "a negative modulus";

  other = whole;
  other[elementAfter(whole, 1) + 1] = static_cast<char>(0x80);
  EXPECT_EQ(rsaPrivateKey(other), nullptr) << "a length that comes later";

  other = whole;
  other[elementAfter(whole, 1) + 1] = static_cast<char>(0xff);
  EXPECT_EQ(rsaPrivateKey(other), nullptr) << "a length of 127 bytes";
}

TEST(RsaPrivateKey, OfAnotherAlgorithmIsSaidToBeSo) {
  EXPECT_EQ(readPrivatePem(privatePem(p256Key().get()), nullptr).kind,
            PrivatePem::Kind::OtherAlgorithm);
  const signing::SecretBytes passphrase{std::string_view("right")};
  EXPECT_EQ(readPrivatePem(privatePem(p256Key().get(), "right"), &passphrase).kind,
            PrivatePem::Kind::OtherAlgorithm);
}

}  // namespace
}  // namespace token_service::signers_test
