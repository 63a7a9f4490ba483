#include "http_replies.hpp"
#include "wire_test.hpp"

#include <chrono>
#include <random>

namespace token_service::test {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMaxHead = 16 * 1024;

TEST_F(Wire, H06_ManyRequestsAtOnce) {
  constexpr std::size_t kCount = 1000;
  std::string requests;
  for (std::size_t index = 0; index < kCount; ++index) {
    requests += live("X-Request-ID: " + std::to_string(index) + "\r\n");
  }
  const std::vector<Reply> replies = served(requests);
  ASSERT_EQ(replies.size(), kCount);
  for (std::size_t index = 0; index < kCount; ++index) {
    expectLive(replies[index]);
    ASSERT_EQ(replies[index].header("X-Request-ID"), std::to_string(index));
  }
}

// RFC 9112 section 2.2: one empty line is ignored.
TEST_F(Wire, H07_AnEmptyLineBeforeTheRequest) {
  expectLive(servedOne("\r\n" + live()));
  const std::vector<Reply> replies = served(live() + "\r\n" + live());
  EXPECT_EQ(replies.size(), 2U);
  expectRefused("\r\n\r\n" + live(), 400);
}

TEST_F(Wire, H08_EndlessNothingBeforeTheRequest) {
  expectRefused(std::string(kMaxHead + 1, '\n'), 400);
  expectRefused(std::string(kMaxHead + 1, ' '), 400);
  expectRefused(std::string(kMaxHead + 1, '\r'), 400);
  std::string lines;
  while (lines.size() <= kMaxHead) {
    lines += "\r\n";
  }
  expectRefused(lines, 400);
}

TEST_F(Wire, H09_EndlessLinesWithoutAColon) {
  std::string lines;
  while (lines.size() <= kMaxHead) {
    lines += "line\r\n";
  }
  expectRefused("GET / HTTP/1.1\r\nHost: x\r\n" + lines, 400);
  // A line of which nobody knows yet whether it will have one.
  expectRefused("GET / HTTP/1.1\r\nHost: x\r\n" + std::string(kMaxHead, 'x'), 431);
}

TEST_F(Wire, H10_MethodInLowerCase) {
  const Reply reply = servedOne(request("post /auth/token/refresh/ HTTP/1.1"));
  expectError(reply, kMethodNotAllowed);
  EXPECT_EQ(reply.header("Allow"), "POST, OPTIONS");
}

TEST_F(Wire, H11_UnknownMethods) {
  for (const char* method : {"FOO", "CONNECT", "TRACE", "!#$%&'*+-.^_`|~"}) {
    SCOPED_TRACE(method);
    const Reply reply = servedOne(request(std::string(method) + " /auth/token/refresh/ HTTP/1.1",
                                          "X-Canary: 0a1b2c3d4e\r\n"));
    expectError(reply, kMethodNotAllowed);
    EXPECT_EQ(reply.header("Allow"), "POST, OPTIONS");
    EXPECT_EQ(reply.body.find("0a1b2c3d4e"), std::string::npos);
  }
}

TEST_F(Wire, H12_MethodOf33Characters) {
  const std::string target = " /health/live HTTP/1.1";
  expectError(servedOne(request(std::string(32, 'M') + target)), kMethodNotAllowed);
  expectRefused(request(std::string(33, 'M') + target), 400);
  expectRefused(std::string(kMaxHead, 'M'), 400);
}

TEST_F(Wire, H13_GetOfWhatIsPosted) {
  const Reply reply = servedOne(get("/auth/token/refresh/"));
  expectError(reply, kMethodNotAllowed);
  EXPECT_EQ(reply.header("Allow"), "POST, OPTIONS");
}

TEST_F(Wire, H14_HeadOfWhatIsPosted) {
  const std::vector<Reply> replies =
      served(request("HEAD /auth/token/refresh/ HTTP/1.1"), {"HEAD"});
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].status, 405);
}

TEST_F(Wire, H15_TargetOf2049Bytes) {
  expectError(servedOne(get("/" + std::string(2047, 'a'))), kNotFound);
  expectLive(servedOne(get("/health/live?" + std::string(2035, 'a'))));
  expectRefused(get("/" + std::string(2048, 'a')), 414);
  expectRefused("GET /" + std::string(2048, 'a'), 414);
}

TEST_F(Wire, H16_TargetsThatAreNoText) {
  using namespace std::string_literals;
  for (const std::string& path :
       {"/health\0/live"s, "/health/live\xc3\xa4"s, "/health\xc0\xaflive"s, "/health/live\x1b"s,
        "/health/live\x7f"s}) {
    expectRefused(get(path), 400);
  }
  for (const char* path : {"/health/live%00", "/health/live%0d%0aX:%20y", "/health/live%c3%a4",
                           "/health%c0%aflive", "/health/live%", "/health/%6cive"}) {
    SCOPED_TRACE(path);
    expectError(servedOne(get(path)), kNotFound);
  }
}

// Poco's reader takes a line that is 2 longer than a multiple of 4,092 for the end of the head.
TEST_F(Wire, H17_RequestLineOf4094Bytes) {
  for (const std::size_t size : {4093U, 4094U, 4095U, 8186U}) {
    const std::string end = " HTTP/1.1";
    const std::string begin = "GET /";
    expectRefused(request(begin + std::string(size - 2 - begin.size() - end.size(), 'a') + end),
                  414);
  }
}

TEST_F(Wire, H18_TargetsWithAnAuthority) {
  expectLive(servedOne(get("http://x/health/live")));
  expectLive(servedOne(get("HTTP://X/health/live")));
  EXPECT_EQ(servedOne(get("http://x")).status, 200);
  for (const char* target :
       {"http://y/health/live", "http://x:81/health/live", "http:///health/live",
        "http://u@x/health/live", "https://x/health/live", "ftp://x/", "x"}) {
    expectRefused(get(target), 400);
  }
}

TEST_F(Wire, H19_PathsThatAreWrittenOtherwise) {
  for (const char* path :
       {"/auth/token/../token/gen-tokens/", "/auth/token/%2e%2e/token/gen-tokens/", "//health/live",
        "/health//live", "/./health/live", "/health/live/.", "/health/live//"}) {
    SCOPED_TRACE(path);
    expectError(servedOne(get(path)), kNotFound);
  }
}

TEST_F(Wire, H20_TokenInTheQuery) {
  const TokenPair tokens = api.logIn(newUser());
  const Reply reply = servedOne(get("/auth/verify?access_token=" + tokens.access));
  expectError(reply, kUnauthorizedRequest);
  EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer");
}

TEST_F(Wire, H21_NoVersion) {
  expectRefused("GET /\r\nHost: x\r\n\r\n", 400);
  expectRefused("GET / \r\nHost: x\r\n\r\n", 400);
  expectRefused("GET /\r\n\r\n", 400);
  expectRefused("GET\r\n\r\n", 400);
}

TEST_F(Wire, H22_OtherVersions) {
  for (const char* version :
       {"HTTP/9.9", "FOO/1.1", "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "http/1.1"}) {
    expectRefused(request(std::string("GET /health/live ") + version), 505);
  }
}

TEST_F(Wire, H23_MoreThanAVersion) {
  for (const char* end : {"HTTP/1.1 x", "HTTP/1.1 ", " HTTP/1.1", "HTTP/1.1\t", "HTTP/1.10",
                          "HTTP/11", "HTTP/1.", "HTTP/1.1HTTP/1.1"}) {
    expectRefused(request(std::string("GET /health/live ") + end), 400);
  }
}

TEST_F(Wire, H24_Version10) {
  for (const char* fields : {"", "Host: x\r\n", "Connection: keep-alive\r\n"}) {
    SCOPED_TRACE(fields);
    const std::string answers =
        answersTo(std::string("GET /health/live HTTP/1.0\r\n") + fields + "\r\n");
    const std::vector<Reply> replies = repliesIn(answers);
    ASSERT_EQ(replies.size(), 1U) << answers;
    expectCommonRules(replies[0]);
    expectLive(replies[0]);
    EXPECT_TRUE(endsConnection(replies[0]));
  }
}

TEST_F(Wire, H25_PrefaceOfHttp2) { expectRefused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505); }

TEST_F(Wire, H26_TlsHandshake) {
  const std::string hello("\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03", 11);
  const steady_clock::time_point begin = steady_clock::now();
  RawConnection socket = connection();
  socket.send(hello + std::string(37, '\0'));
  expectRefusal(socket.receiveUntil("}"), 400);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(1));
}

// poco#1311
TEST_F(Wire, H27_RandomBytes) {
  std::mt19937 random(20261124);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same ones every time
  std::uniform_int_distribution<int> byte(0, 255);
  for (int round = 0; round < 50; ++round) {
    std::string bytes(std::size_t{64} * 1024, '\0');
    for (char& character : bytes) {
      character = static_cast<char>(byte(random));
    }
    const steady_clock::time_point begin = steady_clock::now();
    expectRefusal(answersTo(bytes), 400);
    EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(1));
  }
}

}  // namespace
}  // namespace token_service::test
