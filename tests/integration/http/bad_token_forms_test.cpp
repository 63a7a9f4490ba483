#include "bad_tokens.hpp"

#include <algorithm>

namespace token_service::test {
namespace {

// Tokens that are not in the one form that a token has, or whose bytes are not those that were
// signed.
class BadTokenFormsTest : public BadTokensTest {
 protected:
  // The signature's bytes, changed.
  void expectSignatureRefused(const std::string& what, const Change& changed) {
    expectRefused(what, [&](const std::string& token) {
      return withSignature(token,
                           encodeBase64Url(changed(decodeBase64Url(partsOf(token).signature))));
    });
  }

  // Each segment of a token, changed as it is written.
  void expectSegmentsRefused(const std::string& what, const Change& changed) {
    expectRefused(what + ", header", [&](const std::string& token) {
      return withHeader(token, changed(token.substr(0, token.find('.'))));
    });
    expectRefused(what + ", claims", [&](const std::string& token) {
      return withPayload(token, changed(inputOf(token).substr(token.find('.') + 1)));
    });
    expectRefused(what + ", signature", [&](const std::string& token) {
      return withSignature(token, changed(partsOf(token).signature));
    });
  }
};

INSTANTIATE_TEST_SUITE_P(Pairs, BadTokenFormsTest, kPairs, pairName);

// Otherwise the tests of bad tokens would pass for the wrong reason.
TEST_P(BadTokenFormsTest, whatIsForgedWithTheRightKeyAndContentIsGood) {
  const TokenParts access = partsOf(tokens.access);
  const TokenParts refresh = partsOf(tokens.refresh);
  EXPECT_EQ(forge().sign(access.header, access.claims), tokens.access);
  expectValid(api.validate(id, forge().sign(access.header, " " + access.claims + "\n")));
  expectValid(api.validate(id, forge().sign(access.header, withAdded(access.claims, "x", "[1]"))));
  const std::string claims = withMember(refresh.claims, "nbf", memberOf(refresh.claims, "iat"));
  expectRefreshed(api.refresh(id, forge().sign(refresh.header, claims)));
}

TEST_P(BadTokenFormsTest, fewerThanThreeSegments_T01) {
  expectRefused("one segment", [](const auto&) { return "abc"; });
  expectRefused("the header", [](const auto& token) { return token.substr(0, token.find('.')); });
  expectRefused("two segments", inputOf);
}

TEST_P(BadTokenFormsTest, fourSegments_T02) {
  expectRefused("one more", [](const auto& token) { return token + ".e30"; });
  expectRefused("an empty one more", [](const auto& token) { return token + "."; });
  expectRefused("an empty one before", [](const auto& token) { return "." + token; });
}

TEST_P(BadTokenFormsTest, fiveSegments_T03) {
  expectRefused("two more", [](const auto& token) { return token + ".e30.e30"; });
  expectRefused("an encrypted one", [](const auto&) {
    return encodeBase64Url(R"({"alg":"dir","enc":"A128GCM"})") + "..AAAA.AAAA.AAAA";
  });
}

TEST_P(BadTokenFormsTest, emptySegments_T04) {
  for (const char* text : {".", "..", "a..", ".b.", "..c"}) {
    expectRefused(text, [&](const auto&) { return text; });
  }
  expectRefused("no header", [](const auto& token) { return withHeader(token, ""); });
  expectRefused("no claims", [](const auto& token) { return withPayload(token, ""); });
  expectRefused("no signature", [](const auto& token) { return withSignature(token, ""); });
}

TEST_P(BadTokenFormsTest, twoThousandPoints_T05) {
  expectRefused("points", [](const auto&) { return std::string(2000, '.'); });
  expectRefused("points behind it",
                [](const auto& token) { return token + std::string(2000, '.'); });
}

TEST_P(BadTokenFormsTest, asJson_T06) {
  expectRefused("flattened", [](const auto& token) {
    const std::string input = inputOf(token);
    const std::size_t point = input.find('.');
    return R"({"protected":")" + input.substr(0, point) + R"(","payload":")" +
           input.substr(point + 1) + R"(","signature":")" + partsOf(token).signature + "\"}";
  });
}

TEST_P(BadTokenFormsTest, whiteSpace_T27) {
  for (const char* space : {" ", "\t", "\r", "\n", "\r\n"}) {
    expectSegmentsRefused("after", [&](const auto& segment) { return segment + space; });
    expectSegmentsRefused("inside", [&](const auto& segment) {
      return segment.substr(0, 4) + space + segment.substr(4);
    });
    expectRefused("before", [&](const auto& token) { return space + token; });
  }
}

TEST_P(BadTokenFormsTest, padding_T28) {
  for (const char* padding : {"=", "==", "==="}) {
    expectSegmentsRefused(padding, [&](const auto& segment) { return segment + padding; });
  }
}

TEST_P(BadTokenFormsTest, textBehindPadding_T29) {
  for (const char* tail : {"=", "==", "=X", "==X", "=!text", "==!text", "=.", "==="}) {
    expectRefused(tail, [&](const auto& token) { return token + tail; });
  }
}

// Its unused bits: other spellings of the same bytes.
TEST_P(BadTokenFormsTest, otherLastCharacters_T30) {
  static const std::string kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (std::size_t offset = 1; offset < kAlphabet.size(); ++offset) {
    expectRefused(std::to_string(offset), [&](const auto& token) {
      std::string respelled = token;
      respelled.back() = kAlphabet[kAlphabet.find(token.back()) ^ offset];
      return respelled;
    });
  }
}

TEST_P(BadTokenFormsTest, theOtherAlphabet_T31) {
  for (const char character : {'+', '/'}) {
    expectSegmentsRefused(std::string(1, character), [&](const auto& segment) {
      std::string changed = segment;
      changed[1] = character;
      return changed;
    });
  }
  expectRefused("the same bytes", [&](const auto& token) {
    std::string header = partsOf(token).header;
    // Until its spelling has one of the two characters in which the alphabets differ.
    std::string segment;
    while (segment.find_first_of("-_") == std::string::npos) {
      header = withExtra(header, "\"?>?\":\"?>?\"");
      segment = encodeBase64Url(header);
    }
    std::replace(segment.begin(), segment.end(), '-', '+');
    std::replace(segment.begin(), segment.end(), '_', '/');
    return withHeader(token, segment);
  });
}

TEST_P(BadTokenFormsTest, segmentsThatNoBytesGive_T32) {
  expectSegmentsRefused("one over a multiple of four", [](const auto& segment) {
    return segment.substr(0, segment.size() / 4 * 4 - 4) + "A";
  });
  expectSegmentsRefused("one character", [](const auto&) { return "A"; });
}

TEST_P(BadTokenFormsTest, otherLengthsOfASignature_T34) {
  const std::string zero(1, '\0');
  expectSignatureRefused("empty", [](const auto&) { return ""; });
  expectSignatureRefused("one less", [](const auto& raw) { return raw.substr(0, raw.size() - 1); });
  expectSignatureRefused("half", [](const auto& raw) { return raw.substr(0, raw.size() / 2); });
  expectSignatureRefused("without its first", [](const auto& raw) { return raw.substr(1); });
  expectSignatureRefused("doubled", [](const auto& raw) { return raw + raw; });
  expectSignatureRefused("a zero before", [&](const auto& raw) { return zero + raw; });
  expectSignatureRefused("a zero behind", [&](const auto& raw) { return raw + zero; });
  expectSignatureRefused("zeros", [](const auto& raw) { return std::string(raw.size(), '\0'); });
}

TEST_P(BadTokenFormsTest, flippedBits_T36) {
  for (std::size_t index = 0; index < 32; ++index) {
    expectSignatureRefused(std::to_string(index), [&](const auto& raw) {
      std::string flipped = raw;
      flipped[index] = static_cast<char>(flipped[index] ^ (1 << (index % 8)));
      return flipped;
    });
  }
}

TEST_P(BadTokenFormsTest, partsOfTwoTokens_T37) {
  const TokenPair other = api.logIn(newUser());
  expectRefused("another's claims", [&](const auto& token) {
    return withPayload(token, encodeBase64Url(partsOf(other.access).claims));
  });
  expectRefused("another's signature", [&](const auto& token) {
    return withSignature(token, partsOf(other.access).signature);
  });
  expectRefused("another user, our signature", [&](const auto& token) {
    return withPayload(token, encodeBase64Url(withMember(partsOf(token).claims, "user_id",
                                                         std::to_string(id + 1))));
  });
  expectRefused("the other token's signature", [&](const auto& token) {
    return withSignature(
        token, partsOf(token == tokens.access ? tokens.refresh : tokens.access).signature);
  });
}

// What was ended stays so in every spelling.
TEST_P(BadTokenFormsTest, spellingsOfAnEndedToken_T49) {
  const std::int64_t user = newUser();
  const TokenPair ended = api.logIn(user);
  expectLoggedOut(api.invalidate(user, ended.access));
  api.logIn(user);
  expectError(api.validate(user, ended.access), kTokenMismatch);
  for (const char* tail : {"=", "==", "=X", "A", ".", " ", "\n"}) {
    expectError(api.validate(user, ended.access + tail), kInvalidToken);
  }
  for (const char* tail : {"=", "==", "=X", "A", "."}) {
    expectError(api.refresh(user, ended.refresh + tail), kInvalidToken);
  }
  const TokenParts access = partsOf(ended.access);
  expectError(api.validate(user, forge().sign(access.header, " " + access.claims)), kTokenMismatch);
  expectError(api.validate(user, forge().sign(access.header + " ", access.claims)), kTokenMismatch);
  const TokenParts refresh = partsOf(ended.refresh);
  expectError(api.refresh(user, ended.refresh), kInvalidToken);
  expectError(api.refresh(user, forge().sign(refresh.header, " " + refresh.claims)), kInvalidToken);
}

TEST_P(BadTokenFormsTest, over4KiB_A09) {
  expectRefused("a long tail", [](const auto& token) { return token + std::string(4097, 'A'); });
}

}  // namespace
}  // namespace token_service::test
