#include "contract_test.hpp"
#include "oauth_calls.hpp"
#include "raw_connection.hpp"

#include <algorithm>

namespace token_service::test {
namespace {

// What may be wrong with a JSON body, one test a kind.
class BadBodiesTest : public ContractTest {
 protected:
  Reply post(const std::string& body) { return api.send(withSecret(jsonCall(kGenTokens, body))); }

  void expectInvalid(const std::string& body) {
    SCOPED_TRACE(body.substr(0, 60));
    expectError(post(body), kInvalidRequest);
  }

  void expectInvalidUsername(const std::string& json) {
    expectInvalid("{\"id\":1,\"username\":" + json + "}");
  }

  // The 413 and the end of the connection, with nothing of the body taken for a request.
  void expectTooLarge(const std::string& body) {
    RawConnection connection(service().port());
    connection.send(std::string("POST ") + kGenTokens +
                    " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n");
    const std::string answer = connection.receiveAll();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
    EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos) << answer;
  }

  // Logs in and finds the name wherever it is kept and told.
  void expectKeptToTheLetter(std::int64_t id, const std::string& username) {
    SCOPED_TRACE(username);
    const TokenPair tokens = api.logIn(id, username);
    EXPECT_EQ(api.send(introspectCall(tokens.access)).text("username"), username);
    EXPECT_EQ(rowsWith(memberOf(partsOf(tokens.access).claims, "sid"), username), 1);
  }

  std::ptrdiff_t rowsWith(const std::string& session, const std::string& username) const {
    const std::vector<std::string> rows = setup().storedRows();
    return std::count_if(rows.begin(), rows.end(), [&](const std::string& row) {
      return row.find(session) != std::string::npos && row.find(username) != std::string::npos;
    });
  }
};

INSTANTIATE_TEST_SUITE_P(Pairs, BadBodiesTest, kPairs, pairName);

TEST_P(BadBodiesTest, nothing_J01) {
  for (const char* body : {"", " ", "\r\n", " \t\n "}) {
    expectInvalid(body);
  }
}

TEST_P(BadBodiesTest, half_J02) {
  const std::string whole = R"({"id":1,"username":"ada","x":[{"y":true}]})";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    expectInvalid(whole.substr(0, size));
  }
  EXPECT_EQ(post(whole).status, 201);
}

TEST_P(BadBodiesTest, noObject_J03) {
  for (const char* body :
       {"[]", R"([{"id":1,"username":"ada"}])", R"("ada")", "1", "null", "true", "false"}) {
    expectInvalid(body);
  }
}

TEST_P(BadBodiesTest, usernameMissing_J04) {
  expectError(post(R"({"id":1})"), kUsernameAndIdRequired);
  expectError(post(R"({"id":1,"Username":"ada","user name":"ada"})"), kUsernameAndIdRequired);
}

TEST_P(BadBodiesTest, usernameThatIsNoText_J05) {
  for (const char* username :
       {"null", "5", "1.5", "true", "false", "[]", R"(["ada"])", "{}", R"({"name":"ada"})"}) {
    expectInvalidUsername(username);
  }
}

TEST_P(BadBodiesTest, blankUsername_J06) {
  expectError(post(R"({"id":1,"username":""})"), kUsernameAndIdRequired);
  for (const char* username : {R"(" ")", R"("    ")", R"("\u00a0\u2003\u3000")"}) {
    expectInvalidUsername(username);
  }
}

TEST_P(BadBodiesTest, usernameOf256Characters_J07) {
  std::string longest;
  for (int count = 0; count < 255; ++count) {
    longest += "\xe2\x82\xac";
  }
  expectInvalidUsername("\"" + std::string(256, 'n') + "\"");
  expectInvalidUsername("\"" + longest + "n\"");
  for (const std::string& username : {std::string(255, 'n'), longest}) {
    EXPECT_EQ(post("{\"id\":1,\"username\":\"" + username + "\"}").status, 201);
  }
}

TEST_P(BadBodiesTest, controlCharacters_J08) {
  for (int code = 0; code < 0x20; ++code) {
    std::string escaped = "\"a\\u0000b\"";
    escaped[6] = static_cast<char>('0' + code / 16);
    escaped[7] = "0123456789abcdef"[code % 16];
    expectInvalidUsername(escaped);
    expectInvalidUsername(std::string("\"a") + static_cast<char>(code) + "b\"");
  }
  for (const char* username : {R"("a\nb")", R"("a\u007fb")", R"("a\u0085b")", "\"a\x7f\""}) {
    expectInvalidUsername(username);
  }
}

TEST_P(BadBodiesTest, loneSurrogates_J09) {
  for (const char* username : {R"("\ud800")", R"("\udc00")", R"("\udc00\ud800")", R"("\ud800x")",
                               R"("\ud800\ud800")", "\"\xed\xa0\x80\""}) {
    expectInvalidUsername(username);
  }
}

TEST_P(BadBodiesTest, otherEncodings_J10) {
  for (const char* username : {"\"\xff\"", "\"\xc0\xaf\"", "\"\xe0\x80\xaf\"", "\"\xc3\"",
                               "\"\xf4\x90\x80\x80\"", "\"\x80\""}) {
    expectInvalidUsername(username);
  }
  const std::string good = R"({"id":1,"username":"ada"})";
  std::string little_endian = "\xff\xfe";
  std::string big_endian;
  for (const char character : good) {
    little_endian.append({character, '\0'});
    big_endian.append({'\0', character});
  }
  for (const std::string& body : {"\xef\xbb\xbf" + good, little_endian, little_endian.substr(2),
                                  big_endian, "\xfe\xff" + big_endian}) {
    expectInvalid(body);
  }
}

TEST_P(BadBodiesTest, repeatedNames_J11) {
  for (const char* body :
       {R"({"id":1,"username":"ada","username":"bob"})",
        R"({"id":1,"username":"a","username":"a"})",
        R"({"id":1,"username":"ada","\u0075sername":"bob"})", R"({"id":1,"id":2,"username":"ada"})",
        R"({"id":1,"username":"ada","x":{"y":1,"y":1}})"}) {
    expectInvalid(body);
  }
}

TEST_P(BadBodiesTest, zeroCharacterInAName_J12) {
  expectInvalid(R"({"id":1,"username\u0000x":"ada"})");
  expectInvalid(R"({"id":1,"username":"ada","username\u0000x":"bob"})");
  expectInvalid(R"({"id":1,"username":"ada","\u0000":1})");
}

TEST_P(BadBodiesTest, unknownMembersAreIgnored_J13) {
  EXPECT_EQ(post(R"({"x":[1,{}],"id":1,"username":"ada","":null,"IS_FRONTEND":1})").status, 201);
}

TEST_P(BadBodiesTest, depth17_J14) {
  const auto nested = [](std::size_t depth) {
    return R"({"id":1,"username":"ada","x":)" + std::string(depth - 1, '[') +
           std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(post(nested(16)).status, 201);
  expectInvalid(nested(17));
}

TEST_P(BadBodiesTest, eightThousandBrackets_J15) {
  expectInvalid(std::string(8000, '['));
  expectInvalid("{\"x\":" + std::string(8000, '[') + std::string(8000, ']') + "}");
  std::string objects;
  while (objects.size() < 16000) {
    objects += "{\"\":";
  }
  expectInvalid(objects);
}

TEST_P(BadBodiesTest, bracketsBeyondTheLimit_J16) {
  expectTooLarge(std::string(100000, '['));
  std::string mixed;
  while (mixed.size() < 250001) {
    mixed += "[{\"\":";
  }
  expectTooLarge(mixed.substr(0, 250001));
}

TEST_P(BadBodiesTest, somethingAfterTheEnd_J17) {
  const std::string good = R"({"id":1,"username":"ada"})";
  for (const std::string& end :
       {std::string("x"), std::string("}"), std::string(","), std::string(" {}"), good,
        std::string(1, '\0'), std::string("\n[]")}) {
    expectInvalid(good + end);
  }
  EXPECT_EQ(post(good + " \r\n\t").status, 201);
}

TEST_P(BadBodiesTest, whatIsNotQuiteJson_J18) {
  for (const char* body :
       {R"({"id":1,"username":"ada",})", R"({"id":1,"username":"ada"/**/})",
        "{\"id\":1,\"username\":\"ada\"}//x", "{'id':1,'username':'ada'}",
        R"({id:1,username:"ada"})", R"({"id":1,"username":"ada","x":NaN})",
        R"({"id":1,"username":"ada","x":Infinity})", R"({"id":1,"username":"ada","x":-Infinity})",
        R"({"id":1,"username":"ada","x":+1})", R"({"id":01,"username":"ada"})",
        R"({"id":1,"username":"ada","x":undefined})", R"({"id":1 "username":"ada"})",
        R"({"id":1,"username":"\a"})"}) {
    expectInvalid(body);
  }
}

TEST_P(BadBodiesTest, numbersBeyondADouble_J19) {
  for (const char* number : {"1e999", "-1e999"}) {
    expectInvalid(std::string(R"({"id":)") + number + R"(,"username":"ada"})");
    expectInvalid(std::string(R"({"id":1,"username":"ada","x":)") + number + "}");
  }
}

TEST_P(BadBodiesTest, idsThatWouldWrap_J20) {
  for (const char* id : {"18446744073709551616", "18446744073709551617", "18446744073709551618",
                         "18446744073709551619", "9223372036854775808", "-18446744073709551615"}) {
    expectInvalid(std::string(R"({"id":)") + id + R"(,"username":"ada"})");
    expectInvalid(std::string(R"({"id":")") + id + R"(","username":"ada"})");
  }
}

TEST_P(BadBodiesTest, numberOf7000Digits_J21) {
  const std::string digits(7000, '1');
  expectInvalid("{\"id\":" + digits + ",\"username\":\"ada\"}");
  expectInvalid(R"({"id":1,"username":"ada","x":)" + digits + "}");
  expectInvalid(R"({"id":1,"username":"ada","x":0.)" + digits + "}");
}

TEST_P(BadBodiesTest, oneByteOverTheLimit_J22) {
  const auto padded = [](std::size_t size) {
    const std::string start = R"({"id":1,"username":"ada","x":")";
    return start + std::string(size - start.size() - 2, 'x') + "\"}";
  };
  EXPECT_EQ(post(padded(16 * 1024)).status, 201);
  expectTooLarge(padded(16 * 1024 + 1));
}

TEST_P(BadBodiesTest, anEscapedNameIsTheSameName_J23) {
  EXPECT_EQ(post(R"({"\u0069d":1,"\u0075sername":"ada"})").status, 201);
}

TEST_P(BadBodiesTest, twoSpellingsOfALetterAreTwoNames_J24) {
  const std::string composed = "zo\xc3\xab";
  const std::string decomposed = "zoe\xcc\x88";
  expectKeptToTheLetter(newUser(), composed);
  expectKeptToTheLetter(newUser(), decomposed);
}

TEST_P(BadBodiesTest, whatOthersWouldExecuteIsText_J25) {
  for (const char* username :
       {"'; DROP TABLE UserTokens;--", "%s%n", "${HOME}", "$(reboot)", "<script>"}) {
    expectKeptToTheLetter(newUser(), username);
  }
}

}  // namespace
}  // namespace token_service::test
