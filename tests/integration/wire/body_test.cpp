#include "http_replies.hpp"
#include "process_usage.hpp"
#include "wire_test.hpp"

#include <chrono>
#include <string_view>

namespace token_service::test {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMaxBody = 16 * 1024;

// Chunks of that size, the last one perhaps smaller, and the end.
std::string chunks(std::string_view body, std::size_t size) {
  std::string all;
  while (!body.empty()) {
    const std::string_view data = body.substr(0, size);
    body.remove_prefix(data.size());
    std::string digits;
    for (std::size_t rest = data.size(); rest > 0; rest /= 16) {
      digits.insert(0, 1, "0123456789abcdef"[rest % 16]);
    }
    all.append(digits).append("\r\n").append(data).append("\r\n");
  }
  return all + "0\r\n\r\n";
}

// Poco would wait for the end of the connection.
TEST_F(Wire, H44_NoLength) {
  expectRefused(validation("", ""), 411);
  expectRefused(validation("", "{}"), 411);
  expectRefused(request("PUT /auth/token/refresh/ HTTP/1.1"), 411);
  expectRefused(request("PATCH /unknown HTTP/1.1"), 411);
  // RFC 9112 section 6.3: without a length there is no body. Proxies leave both away.
  expectError(servedOne(request("POST /auth/verify HTTP/1.1")), kUnauthorizedRequest);
}

TEST_F(Wire, H45_LengthsThatAreNoNumbers) {
  for (const char* length : {"abc", "", " ", "2;", "2.0", "2e0", "\"2\"", "NaN", "two"}) {
    expectRefused(validation(std::string("Content-Length: ") + length + "\r\n", "{}"), 400);
  }
}

TEST_F(Wire, H46_NegativeLength) {
  expectRefused(validation("Content-Length: -1\r\n", "{}"), 400);
  expectRefused(validation("Content-Length: -0\r\n", "{}"), 400);
}

TEST_F(Wire, H47_LengthsWrittenOtherwise) {
  for (const char* length : {"+2", "0x2", "2 2", "2\t2", "2\x0b", "\x0b 2"}) {
    expectRefused(validation(std::string("Content-Length: ") + length + "\r\n", "{}"), 400);
  }
  EXPECT_EQ(servedOne(validation("Content-Length:2\r\n", "{}")).status, 401);
  EXPECT_EQ(servedOne(validation("Content-Length: \t 002 \t\r\n", "{}")).status, 401);
}

TEST_F(Wire, H48_LengthWithACommaInIt) {
  expectRefused(validation("Content-Length: 1,0\r\n", "{}        "), 400);
  expectRefused(validation("Content-Length: 2,\r\n", "{}"), 400);
}

TEST_F(Wire, H49_TwoLengths) {
  expectRefused(validation("Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), 400);
  expectRefused(validation("Content-Length: 2, 3\r\n", "{}"), 400);
  expectRefused(get("/auth/verify", "Content-Length: 0\r\nContent-Length: 1\r\n"), 400);
}

TEST_F(Wire, H50_OneLengthTwice) {
  expectRefused(validation("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), 400);
  expectRefused(validation("Content-Length: 2, 2\r\n", "{}"), 400);
}

TEST_F(Wire, H51_LengthBeyondAllNumbers) {
  expectRefused(validation("Content-Length: 9223372036854775808\r\n", "{}"), 400);
  expectRefused(validation("Content-Length: 18446744073709551618\r\n", "{}"), 400);
  expectRefused(validation("Content-Length: " + std::string(100, '9') + "\r\n", "{}"), 400);
  expectRefused(validation("Content-Length: 999999999999999999\r\n", "{}"), 413);
}

TEST_F(Wire, H52_TooLargeABody) {
  EXPECT_EQ(servedOne(validation("Content-Length: 16384\r\n", goodBody(kMaxBody))).status, 200);
  expectRefused(validation("Content-Length: 16385\r\n", ""), 413);
  expectRefused(validation("Content-Length: 10485760\r\n", ""), 413);
  expectRefused(validation("Content-Length: 10485760\r\n", std::string(std::size_t{1} << 19, ' ')),
                413);
  // Whatever the path says.
  expectRefused(get("/unknown", "Content-Length: 16385\r\n"), 413);
  expectRefused(get("/auth/verify", "Content-Length: 16385\r\n"), 413);
}

TEST_F(WireMemory, H52_ABodyThatIsTooLargeTakesNone) {
  const std::string sent = validation("Content-Length: 10485760\r\n", std::string(500'000, ' '));
  const auto refuse = [&] {
    for (int count = 0; count < 100; ++count) {
      expectRefusal(answersTo(sent), 413);
    }
  };
  refuse();
  const std::size_t before = residentBytes(service().pid());
  refuse();
  EXPECT_LT(residentBytes(service().pid()), before + std::size_t{64} * 1024);
}

TEST_F(Wire, H53_TheEndBeforeTheEndOfTheBody) {
  expectRefusal(answersToTheEnd(validation("Content-Length: 100\r\n", std::string(50, ' '))), 400);
  expectRefusal(answersToTheEnd(validation("Content-Length: 100\r\n", "")), 400);
  // A body that would be good if it were the whole of it.
  const std::string body = goodBody();
  expectRefusal(answersToTheEnd(validation(
                    "Content-Length: " + std::to_string(body.size() + 1) + "\r\n", body)),
                400);
  // The same of a head; of nothing at all there is nothing to say.
  expectRefusal(answersToTheEnd("GET /health/live HTTP/1.1\r\nHost: x\r\n"), 400);
  EXPECT_EQ(answersToTheEnd(""), "");
}

TEST_F(Wire, H53_TheEndBehindARequest) {
  const std::vector<Reply> replies =
      repliesIn(answersToTheEnd(live() + validation(lengthOf("{}"), "{}") + live()));
  ASSERT_EQ(replies.size(), 3U);
  expectLive(replies[0]);
  EXPECT_EQ(replies[1].status, 401);
  expectLive(replies[2]);
}

// poco#2977: what was not read of a body became the next request.
TEST_F(Wire, H54_AnswersGivenWithoutTheBody) {
  const std::string hidden = live();
  for (const std::string line :
       {"POST /unknown HTTP/1.1", "PUT /auth/token/refresh/ HTTP/1.1", "GET /health/live HTTP/1.1",
        "DELETE /auth/token/refresh/ HTTP/1.1", "POST /auth/token/gen-tokens/ HTTP/1.1",
        "POST /auth/verify HTTP/1.1", "OPTIONS /auth/token/refresh/ HTTP/1.1"}) {
    SCOPED_TRACE(line);
    EXPECT_EQ(served(request(line, lengthOf(hidden), hidden)).size(), 1U);
    EXPECT_EQ(served(request(line, kChunked, chunks(hidden, 7))).size(), 1U);
  }
}

TEST_F(Wire, H55_LengthAndTransferEncoding) {
  for (const char* fields : {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                             "Transfer-Encoding: identity\r\nContent-Length: 5\r\n"}) {
    expectRefused(validation(fields, "0\r\n\r\n"), 400);
  }
}

TEST_F(Wire, H56_OtherTransferEncodings) {
  const std::string body = chunks("{}", 2);
  expectRefused(validation("Transfer-Encoding: gzip, chunked\r\n", body), 501);
  for (const char* coding : {"xchunked", "chunked, identity", "chunked, chunked", "", "identity",
                             "gzip", "\"chunked\"", "chunked;x=y", "chunked\x0b", "chun ked"}) {
    expectRefused(validation(std::string("Transfer-Encoding: ") + coding + "\r\n", body), 400);
  }
  expectRefused(validation(std::string(kChunked) + kChunked, body), 400);
  expectRefused(validation(std::string(kChunked) + "Transfer-Encoding: gzip\r\n", body), 400);
  expectRefused(live("Transfer-Encoding: gzip\r\n"), 400);
  EXPECT_EQ(servedOne(validation("transfer-encoding: CHUNKED\r\n", body)).status, 401);
}

TEST_F(Wire, H57_ChunksInVersion10) {
  expectRefused("POST /auth/token/validate-token/ HTTP/1.0\r\nContent-Type: application/json\r\n" +
                    std::string(kChunked) + "\r\n" + chunks("{}", 2),
                400);
}

TEST_F(Wire, H58_ChunkSizesThatAreNone) {
  for (const char* size : {"", "g", "0x2", "-1", "+2", "000000002", "123456789", " 2", "2 ", "2\t",
                           "2g", "2,", "\xb2"}) {
    expectRefused(validation(kChunked, std::string(size) + "\r\n{}\r\n0\r\n\r\n"), 400);
  }
  for (const char* size : {"ffffffff", "4001"}) {
    expectRefused(validation(kChunked, std::string(size) + "\r\n{}"), 413);
  }
}

TEST_F(Wire, H59_ChunksWithoutTheirLineEnds) {
  for (const char* body : {"2\r\n{}0\r\n\r\n", "2\n{}\r\n0\r\n\r\n", "2\r\n{}\n0\r\n\r\n",
                           "2\r\n{}\r\n0\n\r\n", "2\r\n{}\r\n0\r\n\n", "2\r\n{} \r\n0\r\n\r\n",
                           "2\r{}\r\n0\r\n\r\n", "2\r\n{}\r\n0\r\r\n"}) {
    expectRefused(validation(kChunked, body), 400);
  }
}

TEST_F(Wire, H60_LongChunkExtensions) {
  expectRefused(
      validation(kChunked, "2;" + std::string(std::size_t{64} * 1024, 'x') + "\r\n{}\r\n0\r\n\r\n"),
      400);
  std::string many;
  for (int count = 0; count < 1000; ++count) {
    many += "1;x=y\r\n \r\n";
  }
  expectRefused(validation(kChunked, many + "0\r\n\r\n"), 400);
  expectRefused(validation(kChunked, "2;x\n\r\n{}\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(servedOne(validation(kChunked, "2;x=\"y z\"\r\n{}\r\n0;last\r\n\r\n")).status, 401);
}

TEST_F(Wire, H61_Trailers) {
  for (const char* trailer :
       {"Content-Length: 5", "Authorization: Bearer x", "X: y", "GET /health/live HTTP/1.1"}) {
    expectRefused(validation(kChunked, std::string("2\r\n{}\r\n0\r\n") + trailer + "\r\n\r\n"),
                  400);
  }
}

TEST_F(Wire, H62_ManySmallChunks) {
  const steady_clock::time_point begin = steady_clock::now();
  expectValid(servedOne(validation(kChunked, chunks(goodBody(8000), 1))));
  expectValid(servedOne(validation(kChunked, chunks(goodBody(kMaxBody), 1))));
  expectValid(servedOne(validation(kChunked, chunks(goodBody(kMaxBody), kMaxBody))));
  expectRefused(validation(kChunked, chunks(std::string(kMaxBody + 1, ' '), 1)), 413);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(Wire, H63_TheEndBeforeTheLastChunk) {
  const std::string all = validation(kChunked, chunks(goodBody(), 100));
  for (const std::size_t missing : {1U, 2U, 3U, 4U, 5U, 7U, 50U}) {
    SCOPED_TRACE(missing);
    expectRefusal(answersToTheEnd(all.substr(0, all.size() - missing)), 400);
  }
}

TEST_F(Wire, H64_TooLargeABodyIsNotAskedFor) {
  RawConnection socket = connection();
  socket.send(validation("Content-Length: 16385\r\nExpect: 100-continue\r\n", ""));
  const std::string answers = socket.receiveAll();
  expectRefusal(answers, 413);
  EXPECT_EQ(answers.find("100 Continue"), std::string::npos);
}

TEST_F(Wire, H64_AWelcomeBodyIsAskedFor) {
  for (const std::string framing : {"Content-Length: 2\r\n", kChunked}) {
    RawConnection socket = connection();
    socket.send(validation(framing + "Expect: 100-Continue\r\nConnection: close\r\n", ""));
    EXPECT_EQ(socket.receiveUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    socket.send(framing == kChunked ? chunks("{}", 1) : "{}");
    EXPECT_EQ(repliesIn(socket.receiveAll()).at(0).status, 401);
  }
  // Who has sent it already is not asked.
  EXPECT_EQ(answersTo(validation("Content-Length: 2\r\nExpect: 100-continue\r\n", "{}"))
                .find("100 Continue"),
            std::string::npos);
}

TEST_F(Wire, H66_OtherMediaTypes) {
  for (const char* type : {"", "Content-Type:\r\n", "Content-Type: text/plain\r\n",
                           "Content-Type: application/json; charset=utf-16\r\n"}) {
    SCOPED_TRACE(type);
    expectError(servedOne(request("POST /auth/token/validate-token/ HTTP/1.1",
                                  type + lengthOf("{}"), "{}")),
                kUnsupportedMediaType);
  }
}

TEST_F(Wire, H67_CompressedBodies) {
  for (const char* coding : {"gzip", "deflate", "br", "x"}) {
    expectError(servedOne(validation(
                    std::string("Content-Encoding: ") + coding + "\r\n" + lengthOf("{}"), "{}")),
                kUnsupportedMediaType);
  }
}

}  // namespace
}  // namespace token_service::test
