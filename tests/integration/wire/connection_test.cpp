#include "http_replies.hpp"
#include "wire_test.hpp"

#include <chrono>
#include <cstddef>
#include <random>
#include <string_view>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

bool hasComplaint(std::string_view log) {
  return log.find(" error ") != std::string_view::npos ||
         log.find(" warning ") != std::string_view::npos;
}

TEST_F(Wire, H01_TheEndAtOnce) {
  const std::size_t before = service().log().size();
  for (int count = 0; count < 100; ++count) {
    EXPECT_EQ(answersToTheEnd(""), "");
  }
  expectLive(servedOne(live()));
  EXPECT_FALSE(hasComplaint(service().log().substr(before)));
}

TEST_F(Wire, H71_ResetDuringTheAnswer) {
  const std::size_t before = service().log().size();
  std::string requests;
  for (int count = 0; count < 500; ++count) {
    requests += live();
  }
  for (int count = 0; count < 100; ++count) {
    RawConnection socket = connection();
    socket.sendWhatIsTaken(requests);
    std::this_thread::sleep_for(std::chrono::microseconds(50 * (count % 20)));
    socket.reset();
  }
  expectLive(servedOne(live()));
  const std::string log = service().log().substr(before);
  EXPECT_FALSE(hasComplaint(log)) << log;
  EXPECT_NE(log.find(" debug connection lost reason="), std::string::npos) << log;
}

// One request in, one answer out, in whatever pieces the bytes come.
TEST_F(Wire, P28_OneAnswerARequest) {
  std::mt19937 random(28);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same ones every time
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  // Bodies that are requests themselves.
  const std::string hidden = live("X-Request-ID: hidden\r\n");
  const std::string in_chunks = "3\r\n" + hidden.substr(0, 3) + "\r\n40;x=y\r\n" +
                                (hidden.substr(3) + std::string(64, ' ')).substr(0, 64) +
                                "\r\n0\r\n\r\n";
  struct Kind {
    std::string line;
    std::string fields;
    std::string body;
    int status;
  };
  const Kind kinds[] = {
      {"GET /health/live HTTP/1.1", "", "", 200},
      {"GET /health/live HTTP/1.1", lengthOf(hidden), hidden, 200},
      {"GET /health/live HTTP/1.1", kChunked, in_chunks, 200},
      {"POST /unknown HTTP/1.1", lengthOf(hidden), hidden, 404},
      {"POST /unknown HTTP/1.1", kChunked, in_chunks, 404},
      {"GET /auth/token/refresh HTTP/1.1", lengthOf(hidden), hidden, 405},
      {"POST /auth/token/refresh HTTP/1.1", lengthOf(hidden), hidden, 415},
      {"POST /auth/token/refresh HTTP/1.1", "Content-Length: 0\r\n", "", 415},
      {"POST /auth/token/gen-tokens HTTP/1.1", kChunked, in_chunks, 401},
      {"OPTIONS /auth/token/refresh HTTP/1.1", "", "", 204},
  };
  for (int round = 0; round < 30; ++round) {
    std::string bytes;
    std::vector<int> expected;
    while (expected.size() < 20) {
      const Kind& kind = kinds[below(std::size(kinds))];
      bytes += request(kind.line,
                       "X-Request-ID: " + std::to_string(expected.size()) + "\r\n" + kind.fields,
                       kind.body);
      expected.push_back(kind.status);
    }
    bytes += kMarker;
    RawConnection socket = connection();
    for (std::size_t sent = 0; sent < bytes.size();) {
      const std::size_t size = 1 + below(round < 3 ? 3 : 400);
      socket.send(bytes.substr(sent, size));
      sent += size;
    }
    const std::vector<Reply> replies = repliesIn(socket.receiveAll());
    ASSERT_EQ(replies.size(), expected.size() + 1);
    for (std::size_t index = 0; index < expected.size(); ++index) {
      EXPECT_EQ(replies[index].status, expected[index]);
      EXPECT_EQ(replies[index].header("X-Request-ID"), std::to_string(index));
    }
    EXPECT_EQ(replies.back().header("X-Request-ID"), "marker");
  }
}

// More answers than the system takes for a client: the service has to wait in the middle of them.
TEST_F(Wire, P28_SlowReadersLoseNothing) {
  constexpr std::size_t kCount = 1000;
  const std::string body = live("X-Request-ID: hidden\r\n");
  std::string requests;
  for (std::size_t index = 0; index < kCount; ++index) {
    requests += request("GET /health/live HTTP/1.1",
                        "X-Request-ID: " + std::to_string(index) + "\r\n" + lengthOf(body), body);
  }
  RawConnection socket = RawConnection::narrow(port());
  std::jthread sending([&] { socket.sendWhatIsTaken(requests + kMarker); });
  std::this_thread::sleep_for(500ms);
  const std::vector<Reply> replies = repliesIn(socket.receiveAll());
  ASSERT_EQ(replies.size(), kCount + 1);
  for (std::size_t index = 0; index < kCount; ++index) {
    ASSERT_EQ(replies[index].header("X-Request-ID"), std::to_string(index));
  }
}

// Of a request that never came to its end: what is known of it was read into a buffer that others
// have used since.
TEST_F(Wire, P28_ARefusalSpeaksOfItsOwnRequestOnly) {
  const auto begun = [&](const std::string& id, const std::string& before) {
    RawConnection socket(port());
    socket.send(before + request("POST /unknown HTTP/1.1",
                                 "X-Request-ID: " + id + "\r\nContent-Length: 9\r\n", "{}"));
    return socket;
  };
  for (const std::string& before : {std::string(), live("X-Request-ID: first\r\n")}) {
    RawConnection mine = begun("mine-mine-mine-mine", before);
    if (!before.empty()) {
      EXPECT_EQ(repliesIn(mine.receiveUntil("}")).at(0).status, 200);
    }
    std::this_thread::sleep_for(50ms);
    RawConnection theirs(port());
    theirs.send(request("POST /unknown HTTP/1.1",
                        "X-Request-ID: secret-of-another-\r\nContent-Length: 2\r\n", "{}"));
    EXPECT_EQ(repliesIn(theirs.receiveUntil("}")).at(0).status, 404);
    mine.endSending();
    const std::vector<Reply> replies = repliesIn(mine.receiveAll());
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].status, 400);
    EXPECT_EQ(replies[0].header("X-Request-ID"), "mine-mine-mine-mine");
  }
}

// The same end, whether the bytes come at once or one by one.
TEST_F(Wire, P29_RefusalsInDrops) {
  const std::pair<std::string, int> refused[] = {
      {"GET /health/live HTTP/1.1\nHost: x\n\n", 400},
      {live("X : y\r\n"), 400},
      {live("x\n"), 400},
      {live("X: y\r\n z\r\n"), 400},
      {validation("Content-Length: 1,0\r\n", ""), 400},
      {validation("Content-Length: 2\r\nContent-Length: 2\r\n", ""), 400},
      {validation(std::string(kChunked) + lengthOf("x"), ""), 400},
      {validation(kChunked, "2\r\n{}x"), 400},
      {validation(kChunked, "2\r\n{}\r\n0\r\nX: y\r\n\r\n"), 400},
      {validation("", ""), 411},
      {validation("Content-Length: 16385\r\n", ""), 413},
      {"GET /" + std::string(2048, 'a'), 414},
      {validation("Content-Length: 2\r\nExpect: x\r\n", ""), 417},
      {validation("Transfer-Encoding: gzip, chunked\r\n", ""), 501},
      {"GET / HTTP/3.0\r\n", 505},
  };
  for (const auto& [bytes, status] : refused) {
    SCOPED_TRACE(bytes.substr(0, 200));
    RawConnection socket = connection();
    for (const char byte : bytes + kMarker) {
      socket.sendWhatIsTaken(std::string(1, byte));
    }
    expectRefusal(socket.receiveAll(), status);
  }
}

// `served` and `expectRefusal` check the fields of every answer of all these tests; here is an
// answer of each status.
TEST_F(Wire, P34_FieldsOfEveryAnswer) {
  const std::string version = api.send({"GET", "/", "", "", {}}).text("version");
  const std::string secret = "X-SERVICE-SECRET: " + std::string(ServiceSetup::kSecret) + "\r\n";
  const std::string log_in = R"({"id":34,"username":"ada"})";
  const std::pair<std::string, int> answered[] = {
      {live(), 200},
      {get("/health/ready"), 200},
      {get("/.well-known/jwks.json"), 200},
      {request("POST /auth/token/gen-tokens/ HTTP/1.1",
               "Content-Type: application/json\r\n" + secret + lengthOf(log_in), log_in),
       201},
      {request("OPTIONS /auth/token/refresh/ HTTP/1.1"), 204},
      {validation(lengthOf("{"), "{"), 400},
      {validation(lengthOf("{}"), "{}"), 401},
      {get("/auth/verify", "Authorization: Bearer x\r\n"), 401},
      {get("/unknown"), 404},
      {get("/.well-known/oauth-authorization-server"), 404},
      {get("/auth/token/refresh/"), 405},
      {validation("Content-Encoding: gzip\r\n" + lengthOf("{}"), "{}"), 415},
  };
  for (const auto& [bytes, status] : answered) {
    SCOPED_TRACE(bytes);
    const std::vector<Reply> replies = repliesIn(answersTo(bytes));
    ASSERT_EQ(replies.size(), 2U);
    const Reply& reply = replies.front();
    EXPECT_EQ(reply.status, status);
    Call call;
    call.path = bytes.starts_with("GET /.well-known/jwks.json") ? "/.well-known/jwks.json" : "";
    expectCommonRules(reply, call);
    // RFC 9110 section 11.6.1, where a token is expected; elsewhere there is nothing to challenge.
    EXPECT_EQ(reply.has("WWW-Authenticate"),
              status == 401 && bytes.starts_with("GET /auth/verify"));
    for (const auto& [name, value] : reply.headers) {
      EXPECT_EQ(value.find(version), std::string::npos) << name << ": " << value;
    }
    EXPECT_EQ(reply.body.find(version), std::string::npos) << reply.body;
    EXPECT_TRUE(reply.has("Date"));
  }
}

}  // namespace
}  // namespace token_service::test
