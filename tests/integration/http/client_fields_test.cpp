#include "contract_test.hpp"
#include "sessions_api.hpp"

namespace token_service::test {
namespace {

// What a trusted caller of gen-tokens says about its client, as the list of sessions shows it.
class ClientFieldsTest : public ContractTest {
 protected:
  // Ends the sessions before, so that the one that is shown is the new one.
  Reply logInWith(Fields fields, Encoding encoding) {
    api.send(withSecret({"DELETE", sessionsPath(std::to_string(id)), "", "", {}}));
    fields.insert(fields.begin(), {{"id", std::to_string(id)}, {"username", "ada"}});
    return api.send(withSecret(fieldsCall(kGenTokens, fields, encoding)));
  }

  Reply logInWithJson(const std::string& members) {
    return api.send(withSecret(jsonCall(
        kGenTokens, "{\"id\":" + std::to_string(id) + ",\"username\":\"ada\"," + members + "}")));
  }

  std::string shown(const std::string& member) {
    return newestSession(api, id)->getValue<std::string>(member);
  }

  const std::int64_t id = newUser();
};

INSTANTIATE_TEST_SUITE_P(Pairs, ClientFieldsTest, kPairs, pairName);

constexpr Encoding kEncodings[] = {Encoding::Json, Encoding::Form, Encoding::Multipart};

TEST_P(ClientFieldsTest, areKeptInEveryEncoding) {
  for (const Encoding encoding : kEncodings) {
    const Reply reply = logInWith(
        {{"client_ip", "2001:DB8:0::0001"}, {"user_agent", "Mozilla/5.0 (\"Zoë\")"}}, encoding);
    EXPECT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(reply.json()->size(), 3U) << "the answer is as ever";
    EXPECT_EQ(shown("client_ip"), "2001:db8::1");
    EXPECT_EQ(shown("user_agent"), "Mozilla/5.0 (\"Zoë\")");
    EXPECT_EQ(shown("client_id"), "tests");
  }
}

TEST_P(ClientFieldsTest, emptyIsAbsent) {
  for (const Encoding encoding : kEncodings) {
    EXPECT_EQ(logInWith({{"client_ip", ""}, {"user_agent", ""}}, encoding).status, 201);
    EXPECT_TRUE(newestSession(api, id)->isNull("client_ip"));
    EXPECT_TRUE(newestSession(api, id)->isNull("user_agent"));
  }
}

TEST_P(ClientFieldsTest, addressesAreLiterals) {
  for (const char* address : {"203.0.113.9", "::1", "::ffff:203.0.113.9", "fe80::1"}) {
    EXPECT_EQ(logInWith({{"client_ip", address}}, Encoding::Json).status, 201);
    EXPECT_EQ(shown("client_ip"), address);
  }
  for (const Encoding encoding : kEncodings) {
    for (const char* address :
         {"localhost", "203.0.113.256", "203.0.113.9:80", "203.0.113.9, 10.0.0.1", "1", "127.1",
          "0x7f.0.0.1", "010.0.0.1", "[::1]", "fe80::1%eth0", "::1/64", " ::1", ":::1", "x"}) {
      SCOPED_TRACE(address);
      expectError(logInWith({{"client_ip", address}}, encoding), kInvalidRequest);
    }
  }
  for (const char* value : {"1", "true", "[]", "{}", "\"::1\\u0000\""}) {
    SCOPED_TRACE(value);
    expectError(logInWithJson("\"client_ip\":" + std::string(value)), kInvalidRequest);
  }
}

TEST_P(ClientFieldsTest, userAgentsAreCutBetweenCharacters) {
  std::string text;
  for (int count = 0; count < 512; ++count) {
    text += "\xf0\x9f\x8e\xae";
  }
  for (const Encoding encoding : kEncodings) {
    EXPECT_EQ(logInWith({{"user_agent", text + "more"}}, encoding).status, 201);
    EXPECT_EQ(shown("user_agent"), text);
  }
  EXPECT_EQ(logInWith({{"user_agent", text}}, Encoding::Json).status, 201);
  EXPECT_EQ(shown("user_agent"), text);
}

TEST_P(ClientFieldsTest, userAgentsAreTextWithoutControlCharacters) {
  for (const char* value :
       {"1", "true", "[]", "{}", "\"a\\nb\"", "\"\\u0000\"", "\"\\u007f\"", "\"\\u0085\""}) {
    SCOPED_TRACE(value);
    expectError(logInWithJson("\"user_agent\":" + std::string(value)), kInvalidRequest);
  }
  const std::string long_one(600, 'x');
  for (const Encoding encoding : kEncodings) {
    expectError(logInWith({{"user_agent", "a\x1b[31m"}}, encoding), kInvalidRequest);
    expectError(logInWith({{"user_agent", long_one + "\x07"}}, encoding), kInvalidRequest);
  }
  EXPECT_TRUE(listSessions(api, id).json()->getArray("sessions")->empty());
}

TEST_P(ClientFieldsTest, missingFieldsComeFirst) {
  expectError(
      api.send(withSecret(jsonCall(kGenTokens, R"({"username":"ada","client_ip":"nonsense"})"))),
      kUsernameAndIdRequired);
}

}  // namespace
}  // namespace token_service::test
