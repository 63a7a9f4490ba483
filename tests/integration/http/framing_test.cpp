#include "contract_test.hpp"
#include "raw_connection.hpp"

#include <chrono>
#include <thread>

namespace token_service::test {
namespace {

class FramingTest : public ContractTest {
 protected:
  // What comes back for these bytes, until the service closes the connection.
  std::string answersTo(const std::string& bytes) {
    RawConnection connection(service().port());
    connection.send(bytes);
    return connection.receiveAll();
  }

  // Such bytes must get one answer and the end of the connection, whatever follows them.
  void expectRefused(const std::string& bytes, int status) {
    const std::string marker = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    SCOPED_TRACE(bytes.substr(0, 200));
    const std::string answers = answersTo(bytes + marker);
    EXPECT_EQ(answers.substr(0, 13), "HTTP/1.1 " + std::to_string(status) + " ") << answers;
    EXPECT_EQ(countOf("HTTP/1.1 ", answers), 1) << answers;
    EXPECT_EQ(countOf("Connection: close", answers), 1) << answers;
    EXPECT_EQ(countOf("{\"error\":", answers), 1) << answers;
    EXPECT_EQ(countOf("X-Content-Type-Options: nosniff", answers), 1) << answers;
    EXPECT_EQ(countOf("Cache-Control: no-store", answers), 1) << answers;
    EXPECT_EQ(countOf("Content-Type: application/json", answers), 1) << answers;
    EXPECT_EQ(countOf("X-Request-ID: ", answers), 1) << answers;
  }

  static int countOf(const std::string& part, const std::string& text) {
    int count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
      ++count;
    }
    return count;
  }

  static std::string post(const std::string& headers, const std::string& body = "{}") {
    return "POST /auth/token/validate-token/ HTTP/1.1\r\nHost: x\r\nContent-Type: "
           "application/json\r\n" +
           headers + "\r\n" + body;
  }
};

INSTANTIATE_TEST_SUITE_P(Pairs, FramingTest, kPairs, pairName);

TEST_P(FramingTest, bodyWithoutLengthIsRefused) { expectRefused(post("", ""), 411); }

TEST_P(FramingTest, lengthMustBeOnePlainNumber) {
  for (const char* length : {"-1", "+2", "1,0"}) {
    expectRefused(post(std::string("Content-Length: ") + length + "\r\n"), 400);
  }
  for (const char* length : {"0x2", "2 2", "2;", "abc", "", "9223372036854775808"}) {
    SCOPED_TRACE(length);
    const std::string answers = answersTo(post(std::string("Content-Length: ") + length + "\r\n") +
                                          "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(answers.empty() || answers.starts_with("HTTP/1.1 400 ")) << answers;
  }
  expectRefused(post("Content-Length: 2\r\nContent-Length: 2\r\n"), 400);
  expectRefused(post("Content-Length: 2\r\nContent-Length: 3\r\n"), 400);
}

TEST_P(FramingTest, tooLargeIsRefusedWithoutReadingTheRest) {
  expectRefused(post("Content-Length: 16385\r\n", ""), 413);
  expectRefused(post("Content-Length: 10485760\r\n", ""), 413);
  expectRefused(post("Content-Length: 9223372036854775807\r\n", ""), 413);
}

TEST_P(FramingTest, lengthAndTransferEncodingTogetherAreRefused) {
  expectRefused(post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
}

TEST_P(FramingTest, twoOfAHeaderThatCountsAreRefused) {
  expectRefused(post("Content-Length: 2\r\nHost: y\r\n"), 400);
  expectRefused(post("Content-Length: 2\r\nX-SERVICE-SECRET: a\r\nX-SERVICE-SECRET: b\r\n"), 400);
  expectRefused(post("Content-Length: 2\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n"),
                400);
  expectRefused(post("Content-Length: 2\r\nContent-Type: application/json\r\n"), 400);
}

TEST_P(FramingTest, hostIsNeeded) { expectRefused("GET /health/live HTTP/1.1\r\n\r\n", 400); }

TEST_P(FramingTest, unknownVersionIsRefused) {
  expectRefused("GET /health/live HTTP/2.0\r\nHost: x\r\n\r\n", 505);
  expectRefused("GET /health/live HTTP/9.9\r\nHost: x\r\n\r\n", 505);
}

TEST_P(FramingTest, tooLongUriIsRefused) {
  expectRefused("GET /" + std::string(2048, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414);
}

TEST_P(FramingTest, unknownExpectationIsRefused) {
  expectRefused(post("Content-Length: 2\r\nExpect: miracles\r\n"), 417);
}

TEST_P(FramingTest, tooLargeIsNotInvitedToContinue) {
  const std::string answers =
      answersTo(post("Content-Length: 16385\r\nExpect: 100-continue\r\n", ""));
  EXPECT_EQ(answers.substr(0, 13), "HTTP/1.1 413 ") << answers;
}

TEST_P(FramingTest, whatIsWelcomeIsInvitedToContinue) {
  RawConnection connection(service().port());
  connection.send(post("Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n", ""));
  EXPECT_EQ(connection.receiveUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send("{}");
  const std::string answers = connection.receiveAll();
  EXPECT_EQ(answers.substr(0, 13), "HTTP/1.1 401 ") << answers;
}

TEST_P(FramingTest, truncatedBodyIsNotAnswered2xx) {
  RawConnection connection(service().port());
  connection.send(post("Content-Length: 100\r\n", "{}"));
  connection.endSending();
  const std::string answers = connection.receiveAll();
  EXPECT_TRUE(answers.empty() || answers.starts_with("HTTP/1.1 400 ")) << answers;
}

// Each drop comes in time; together they would hold the thread for hours.
TEST_P(FramingTest, aBodyInDropsIsGivenUp_H04) {
  RawConnection connection(service().port());
  connection.send(
      "POST /auth/token/validate-token/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() < start + std::chrono::milliseconds(10'500)) {
    connection.send("x");
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
  }
  const std::string answer = connection.receiveAll();
  EXPECT_EQ(answer.substr(0, 13), "HTTP/1.1 408 ") << answer;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(14));
}

// A slow caller is not an outage: the time for the store counts from the end of the body.
TEST_P(FramingTest, aSlowBodyIsServed) {
  const std::string body = "is_frontend=1&id=1&access=x";
  RawConnection connection(service().port());
  connection.send(
      "POST /auth/token/validate-token/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body.substr(0, 5));
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  connection.send(body.substr(5));
  EXPECT_EQ(connection.receiveAll().substr(0, 13), "HTTP/1.1 401 ");
}

TEST_P(FramingTest, oneAnswerARequestWhenPipelined) {
  const std::string marker = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  for (const std::string& first :
       {post("Content-Length: 2\r\n"), post("Content-Length: 40\r\n", std::string(40, 'x')),
        std::string("POST /unknown HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /"),
        std::string(
            "DELETE /auth/token/refresh HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /"),
        std::string("GET /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /")}) {
    SCOPED_TRACE(first);
    const std::string answers = answersTo(first + first + marker);
    EXPECT_EQ(countOf("HTTP/1.1 ", answers), 3) << answers;
    EXPECT_EQ(countOf("{\"status\":\"live\"}", answers), first.starts_with("GET") ? 3 : 1);
  }
}

TEST_P(FramingTest, connectionEndsIfTheCallerWantsItTo) {
  for (const char* request :
       {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Close\r\n\r\n"}) {
    const std::string answer = answersTo(request);
    EXPECT_EQ(answer.substr(0, 13), "HTTP/1.1 200 ") << answer;
  }
}

TEST_P(FramingTest, upgradeAndForwardedHeadersAreIgnored) {
  const std::string answer = answersTo(
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n"
      "X-Forwarded-For: 1.2.3.4\r\nX-HTTP-Method-Override: POST\r\n\r\n");
  EXPECT_EQ(answer.substr(0, 13), "HTTP/1.1 200 ") << answer;
}

}  // namespace
}  // namespace token_service::test
