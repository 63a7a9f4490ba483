#include "http_replies.hpp"
#include "sessions_api.hpp"
#include "wire_test.hpp"

#include <algorithm>
#include <random>

namespace token_service::test {
namespace {

// A field whose line, with its end, has that many bytes.
std::string fieldLine(std::size_t size) {
  const std::string name = "X-Padding: ";
  return name + std::string(size - name.size() - 2, 'a') + "\r\n";
}

std::string idField(std::size_t id) { return "X-Request-ID: " + std::to_string(id) + "\r\n"; }

TEST_F(Wire, H28_NoHost) {
  expectRefused("GET /health/live HTTP/1.1\r\n\r\n", 400);
  expectRefused("GET /health/live HTTP/1.1\r\nX-Host: x\r\n\r\n", 400);
}

TEST_F(Wire, H29_TwoHosts) {
  expectRefused(live("Host: x\r\n"), 400);
  expectRefused(live("host: y\r\n"), 400);
  for (const char* host : {"a,b", "a, b", "a b", "a/b", "u@a", "a:b", "[::1", "a\xc3\xa4"}) {
    expectRefused(std::string("GET /health/live HTTP/1.1\r\nHost: ") + host + "\r\n\r\n", 400);
  }
  for (const char* host : {"", "a.example:8000", "127.0.0.1", "[::1]:80"}) {
    SCOPED_TRACE(host);
    expectLive(servedOne(std::string("GET /health/live HTTP/1.1\r\nHost: ") + host + "\r\n\r\n"));
  }
}

TEST_F(Wire, H30_EmptyName) { expectRefused(live(": v\r\n"), 400); }

TEST_F(Wire, H31_NamesThatAreNone) {
  using namespace std::string_literals;
  for (const std::string& name :
       {"X\x01Y"s, "X Y"s, "X\tY"s, "X\xc3\xa4"s, "X\0Y"s, "X\x7f"s, "X(Y)"s, "X/Y"s, "\"X\""s}) {
    expectRefused(live(name + ": v\r\n"), 400);
  }
  expectLive(servedOne(live("!#$%&'*+-.^_`|~09azAZ: v\r\n")));
}

TEST_F(Wire, H32_SpaceBeforeTheColon) {
  expectRefused(validation("Content-Length : 5\r\n", "{}   "), 400);
  expectRefused(validation("Content-Length\t: 5\r\n", "{}   "), 400);
  expectRefused(live("X : y\r\n"), 400);
}

TEST_F(Wire, H33_FoldedLines) {
  expectRefused(live("X: y\r\n z\r\n"), 400);
  expectRefused(live("X: y\r\n\tz\r\n"), 400);
  expectRefused("GET /health/live HTTP/1.1\r\n Host: x\r\n\r\n", 400);
  expectRefused(validation("Content-Length:\r\n 2\r\n", "{}"), 400);
}

TEST_F(Wire, H34_LinesThatEndInALineFeedAlone) {
  expectRefused("GET /health/live HTTP/1.1\nHost: x\n\n", 400);
  expectRefused("GET /health/live HTTP/1.1\r\nHost: x\n\r\n", 400);
  expectRefused("GET /health/live HTTP/1.1\r\nHost: x\r\n\n", 400);
  expectRefused(live("X: y\n"), 400);
}

TEST_F(Wire, H35_CarriageReturnWithinAValue) {
  expectRefused(live("X: a\rb\r\n"), 400);
  expectRefused(live("X: a\r\r\n"), 400);
  expectRefused(live("X: a\rContent-Length: 5\r\n"), 400);
  expectRefused("GET /health/live HTTP/1.1\rHost: x\r\n\r\n", 400);
}

// Poco's reader takes such a line for the end of the head.
TEST_F(Wire, H36_TwoByteLineInsideTheHead) {
  for (const char* line : {"x\n", ":\n", "\n\n", "x\r", " \n"}) {
    expectRefused(live(std::string(line) + "X: y\r\n"), 400);
    expectRefused(validation(std::string(line) + "Content-Length: 2\r\n", "{}"), 400);
  }
}

// As of a line that is 2 longer than a multiple of 4,092.
TEST_F(Wire, H37_LinesOf4094And8186Bytes) {
  for (const std::size_t size : {4094U, 8186U}) {
    SCOPED_TRACE(size);
    const Reply reply = servedOne(live(fieldLine(size) + idField(size)));
    expectLive(reply);
    EXPECT_EQ(reply.header("X-Request-ID"), std::to_string(size));
    // What would be the next request if the head ended there.
    const std::string hidden = fieldLine(size) + "GET /health/live HTTP/1.1\r\n";
    expectRefused(live(hidden), 400);
    EXPECT_EQ(servedOne(validation(fieldLine(size) + "Content-Length: 2\r\n", "{}")).status, 401);
  }
}

TEST_F(Wire, H37_LinesOfEveryLengthAroundThese) {
  std::string requests;
  std::vector<std::size_t> sizes;
  for (const std::size_t begin : {std::size_t{4000}, std::size_t{8100}}) {
    for (std::size_t size = begin; size <= begin + 200; ++size) {
      sizes.push_back(size);
      requests += live(fieldLine(size) + idField(size));
    }
  }
  const std::vector<Reply> replies = served(requests);
  ASSERT_EQ(replies.size(), sizes.size());
  for (std::size_t index = 0; index < sizes.size(); ++index) {
    expectLive(replies[index]);
    EXPECT_EQ(replies[index].header("X-Request-ID"), std::to_string(sizes[index]));
  }
}

TEST_F(Wire, H38_LongCookiesAndHeads) {
  const Reply reply =
      servedOne(live("Cookie: " + std::string(std::size_t{6} * 1024, 'c') + "\r\n" + idField(38)));
  expectLive(reply);
  EXPECT_EQ(reply.header("X-Request-ID"), "38");
  expectRefused(live("Cookie: " + std::string(std::size_t{20} * 1024, 'c') + "\r\n"), 431);
  std::string fields;
  for (std::size_t line = 0; line < 20; ++line) {
    fields += fieldLine(1024);
  }
  expectRefused(live(fields), 431);
  // The limit to the byte: 16 KiB with the empty line.
  const std::size_t room = std::size_t{16} * 1024 - live().size();
  expectLive(servedOne(live(fieldLine(room))));
  expectRefused(live(fieldLine(room + 1)), 431);
}

TEST_F(Wire, H39_101Fields) {
  std::string fields;
  for (int count = 0; count < 99; ++count) {  // and Host
    fields += "X: y\r\n";
  }
  expectLive(servedOne(live(fields)));
  expectRefused(live(fields + "X: y\r\n"), 431);
}

TEST_F(Wire, H40_ControlCharactersInAValue) {
  using namespace std::string_literals;
  for (const std::string& value :
       {"a\0b"s, "\0"s, "a\x01"s, "a\x08"s, "a\x0b"s, "a\x0c"s, "a\x1b[31m"s, "a\x7f"s}) {
    expectRefused(live("X: " + value + "\r\n"), 400);
  }
  expectLive(servedOne(live("X: a\tb \xc3\xa4\xff\r\n")));
}

TEST_F(Wire, H41_EncodedTransferEncoding) {
  expectRefused(validation("Transfer-Encoding: =?UTF-8?Q?chunked?=\r\n", "2\r\n{}\r\n0\r\n\r\n"),
                400);
  expectRefused(validation("Content-Length: =?UTF-8?Q?2?=\r\n", "{}"), 400);
}

// CVE-2023-52389: decoding such a word wrote beyond a buffer.
TEST_F(Wire, H42_RandomEncodedWords) {
  static constexpr const char* kCharsets[] = {"UTF-32", "utf-16", "UTF-8", "ISO-8859-1", "", "x"};
  static constexpr const char* kBase64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  std::mt19937 random(42);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same ones every time
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  std::string requests = live("X: =?UTF-32?B?AAAAgA==?=\r\n");
  for (int count = 0; count < 256; ++count) {
    std::string word = std::string("=?") + kCharsets[below(std::size(kCharsets))] +
                       (below(2) == 0 ? "?B?" : "?q?");
    for (std::size_t left = below(64); left > 0; --left) {
      word += kBase64[below(65)];
    }
    requests += live("X: " + word + "?=\r\nUser-Agent: " + word + "\r\n");
  }
  const std::vector<Reply> replies = served(requests);
  ASSERT_EQ(replies.size(), 257U);
  for (const Reply& reply : replies) {
    expectLive(reply);
  }
}

TEST_F(Wire, H43_EncodedAuthorization) {
  for (const char* value : {"=?UTF-8?B?QmVhcmVyIHh4?=", "=?UTF-8?Q?Bearer=0D=0AX:_y?="}) {
    SCOPED_TRACE(value);
    expectError(servedOne(request("POST /auth/token/refresh/ HTTP/1.1",
                                  std::string("Content-Type: application/json\r\nContent-Length: "
                                              "8\r\nAuthorization: ") +
                                      value + "\r\n",
                                  R"({"id":1})")),
                kRefreshTokenRequired);
  }
}

TEST_F(Wire, H65_UnknownExpectations) {
  for (const char* value : {"foo", "100-continue, foo", "", "200-ok"}) {
    expectRefused(validation(std::string("Content-Length: 2\r\nExpect: ") + value + "\r\n", "{}"),
                  417);
  }
}

TEST_F(Wire, H68_Upgrades) {
  for (const char* protocol : {"websocket", "h2c"}) {
    const Reply reply =
        servedOne(live(std::string("Connection: Upgrade\r\nUpgrade: ") + protocol + "\r\n"));
    expectLive(reply);
    EXPECT_FALSE(reply.has("Upgrade"));
  }
}

TEST_F(Wire, H69_KeepAliveAndClose) {
  for (const char* options :
       {"keep-alive, close", "Close", "close , keep-alive", "x,CLOSE", ",close,"}) {
    SCOPED_TRACE(options);
    const std::string answers = answersTo(live(std::string("Connection: ") + options + "\r\n"));
    const std::vector<Reply> replies = repliesIn(answers);
    ASSERT_EQ(replies.size(), 1U) << answers;
    expectLive(replies[0]);
    EXPECT_TRUE(endsConnection(replies[0]));
  }
  EXPECT_EQ(repliesIn(answersTo(live("Connection: x\r\nConnection: close\r\n"))).size(), 1U);
  expectLive(servedOne(live("Connection: keep-alive, closed\r\n")));
}

// Whatever a field holds, an event stays one line of plain text.
TEST_F(Wire, H73_LogForgery) {
  using namespace std::string_literals;
  const std::size_t before = service().log().size();
  for (const std::string& value :
       {"1.2.3.4\r\n2026-01-01T00:00:00.000Z error forged"s, "1.2.3.4\rforged"s, "\x1b[2Jforged"s,
        "1.2.3.4\n2026-01-01T00:00:00.000Z error forged"s}) {
    for (const char* name : {"X-Forwarded-For", "User-Agent", "X-Request-ID", "Origin"}) {
      answersTo(live(std::string(name) + ": " + value + "\r\n"));
    }
    answersTo(get("/auth/verify/" + value));
  }
  const std::string log = service().log().substr(before);
  EXPECT_EQ(log.find("\nforged"), std::string::npos);
  EXPECT_EQ(log.find("\n2026-01-01T00:00:00.000Z"), std::string::npos) << log;
  EXPECT_TRUE(std::all_of(log.begin(), log.end(), [](unsigned char character) {
    return character == '\n' || (character >= ' ' && character != 0x7f);
  })) << log;
}

TEST_F(Wire, H73_ForwardedAddressesAreNotBelieved) {
  const std::int64_t id = newUser();
  Call call =
      withSecret(jsonCall(kGenTokens, "{\"id\":" + std::to_string(id) + ",\"username\":\"ada\"}"));
  for (const char* name : {"X-Forwarded-For", "Forwarded", "X-Real-IP", "User-Agent"}) {
    call.headers.emplace_back(name, "1.2.3.4");
  }
  EXPECT_EQ(api.send(call).status, 201);
  EXPECT_TRUE(newestSession(api, id)->isNull("client_ip"));
  EXPECT_TRUE(newestSession(api, id)->isNull("user_agent"));
  EXPECT_EQ(service().log().find("1.2.3.4"), std::string::npos);
}

// A field of which only one can be meant.
TEST_F(Wire, H74_TwoAuthorizations) {
  const std::string refresh = "POST /auth/token/refresh/ HTTP/1.1";
  const std::string fields = "Content-Type: application/json\r\nContent-Length: 8\r\n";
  const std::string body = R"({"id":1})";
  expectRefused(
      request(refresh, fields + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n", body),
      400);
  expectRefused(
      request(refresh, fields + "Authorization: Bearer a\r\nauthorization: Bearer a\r\n", body),
      400);
  expectRefused(get("/auth/verify", "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), 400);
  expectRefused(
      validation("Content-Length: 2\r\nX-SERVICE-SECRET: a\r\nX-SERVICE-SECRET: b\r\n", "{}"), 400);
  expectRefused(validation("Content-Length: 2\r\nContent-Type: application/json\r\n", "{}"), 400);
}

}  // namespace
}  // namespace token_service::test
