#include "bad_tokens.hpp"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace token_service::test {
namespace {

// JOSE headers, signed with the service's own key unless a test says otherwise: a header alone must
// never decide with what, or whether, a token is verified.
class BadTokenHeadersTest : public BadTokensTest {
 protected:
  void expectMemberRefused(const std::string& name, const std::string& value) {
    expectHeaderRefused(name + " " + value.substr(0, 40),
                        [&](const auto& header) { return withMember(header, name, value); });
  }

  // One more member: signed by us, and by somebody whose key it may be.
  void expectExtraRefused(const std::string& member) {
    expectHeaderRefused(member, [&](const auto& header) { return withExtra(header, member); });
    const TokenForge stranger = strangersForge();
    expectRefused("a stranger's, " + member, [&](const auto& token) {
      const TokenParts parts = partsOf(token);
      return stranger.sign(withExtra(parts.header, member), parts.claims);
    });
  }

  void expectSecretRefused(const std::string& what, const std::string& secret) {
    const TokenForge forged(SignerKind::Hs256, secret);
    expectRefused(what, [&](const auto& token) {
      const TokenParts parts = partsOf(token);
      return forged.sign(withMember(parts.header, "alg", "\"HS256\""), parts.claims);
    });
  }
};

INSTANTIATE_TEST_SUITE_P(Pairs, BadTokenHeadersTest, kPairs, pairName);

std::string derOf(const std::string& pem) {
  std::string base64;
  for (std::size_t begin = pem.find('\n') + 1; pem[begin] != '-';
       begin = pem.find('\n', begin) + 1) {
    base64 += pem.substr(begin, pem.find('\n', begin) - begin);
  }
  return decodeBase64Url(base64.substr(0, base64.find('=')));
}

// Sees whether anybody connects.
class Tripwire {
 public:
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(listener_.address().port()) + "/";
  }
  bool touched() const {
    return listener_.poll(Poco::Timespan(0, 100000), Poco::Net::Socket::SELECT_READ);
  }
  void touch() const { const Poco::Net::StreamSocket connection(listener_.address()); }

 private:
  Poco::Net::ServerSocket listener_{Poco::Net::SocketAddress("127.0.0.1", 0)};
};

// Sees whether anybody opens a file.
class OpenedFile {
 public:
  explicit OpenedFile(const std::filesystem::path& path)
      : path_(path), watch_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    std::ofstream(path_) << "a key that nobody may read";
    if (::inotify_add_watch(watch_, path_.c_str(), IN_OPEN) < 0) {
      throw std::runtime_error("cannot watch " + path_.string());
    }
  }
  ~OpenedFile() { ::close(watch_); }
  OpenedFile(const OpenedFile&) = delete;
  OpenedFile& operator=(const OpenedFile&) = delete;

  bool touched() const {
    std::array<char, 4096> events{};
    return ::read(watch_, events.data(), events.size()) > 0;
  }
  void touch() const { const std::ifstream file(path_); }

 private:
  std::filesystem::path path_;
  int watch_;
};

TEST_P(BadTokenHeadersTest, algNone_T07) {
  for (const char* none : {"\"none\"", "\"None\"", "\"NONE\"", "\"nOnE\""}) {
    expectMemberRefused("alg", none);
    for (const char* signature : {"", "AA", "AAAA"}) {
      expectRefused(none, [&](const auto& token) {
        const std::string header = withMember(partsOf(token).header, "alg", none);
        return withSignature(withHeader(token, encodeBase64Url(header)), signature);
      });
    }
  }
}

TEST_P(BadTokenHeadersTest, algThatIsNoText_T08) {
  for (const char* alg : {"null", "1", "256", "[]", "[\"HS256\"]", "{}", "true", "\"\""}) {
    expectMemberRefused("alg", alg);
  }
  expectHeaderRefused("none", [](const auto& header) { return withoutMember(header, "alg"); });
}

TEST_P(BadTokenHeadersTest, algInOtherLetters_T09) {
  for (const char* alg : {"\"hs256\"", "\"rs256\"", "\" HS256\"", "\"HS256 \"", "\"HS256\\u0000\"",
                          "\"RS256\\u0000\"", "\"Rs256\""}) {
    expectMemberRefused("alg", alg);
  }
}

TEST_P(BadTokenHeadersTest, publicKeyAsSecret_T10) {
  const TokenForge rsa(SignerKind::Rs256, isRs256() ? setup().signerKey() : makeRsaKey());
  const std::string pem = rsa.publicPem();
  expectSecretRefused("PEM", pem);
  expectSecretRefused("PEM without its last newline", pem.substr(0, pem.size() - 1));
  expectSecretRefused("DER", derOf(pem));
  expectSecretRefused("modulus", rsa.publicModulus());
  expectSecretRefused("modulus in base64url", encodeBase64Url(rsa.publicModulus()));
}

TEST_P(BadTokenHeadersTest, emptySecret_T11) {
  expectSecretRefused("empty", "");
  expectSecretRefused("zeros", std::string(32, '\0'));
  expectSecretRefused("the kid", memberOf(partsOf(tokens.access).header, "kid"));
}

TEST_P(BadTokenHeadersTest, algOfTheOtherFamily_T12) {
  const char* other = isRs256() ? "\"HS256\"" : "\"RS256\"";
  expectMemberRefused("alg", other);
  const TokenForge stranger(isRs256() ? SignerKind::Hs256 : SignerKind::Rs256,
                            isRs256() ? std::string(43, 'k') : makeRsaKey());
  expectRefused("signed so", [&](const auto& token) {
    const TokenParts parts = partsOf(token);
    return stranger.sign(withMember(parts.header, "alg", other), parts.claims);
  });
}

TEST_P(BadTokenHeadersTest, algThatIsNotOurs_T13) {
  for (const char* alg : {"HS384", "HS512", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
                          "ES384", "ES512", "ES256K", "EdDSA", "Ed25519"}) {
    expectMemberRefused("alg", "\"" + std::string(alg) + "\"");
  }
}

TEST_P(BadTokenHeadersTest, psychicSignature_T14) {
  for (const char* alg : {"ES256", "ES384", "ES512"}) {
    for (const std::size_t size : {64U, 96U, 132U}) {
      expectRefused(alg, [&](const auto& token) {
        const std::string header =
            withMember(partsOf(token).header, "alg", "\"" + std::string(alg) + "\"");
        return withSignature(withHeader(token, encodeBase64Url(header)),
                             encodeBase64Url(std::string(size, '\0')));
      });
    }
  }
}

TEST_P(BadTokenHeadersTest, aKeyInTheHeader_T15) {
  const TokenForge stranger = strangersForge();
  const std::string jwk =
      isRs256()
          ? R"({"kty":"RSA","e":"AQAB","n":")" + encodeBase64Url(stranger.publicModulus()) + "\"}"
          : R"({"kty":"oct","k":")" + encodeBase64Url(std::string(43, 'k')) + "\"}";
  for (const bool with_our_kid : {true, false}) {
    expectRefused(jwk, [&](const auto& token) {
      const TokenParts parts = partsOf(token);
      const std::string header = withExtra(parts.header, "\"jwk\":" + jwk);
      return stranger.sign(with_our_kid ? header : withoutMember(header, "kid"), parts.claims);
    });
  }
  expectExtraRefused("\"jwk\":" + jwk);
}

TEST_P(BadTokenHeadersTest, aUrlInTheHeader_T16_P9) {
  const Tripwire tripwire;
  for (const char* name : {"jku", "x5u", "iss"}) {
    expectExtraRefused("\"" + std::string(name) + "\":\"" + tripwire.url() + "\"");
  }
  expectMemberRefused("kid", "\"" + tripwire.url() + "\"");
  EXPECT_FALSE(tripwire.touched()) << "the service followed a token's header";
  tripwire.touch();
  EXPECT_TRUE(tripwire.touched()) << "or nobody would see it";
}

TEST_P(BadTokenHeadersTest, aCertificateInTheHeader_T17) {
  const TokenForge rsa(SignerKind::Rs256, makeRsaKey());
  expectExtraRefused("\"x5c\":[]");
  expectExtraRefused("\"x5c\":[\"" + encodeBase64Url(derOf(rsa.publicPem())) + "\"]");
  expectExtraRefused("\"x5t\":\"AAAA\"");
  expectExtraRefused("\"x5t#S256\":\"AAAA\"");
}

TEST_P(BadTokenHeadersTest, strangeKids_T18_P9) {
  const auto errors = [&] {
    const std::string log = service().log();
    int count = 0;
    for (std::size_t at = log.find(" error "); at != std::string::npos;
         at = log.find(" error ", at + 1)) {
      ++count;
    }
    return count;
  };
  const int errors_before = errors();
  const OpenedFile tripwire(setup().folder() / "tripwire");
  const std::filesystem::path path = setup().folder() / "tripwire";
  for (const std::string& kid :
       {std::string("../../dev/null"), path.string(), "file://" + path.string(),
        std::filesystem::relative(path).string(), "../../../../../../../.." + path.string(),
        std::string("' OR '1'='1"), std::string("'; DROP TABLE UserTokens;--"), std::string("$1"),
        std::string(2048, 'k')}) {
    expectMemberRefused("kid", "\"" + kid + "\"");
  }
  for (const char* kid : {"1", "[]", "{}", "null", "true", "\"\"", "\"\\u0000\""}) {
    expectMemberRefused("kid", kid);
  }
  expectHeaderRefused("none", [](const auto& header) { return withoutMember(header, "kid"); });
  EXPECT_FALSE(tripwire.touched()) << "the service opened what a token names";
  EXPECT_EQ(errors(), errors_before) << service().log();
  tripwire.touch();
  EXPECT_TRUE(tripwire.touched()) << "or nobody would see it";
}

TEST_P(BadTokenHeadersTest, unknownKid_T19) {
  const std::string kid = memberOf(partsOf(tokens.access).header, "kid");
  for (const std::string& other :
       {std::string("unknown"), kid + "A", kid.substr(1), kid + "\\u0000", " " + kid}) {
    expectMemberRefused("kid", "\"" + other + "\"");
  }
}

TEST_P(BadTokenHeadersTest, repeatedNames_T20) {
  const std::string alg = "\"" + algorithm() + "\"";
  const auto repeated = [&](const std::string& member) {
    expectHeaderRefused(member, [&](const auto& header) { return withExtra(header, member); });
  };
  repeated("\"alg\":" + alg);
  repeated("\"alg\":\"none\"");
  repeated("\"\\u0061lg\":" + alg);
  repeated("\"typ\":\"JWT\"");
  repeated("\"kid\":\"" + memberOf(partsOf(tokens.access).header, "kid") + "\"");
}

TEST_P(BadTokenHeadersTest, crit_T21) {
  for (const char* crit : {R"("crit":["x"],"x":1)", R"("crit":[])", R"("crit":["exp"])",
                           R"("crit":true)", R"("crit":"alg")", R"("crit":["alg"])"}) {
    expectExtraRefused(crit);
  }
}

TEST_P(BadTokenHeadersTest, b64_T22) {
  for (const char* b64 : {R"("b64":false)", R"("b64":true)", R"("b64":false,"crit":["b64"])"}) {
    expectExtraRefused(b64);
  }
}

TEST_P(BadTokenHeadersTest, zip_T23) { expectExtraRefused(R"("zip":"DEF")"); }

TEST_P(BadTokenHeadersTest, nestedToken_T25) {
  expectExtraRefused(R"("cty":"JWT")");
  expectRefused("a token in a token", [&](const auto& token) {
    return forge().sign(withExtra(partsOf(token).header, R"("cty":"JWT")"), token);
  });
  expectClaimsRefused("a token for claims", [&](const auto&) { return tokens.access; });
}

TEST_P(BadTokenHeadersTest, headerThatIsNoObject_T26) {
  for (const char* header : {"foo", "[]", "1", "", "null", "\"JWT\"", "{}"}) {
    expectHeaderRefused(header, [&](const auto&) { return header; });
  }
  expectHeaderRefused("two", [](const auto& header) { return header + header; });
  expectHeaderRefused("a byte order mark",
                      [](const auto& header) { return "\xef\xbb\xbf" + header; });
}

TEST_P(BadTokenHeadersTest, otherTypes) {
  for (const char* typ : {"\"jwt\"", "\"at+jwt\"", "\"JWS\"", "null", "1", "\"JWT \""}) {
    expectMemberRefused("typ", typ);
  }
  expectHeaderRefused("none", [](const auto& header) { return withoutMember(header, "typ"); });
}

}  // namespace
}  // namespace token_service::test
