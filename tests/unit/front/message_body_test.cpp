#include "reading.hpp"

#include <gtest/gtest.h>

namespace token_service::front {
namespace {

using namespace std::string_literals;
using Progress = MessageReader::Progress;

const std::string kChunked = "Transfer-Encoding: chunked\r\n";

std::string withLength(const std::string& length, const std::string& body = "") {
  return post("Content-Length: " + length + "\r\n", body);
}

std::string chunked(const std::string& body) { return post(kChunked, body); }

TEST(MessageBody, H44_WithoutLengthThereIsNone) {
  const Outcome outcome = expectComplete(post("", ""));
  EXPECT_FALSE(outcome.has_length);
  EXPECT_EQ(outcome.body, "");
  EXPECT_TRUE(expectComplete(withLength("0")).has_length);
  EXPECT_TRUE(expectComplete(chunked("0\r\n\r\n")).has_length);
}

TEST(MessageBody, H45_H46_H47_H48_LengthIsDigits) {
  for (const char* length : {"abc",
                             "",
                             "-1",
                             "-0",
                             "+5",
                             "0x5",
                             "5 5",
                             "5\t5",
                             "1,0",
                             "5,5",
                             "5, 5",
                             "5;",
                             "5.0",
                             "1e1",
                             "\"5\"",
                             "5_0",
                             "\xd9\xa5",
                             "=?UTF-8?Q?5?=",
                             "99999999999999999999",
                             "18446744073709551621"}) {
    expectRefused(withLength(length, "hello"), Refusal::Malformed);
  }
  for (const char* length : {"5", " 5", "5 ", "\t5\t", "05", "0000000005"}) {
    EXPECT_EQ(expectComplete(withLength(length, "hello")).body, "hello");
  }
}

TEST(MessageBody, H49_H50_OneLength) {
  expectRefused(withLength("5\r\nContent-Length: 6", "hello"), Refusal::Malformed);
  expectRefused(withLength("5\r\nContent-Length: 5", "hello"), Refusal::Malformed);
  expectRefused(withLength("0\r\ncontent-length: 0"), Refusal::Malformed);
}

TEST(MessageBody, H51_H52_LengthOverTheLimitIsRefusedBeforeTheBody) {
  expectRefused(withLength("9223372036854775808"), Refusal::Malformed);
  for (const char* length :
       {"16385", "10485760", "9223372036854775807", "4294967296", "18446744073709551"}) {
    expectRefused(withLength(length), Refusal::BodyTooLarge);
    EXPECT_EQ(refusedAfter(withLength(length, "body")), withLength(length).size());
    EXPECT_EQ(readWhole(withLength(length)).fields.size(), 2U);
  }
  const std::string largest(16384, 'x');
  EXPECT_EQ(expectComplete(withLength("16384", largest)).body, largest);
}

TEST(MessageBody, H53_H63_TruncatedIsNeverComplete) {
  for (const std::string& bytes : {withLength("100", std::string(100, 'x')),
                                   chunked("5\r\nhello\r\n6;a\r\n world\r\n0\r\n\r\n")}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Progress progress = readWhole(bytes.substr(0, size)).progress;
      EXPECT_TRUE(progress == Progress::NeedsHead || progress == Progress::NeedsBody) << size;
    }
  }
}

TEST(MessageBody, H54_WhatLooksLikeARequestStaysBody) {
  const std::string marker = get();
  EXPECT_EQ(expectComplete(withLength(std::to_string(marker.size()), marker)).body, marker);
  ASSERT_EQ(marker.size(), 0x1bU);
  EXPECT_EQ(expectComplete(chunked("1b\r\n" + marker + "\r\n0\r\n\r\n")).body, marker);
  expectComplete("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /");
}

TEST(MessageBody, H55_LengthAndCodingTogether) {
  expectRefused(post("Content-Length: 5\r\n" + kChunked, "0\r\n\r\n"), Refusal::Malformed);
  expectRefused(post(kChunked + "Content-Length: 5\r\n", "0\r\n\r\n"), Refusal::Malformed);
  expectRefused(post("Transfer-Encoding: gzip, chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
                Refusal::Malformed);
  expectRefused(post(kChunked + "Content-Length: 99999\r\n", "0\r\n\r\n"), Refusal::Malformed);
}

TEST(MessageBody, H41_H56_CodingIsExactlyChunked) {
  for (const char* coding : {"xchunked",
                             "chunked, identity",
                             "chunked, chunked",
                             "gzip",
                             "identity",
                             "",
                             "chunkedx",
                             ",chunked",
                             "chunked,",
                             "chunked;a=b",
                             "\"chunked\"",
                             "chun ked",
                             "chunked\tx",
                             "=?UTF-8?Q?chunked?=",
                             "gzip;q=1, chunked",
                             "gzip, , chunked",
                             "(gzip), chunked",
                             "chunked, gzip, chunked",
                             "chunked\xa0",
                             "chunked\r\nTransfer-Encoding: chunked",
                             "gzip\r\nTransfer-Encoding: chunked",
                             "gzip, chunked\r\nTransfer-Encoding: chunked"}) {
    expectRefused(post("Transfer-Encoding: "s + coding + "\r\n", "0\r\n\r\n"), Refusal::Malformed);
  }
  for (const char* coding : {"gzip, chunked", "br,gzip,chunked", "identity, chunked"}) {
    expectRefused(post("Transfer-Encoding: "s + coding + "\r\n", "0\r\n\r\n"),
                  Refusal::NotImplemented);
  }
  for (const char* coding : {"chunked", "Chunked", "\t CHUNKED \t"}) {
    expectComplete(post("Transfer-Encoding: "s + coding + "\r\n", "0\r\n\r\n"));
  }
}

TEST(MessageBody, H57_NoCodingInHttp10) {
  for (const char* coding : {"chunked", "gzip, chunked"}) {
    expectRefused("POST / HTTP/1.0\r\nTransfer-Encoding: "s + coding + "\r\n\r\n0\r\n\r\n",
                  Refusal::Malformed);
  }
}

TEST(MessageBody, ChunksAreJoined) {
  const Outcome outcome = expectComplete(
      chunked("5\r\nhello\r\n00000002\r\n, \r\nA\r\n0123456789\r\na\r\n0123456789\r\n"
              "000\r\n\r\n"));
  EXPECT_EQ(outcome.body, "hello, 01234567890123456789");
}

TEST(MessageBody, H58_ChunkSizesAreUpToEightDigits) {
  for (const char* size : {"", "g", "0x5", "-1", "+5", "000000005", "100000005", " 5", "5 ", "\t5",
                           "5\t", "5,", "5 ;a", "\"5\"", "ffffffffffffffff5"}) {
    expectRefused(chunked(size + "\r\nhello\r\n0\r\n\r\n"s), Refusal::Malformed);
    expectRefused(chunked("1\r\nx\r\n"s + size + "\r\nhello\r\n0\r\n\r\n"), Refusal::Malformed);
  }
}

TEST(MessageBody, H59_ChunkLinesEndInCrLfOnly) {
  for (const char* body :
       {"5\nhello\r\n0\r\n\r\n", "5\rhello\r\n0\r\n\r\n", "5\r\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r0\r\n\r\n", "5\r\nhello0\r\n\r\n",
        "5\r\nhelloX\r\n0\r\n\r\n", "5\r\nhell\r\n0\r\n\r\n", "5\r\nhello\r\n0\n\r\n",
        "5\r\nhello\r\n0\r\n\n", "5\r\nhello\r\n0\r\n\r\r\n", "5\r\nhello\r\n\r\n0\r\n\r\n",
        "0\r\r\n\r\n", "5;a\nhello\r\n0\r\n\r\n", "5;a\rb\r\nhello\r\n0\r\n\r\n"}) {
    expectRefused(chunked(body), Refusal::Malformed);
  }
}

TEST(MessageBody, H60_ExtensionsAreShortAndIgnored) {
  EXPECT_EQ(expectComplete(chunked("5;a\r\nhello\r\n1;b=c; d=\"e f\"\r\n!\r\n0;g\r\n\r\n")).body,
            "hello!");
  const std::string half(128, 'a');
  expectComplete(chunked("1;" + half + "\r\nx\r\n0;" + half + "\r\n\r\n"));
  expectRefused(chunked("1;" + half + "\r\nx\r\n0;a" + half + "\r\n\r\n"), Refusal::Malformed);
  expectRefused(chunked("1;" + std::string(65'536, 'a') + "\r\nx\r\n0\r\n\r\n"),
                Refusal::Malformed);
  EXPECT_EQ(refusedAfter(chunked("1;" + std::string(1000, 'a'))), chunked("1;").size() + 257);
  for (const std::string& extension : {"\0"s, "a\x7f"s, "\x80"s, "\x1b"s}) {
    expectRefused(chunked("1;" + extension + "\r\nx\r\n0\r\n\r\n"), Refusal::Malformed);
  }
}

TEST(MessageBody, H61_TrailersAreRefused) {
  for (const char* trailer :
       {"Content-Length: 5\r\n", "Authorization: Bearer x\r\n", "X: y\r\n", " \r\n", "x"}) {
    expectRefused(chunked("1\r\nx\r\n0\r\n"s + trailer + "\r\n"), Refusal::Malformed);
  }
  const std::string before = chunked("1\r\nx\r\n0\r\n");
  EXPECT_EQ(refusedAfter(before + "X"), before.size() + 1);
}

TEST(MessageBody, H62_ManySmallChunksUpToTheLimit) {
  const auto ofOneByte = [](std::size_t count, const std::string& size) {
    std::string body;
    for (std::size_t i = 0; i < count; ++i) {
      body += size + "\r\nx\r\n";
    }
    return chunked(body + "0\r\n\r\n");
  };
  EXPECT_EQ(expectComplete(ofOneByte(8000, "1")).body, std::string(8000, 'x'));
  EXPECT_EQ(expectComplete(ofOneByte(16384, "1")).body, std::string(16384, 'x'));
  expectRefused(ofOneByte(16385, "1"), Refusal::BodyTooLarge);
  expectRefused(ofOneByte(16384, "00000001"), Refusal::BodyTooLarge);
  EXPECT_EQ(expectComplete(ofOneByte(5000, "00000001")).body, std::string(5000, 'x'));
}

TEST(MessageBody, ChunksOverTheLimitAreRefusedBeforeTheirData) {
  for (const char* size : {"4001", "ffffffff", "7fffffff", "80000000", "00004001"}) {
    const std::string bytes = chunked(size + "\r"s);
    EXPECT_EQ(refusedAfter(bytes), bytes.size());
    expectRefused(chunked(size + "\r\n"s), Refusal::BodyTooLarge);
    expectRefused(chunked("1\r\nx\r\n"s + size + "\r\n"), Refusal::BodyTooLarge);
  }
  expectComplete(chunked("4000\r\n" + std::string(16384, 'x') + "\r\n0\r\n\r\n"));
  expectRefused(chunked("1\r\nx\r\n4000\r\n"), Refusal::BodyTooLarge);
}

TEST(MessageBody, LimitIsAsGiven) {
  for (const std::size_t max_body : {0U, 1U, 10U}) {
    const MessageLimits limits{.max_body = max_body};
    const std::string body(max_body, 'x');
    expectComplete(post("Content-Length: " + std::to_string(max_body) + "\r\n", body), limits);
    expectRefused(post("Content-Length: " + std::to_string(max_body + 1) + "\r\n", body + "x"),
                  Refusal::BodyTooLarge, limits);
    const std::string chunks =
        max_body == 0 ? "" : (max_body == 1 ? "1" : "a") + "\r\n"s + body + "\r\n";
    EXPECT_EQ(expectComplete(chunked(chunks + "0\r\n\r\n"), limits).body, body);
    expectComplete(chunked(chunks + "00000000\r\n\r\n"), limits);
    expectRefused(chunked(chunks + "1\r\nx\r\n0\r\n\r\n"), Refusal::BodyTooLarge, limits);
  }
}

}  // namespace
}  // namespace token_service::front
