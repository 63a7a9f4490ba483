#include "token/public_key.hpp"

#include "test_signer.hpp"
#include "token_service/sdk/base64url.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace token_service::token {
namespace {

using namespace std::string_literals;
using host_test::freshKeyPair;
using host_test::KeyPair;
using host_test::keyPair;
using host_test::publicJwk;
using host_test::signatureOf;
using sdk::base64url::decode;
using sdk::base64url::encode;

struct Case {
  const char* algorithm;
  const char* kind;
  std::size_t signature_size;
};

const Case kCases[] = {{"RS256", "RSA-2048", 256}, {"RS384", "RSA-2048", 256},
                       {"RS512", "RSA-2048", 256}, {"PS256", "RSA-2048", 256},
                       {"PS384", "RSA-2048", 256}, {"PS512", "RSA-2048", 256},
                       {"ES256", "P-256", 64},     {"ES384", "P-384", 96},
                       {"ES512", "P-521", 132},    {"EdDSA", "Ed25519", 64}};

const std::string kBytes = "eyJhbGciOiJub25lIn0.e30";

std::string withMember(std::string jwk, const std::string& member) {
  jwk.pop_back();
  return jwk + "," + member + "}";
}

std::string refusal(const std::string& jwk, const std::string& algorithm) {
  try {
    const PublicKey key(jwk, algorithm);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(PublicKey, VerifiesWhatOpenSslSigns) {
  for (const Case& one : kCases) {
    SCOPED_TRACE(one.algorithm);
    const KeyPair pair = keyPair(one.kind);
    const PublicKey key(publicJwk(pair), one.algorithm);
    const std::string signature = signatureOf(pair, one.algorithm, kBytes);
    ASSERT_EQ(signature.size(), one.signature_size);
    EXPECT_TRUE(key.verify(kBytes, signature));
    EXPECT_TRUE(key.verify("", signatureOf(pair, one.algorithm, "")));
    EXPECT_FALSE(key.verify(kBytes + ".", signature));
    EXPECT_FALSE(key.verify(kBytes.substr(1), signature));
    EXPECT_FALSE(key.verify("", signature));
    EXPECT_FALSE(
        PublicKey(publicJwk(freshKeyPair(one.kind)), one.algorithm).verify(kBytes, signature));
  }
}

TEST(PublicKey, RefusesEveryOtherLength_P3_T34) {
  for (const Case& one : kCases) {
    SCOPED_TRACE(one.algorithm);
    const KeyPair pair = keyPair(one.kind);
    const PublicKey key(publicJwk(pair), one.algorithm);
    const std::string signature = signatureOf(pair, one.algorithm, kBytes);
    for (std::size_t size = 0; size < signature.size(); ++size) {
      EXPECT_FALSE(key.verify(kBytes, signature.substr(0, size))) << size;
    }
    const std::string zero(1, '\0');
    EXPECT_FALSE(key.verify(kBytes, signature + zero));
    EXPECT_FALSE(key.verify(kBytes, zero + signature));
    EXPECT_FALSE(key.verify(kBytes, signature + signature));
    EXPECT_FALSE(key.verify(kBytes, std::string(signature.size(), '\0'))) << "T14";
    EXPECT_FALSE(key.verify(kBytes, std::string(signature.size(), '\xff')));
  }
}

TEST(PublicKey, RefusesEveryFlippedBit) {
  for (const Case& one : {kCases[0], kCases[3], kCases[6], kCases[9]}) {
    SCOPED_TRACE(one.algorithm);
    const KeyPair pair = keyPair(one.kind);
    const PublicKey key(publicJwk(pair), one.algorithm);
    const std::string good = signatureOf(pair, one.algorithm, kBytes);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      std::string signature = good;
      signature[bit / 8] = static_cast<char>(signature[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_FALSE(key.verify(kBytes, signature)) << bit;
    }
  }
}

TEST(PublicKey, OneAlgorithmDoesNotVerifyAnothersSignature) {
  const KeyPair pair = keyPair("RSA-2048");
  for (const Case& signing : kCases) {
    for (const Case& verifying : kCases) {
      if (std::string(signing.kind) == verifying.kind && signing.algorithm != verifying.algorithm) {
        EXPECT_FALSE(
            PublicKey(publicJwk(keyPair(verifying.kind)), verifying.algorithm)
                .verify(kBytes, signatureOf(keyPair(signing.kind), signing.algorithm, kBytes)))
            << signing.algorithm << " as " << verifying.algorithm;
      }
    }
  }
}

// The signature's number plus the modulus is the same number to RSA.
TEST(PublicKey, RefusesAnRsaSignatureBeyondTheModulus_T35) {
  const KeyPair pair = keyPair("RSA-2048");
  const PublicKey key(publicJwk(pair), "RS256");
  std::string sum = signatureOf(pair, "RS256", kBytes);
  const std::string modulus = *decode(host_test::numberOf(pair, OSSL_PKEY_PARAM_RSA_N));
  int carry = 0;
  for (std::size_t index = sum.size(); index-- > 0;) {
    carry += static_cast<unsigned char>(sum[index]) + static_cast<unsigned char>(modulus[index]);
    sum[index] = static_cast<char>(carry & 0xff);
    carry >>= 8;
  }
  EXPECT_FALSE(key.verify(kBytes, sum));
  EXPECT_FALSE(key.verify(kBytes, "\x01" + sum));
}

// The private key's operation on a block of the modulus's size, whatever the block is.
std::string rawRsa(const KeyPair& pair, const std::string& block) {
  const std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> context(
      EVP_PKEY_CTX_new(pair.get(), nullptr), EVP_PKEY_CTX_free);
  std::string signature(block.size(), '\0');
  std::size_t size = signature.size();
  if (EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1 ||
      EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                    reinterpret_cast<const unsigned char*>(block.data()), block.size()) != 1) {
    throw std::runtime_error("OpenSSL refuses what a test needs");
  }
  return signature;
}

std::string sha256(const std::string& bytes) {
  std::string digest(32, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             EVP_sha256(), nullptr);
  return digest;
}

// EMSA-PKCS1-v1_5 (RFC 8017 section 9.2) as it must be, and every way to get it wrong that somebody
// once accepted.
TEST(PublicKey, RefusesOtherPaddings_P3_T35) {
  const KeyPair pair = keyPair("RSA-2048");
  const PublicKey key(publicJwk(pair), "RS256");
  const std::string digest = sha256(kBytes);
  const std::string prefix =
      "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"s;
  const std::string without_null =
      "\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20"s;
  std::string of_sha384 = prefix;
  of_sha384[14] = '\x02';
  std::string long_form = prefix;
  long_form.replace(1, 1, "\x81\x31"s);
  const auto block = [](const std::string& start, char filler, const std::string& info,
                        const std::string& rest = "") {
    return start + std::string(256 - start.size() - 1 - info.size() - rest.size(), filler) + '\0' +
           info + rest;
  };
  const std::string good = block("\0\x01"s, '\xff', prefix + digest);
  EXPECT_TRUE(key.verify(kBytes, rawRsa(pair, good))) << "the tests' forger";
  EXPECT_EQ(rawRsa(pair, good), signatureOf(pair, "RS256", kBytes));

  std::string one_other_filler = good;
  one_other_filler[100] = '\xfe';
  std::string no_end_of_filler = good;
  no_end_of_filler[256 - 1 - prefix.size() - digest.size()] = '\xff';
  const std::string eight_fillers = "\0\x01"s + std::string(8, '\xff') + '\0' + prefix + digest;
  const std::string blocks[] = {block("\0\x02"s, '\xff', prefix + digest),
                                block("\0\x00"s, '\0', prefix + digest),
                                block("\0\x01"s, '\0', prefix + digest),
                                block("\0\x01"s, '\x01', prefix + digest),
                                block("\0\x01"s, '\xff', digest),
                                block("\0\x01"s, '\xff', without_null + digest),
                                block("\0\x01"s, '\xff', of_sha384 + digest),
                                block("\0\x01"s, '\xff', long_form + digest),
                                block("\0\x01"s, '\xff', prefix + digest, std::string(1, '\0')),
                                block("\0\x01"s, '\xff', prefix + digest, std::string(100, 'g')),
                                block("\0\x01"s, '\xff', prefix + sha256(kBytes + ".")),
                                block("\0\x01"s, '\xff', prefix + digest.substr(0, 31)),
                                eight_fillers + std::string(256 - eight_fillers.size(), 'g'),
                                one_other_filler,
                                no_end_of_filler,
                                std::string(256, '\0'),
                                std::string(255, '\0') + '\x01'};
  for (const std::string& wrong : blocks) {
    ASSERT_EQ(wrong.size(), 256U);
    EXPECT_FALSE(key.verify(kBytes, rawRsa(pair, wrong))) << encode(wrong);
  }
}

// RFC 7515, appendix A.2.
TEST(PublicKey, VerifiesTheRs256VectorOfRfc7515) {
  const PublicKey key(
      R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw)"
      R"(-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_)"
      R"(7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZl)"
      R"(xvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb)"
      R"(54h4FRWyuXpoQ","e":"AQAB"})",
      "RS256");
  const std::string input =
      "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLm"
      "NvbS9pc19yb290Ijp0cnVlfQ";
  const std::string signature = *decode(
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
      "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
      "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1"
      "L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
      "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYE"
      "UipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
  EXPECT_TRUE(key.verify(input, signature));
  EXPECT_FALSE(key.verify(input + "A", signature));
}

// RFC 7515, appendix A.3.
TEST(PublicKey, VerifiesTheEs256VectorOfRfc7515) {
  const PublicKey key(
      R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
      R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
      "ES256");
  EXPECT_TRUE(key.verify(
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLm"
      "NvbS9pc19yb290Ijp0cnVlfQ",
      *decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU"
              "1Q")));
}

// RFC 8037, appendix A.4.
TEST(PublicKey, VerifiesTheEdDsaVectorOfRfc8037) {
  const PublicKey key(
      R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
      "EdDSA");
  EXPECT_TRUE(key.verify(
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
      *decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0K"
              "Ag")));
}

TEST(PublicKey, RefusesOtherAlgorithms) {
  const std::string jwk = publicJwk(keyPair("RSA-2048"));
  for (const char* algorithm : {"HS256", "none", "", "rs256", "RS256 ", "RS1", "ES256K"}) {
    EXPECT_NE(refusal(jwk, algorithm), "") << algorithm;
  }
}

TEST(PublicKey, RefusesPrivateMembersAndNamesThem) {
  const std::string jwk = publicJwk(keyPair("RSA-2048"));
  for (const char* member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    EXPECT_EQ(refusal(withMember(jwk, "\"" + std::string(member) + "\":\"AQ\""), "RS256"),
              "the JWK holds the private member '" + std::string(member) + "'");
  }
}

TEST(PublicKey, RefusesKeysThatDoNotFitTheAlgorithm) {
  for (const Case& key : kCases) {
    for (const Case& algorithm : kCases) {
      const bool fits = std::string(key.kind) == algorithm.kind;
      EXPECT_EQ(refusal(publicJwk(keyPair(key.kind)), algorithm.algorithm).empty(), fits)
          << key.kind << " for " << algorithm.algorithm;
    }
  }
}

TEST(PublicKey, RefusesSmallAndSillyRsaKeys_C20) {
  EXPECT_EQ(refusal(publicJwk(keyPair("RSA-1024")), "RS256"),
            "the RSA key has fewer than 2048 bits");
  const std::string n = host_test::numberOf(keyPair("RSA-2048"), OSSL_PKEY_PARAM_RSA_N);
  for (const char* e : {"AQ", "Ag", "AA", "", "A", "AQAB=="}) {
    EXPECT_NE(refusal(R"({"kty":"RSA","n":")" + n + R"(","e":")" + e + "\"}", "RS256"), "") << e;
  }
}

TEST(PublicKey, RefusesPointsThatAreNotOnTheCurve) {
  const std::string zero = encode(std::string(32, '\0'));
  EXPECT_NE(
      refusal(R"({"kty":"EC","crv":"P-256","x":")" + zero + R"(","y":")" + zero + "\"}", "ES256"),
      "");
  const std::string one = encode(std::string(31, '\0') + "\x01");
  EXPECT_NE(
      refusal(R"({"kty":"EC","crv":"P-256","x":")" + one + R"(","y":")" + one + "\"}", "ES256"),
      "");
  const std::string short_one = encode(std::string(31, '\x01'));
  EXPECT_EQ(refusal(R"({"kty":"EC","crv":"P-256","x":")" + short_one + R"(","y":")" + one + "\"}",
                    "ES256"),
            "the JWK's coordinates have a wrong length");
  for (const std::size_t size : {0U, 31U, 33U, 64U}) {
    EXPECT_NE(
        refusal(R"({"kty":"OKP","crv":"Ed25519","x":")" + encode(std::string(size, 'x')) + "\"}",
                "EdDSA"),
        "")
        << size;
  }
}

TEST(PublicKey, RefusesWhatIsNoJwk) {
  for (const char* jwk :
       {"", "x", "[]", "{}", R"({"kty":"RSA"})", R"({"kty":1,"n":"AQ","e":"AQ"})",
        R"({"kty":"RSA","n":1,"e":"AQAB"})", R"({"kty":"RSA","kty":"RSA"})", R"({"kty":"oct"})"}) {
    EXPECT_NE(refusal(jwk, "RS256"), "") << jwk;
  }
}

}  // namespace
}  // namespace token_service::token
