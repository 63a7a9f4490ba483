#include "front/message_reader.hpp"

#include "reading.hpp"

#include <gtest/gtest.h>

#include <random>

namespace token_service::front {
namespace {

using namespace std::string_literals;
using Progress = MessageReader::Progress;

std::string lineOf(std::size_t size) {
  const std::string name = "X-Filler: ";
  return name + std::string(size - name.size() - 2, 'a') + "\r\n";
}

TEST(MessageReader, ReadsARequest) {
  const Outcome outcome = expectComplete(
      "POST /a/b?c=d HTTP/1.1\r\nHost: x:80\r\nX-A:\t b c \t\r\nX-Empty:\r\nX-Blank: \t\r\n"
      "cOnTeNt-LeNgTh: 3\r\n\r\nabc");
  EXPECT_EQ(outcome.method, "POST");
  EXPECT_EQ(outcome.target, "/a/b?c=d");
  EXPECT_EQ(outcome.minor_version, 1);
  EXPECT_EQ(outcome.fields,
            (std::vector<std::pair<std::string, std::string>>{{"Host", "x:80"},
                                                              {"X-A", "b c"},
                                                              {"X-Empty", ""},
                                                              {"X-Blank", ""},
                                                              {"cOnTeNt-LeNgTh", "3"}}));
  EXPECT_TRUE(outcome.has_length);
  EXPECT_TRUE(outcome.keep_alive);
  EXPECT_EQ(outcome.body, "abc");
}

TEST(MessageReader, EverySplitGivesTheSame) {
  for (const std::string& bytes :
       {post("Content-Length: 5\r\n", "hello"),
        post("Transfer-Encoding: chunked\r\n",
             "5;a=b\r\nhello\r\n00B\r\n, my friends\r\n0\r\n\r\n"),
        "\r\nGET http://x?y HTTP/1.1\r\nHost: X\r\nConnection: close\r\n\r\n"s,
        "POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx"s,
        post("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n"),
        post("Content-Length: 1, 1\r\n", "x"), "GET / HTTP/1.2\r\nHost: x\r\n\r\n"s}) {
    SCOPED_TRACE(bytes);
    const Outcome whole = readWhole(bytes);
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
      for (std::size_t second = first; second <= bytes.size(); second += 7) {
        ASSERT_EQ(readSplit(bytes, {first, second}), whole) << first << ", " << second;
      }
    }
  }
}

TEST(MessageReader, IsToldOfTheSameBytesAgain) {
  const std::string bytes = post("Content-Length: 5\r\n", "hello");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(readSplit(bytes, {size, size, size}), readWhole(bytes)) << size;
  }
  EXPECT_EQ(readSplit(bytes, {bytes.size()}), readWhole(bytes));
}

TEST(MessageReader, TellsWhatItAwaits) {
  const std::string bytes = post("Content-Length: 5\r\n", "hello");
  const std::size_t head = bytes.size() - 5;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Outcome outcome = readWhole(bytes.substr(0, size));
    EXPECT_EQ(outcome.progress, size < head ? Progress::NeedsHead : Progress::NeedsBody) << size;
    EXPECT_EQ(outcome.fields.size(), size < head ? 0U : 2U) << size;
    EXPECT_EQ(outcome.body, "") << size;
  }
}

// What an earlier message left behind must not be seen in the next.
TEST(MessageReader, ForgetsAtReset) {
  const std::vector<std::string> all{
      post("Transfer-Encoding: chunked\r\nConnection: close\r\n", "5\r\nhello\r\n0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\n", "5;x\r\nhel"),
      "GET http://x?secret HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET http://x?other HTTP/1.1\r\nHost: y\r\n\r\n",
      "GET /half",
      get("X: y\r\nX-Half: "),
      "GET / HTTP/1.0\r\n\r\n",
      post("Content-Length: 99999\r\nExpect: 100-continue\r\n", ""),
      "\r",
      "",
      get()};
  for (const std::string& first : all) {
    for (const std::string& second : all) {
      MessageReader reader{MessageLimits{}};
      reader.read(first);
      reader.reset();
      EXPECT_EQ(outcomeOf(reader, reader.read(second)), readWhole(second)) << first << second;
    }
  }
}

TEST(MessageReader, H06_PipelinedRequestsComeOneByOne) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) {
    const std::string number = std::to_string(i);
    switch (i % 3) {
      case 0:
        bytes += "GET /" + number + " HTTP/1.1\r\nHost: x\r\n\r\n";
        break;
      case 1:
        bytes += "POST /" + number +
                 " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(number.size()) +
                 "\r\n\r\n" + number;
        break;
      default:
        bytes += "POST /" + number + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
                 std::to_string(number.size()) + "\r\n" + number + "\r\n0\r\n\r\n";
    }
  }
  MessageReader reader{MessageLimits{}};
  std::string_view rest = bytes;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(reader.read(rest), Progress::Complete) << i;
    EXPECT_EQ(reader.message().target, "/" + std::to_string(i));
    EXPECT_EQ(reader.message().body, i % 3 == 0 ? "" : std::to_string(i));
    rest.remove_prefix(reader.size());
    reader.reset();
  }
  EXPECT_EQ(rest, "");
}

TEST(MessageReader, WhatIsKnownOfARequestMovesWithItsBytes) {
  std::string there = "POST /mine HTTP/1.1\r\nHost: x\r\nX: mine\r\nContent-Length: 9\r\n\r\nab";
  const std::string here = there;
  MessageReader reader{MessageLimits{}};
  ASSERT_EQ(reader.read(there), Progress::NeedsBody);
  reader.moveTo(here);
  there.assign(there.size(), '?');
  EXPECT_EQ(reader.message().method, "POST");
  EXPECT_EQ(reader.message().target, "/mine");
  ASSERT_EQ(reader.message().fields.size(), 3U);
  EXPECT_EQ(reader.message().fields[1].value, "mine");
}

TEST(MessageReader, H07_OneEmptyLineBeforeTheRequestIsIgnored) {
  EXPECT_EQ(expectComplete("\r\n" + get()).method, "GET");
  expectRefused("\r\n\r\n" + get(), Refusal::Malformed);
  EXPECT_EQ(refusedAfter("\r\n\r\n"), 3U);
  EXPECT_EQ(refusedAfter("\rG"), 2U);
}

TEST(MessageReader, H08_EndlessBlanksBeforeTheRequestAreRefusedAtOnce) {
  for (const char* start : {"\n", " ", "\t", "\v", "\r\r"}) {
    EXPECT_EQ(refusedAfter(start), std::string_view(start).size());
    expectRefused(start + get(), Refusal::Malformed);
  }
}

TEST(MessageReader, H09_LinesWithoutColonAreRefused) {
  const std::string start = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(refusedAfter(start + "abc\r\n"), start.size() + 4);
  expectRefused(start + std::string(20'000, 'a'), Refusal::HeadTooLarge);
  EXPECT_EQ(refusedAfter(start + std::string(20'000, 'a')), MessageLimits{}.max_head);
}

TEST(MessageReader, H10_H11_H12_MethodsAreTokensOfUpTo32) {
  for (const std::string& method :
       {"post"s, "FOO"s, "TRACE"s, "M-SEARCH"s, "!#$%&'*+.^_`|~"s, std::string(32, 'A')}) {
    EXPECT_EQ(expectComplete(method + " / HTTP/1.1\r\nHost: x\r\n\r\n").method, method);
  }
  for (const std::string& method : {""s, std::string(33, 'A'), "GE\tT"s, "G(T"s, "G\x80T"s, "G\0T"s,
                                    "G@T"s, "\"GET\""s, "GET:"s}) {
    expectRefused(method + " / HTTP/1.1\r\nHost: x\r\n\r\n", Refusal::Malformed);
  }
  EXPECT_EQ(refusedAfter(std::string(40, 'A')), 33U);
}

TEST(MessageReader, H11_ConnectKeepsItsTarget) {
  for (const char* target : {"example.org:443", "[::1]:80", "/auth/token/refresh"}) {
    const std::string bytes = "CONNECT "s + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    EXPECT_EQ(expectComplete(bytes).target, target);
  }
  for (const char* target : {"http://x/", "a b", "*,*", "a:b"}) {
    expectRefused("CONNECT "s + target + " HTTP/1.1\r\nHost: x\r\n\r\n", Refusal::Malformed);
  }
}

TEST(MessageReader, H15_TargetsOfUpTo2048) {
  const auto request = [](std::size_t size) {
    return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
  };
  EXPECT_EQ(expectComplete(request(2048)).target.size(), 2048U);
  expectRefused(request(2049), Refusal::TargetTooLong);
  EXPECT_EQ(refusedAfter("GET /" + std::string(5000, 'a')), 4U + 2049U);
}

TEST(MessageReader, H16_TargetsAreVisibleAscii) {
  for (const std::string& target :
       {"/a\0b"s, "/\xc3\xa9"s, "/\xc0\xaf"s, "/a\tb"s, "/\x7f"s, "/a\nb"s, "/\x1b"s, ""s}) {
    expectRefused("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n", Refusal::Malformed);
  }
  for (const char* target : {"/%00", "/%0d%0a", "/%c0%af", "/%zz", "/?a[]={}|\"<>"}) {
    EXPECT_EQ(expectComplete("GET "s + target + " HTTP/1.1\r\nHost: x\r\n\r\n").target, target);
  }
}

TEST(MessageReader, H17_RequestLineOf4094Bytes) {
  const std::string end = " HTTP/1.1\r\n";
  const std::string target = "/" + std::string(4094 - 4 - 1 - end.size(), 'a');
  const std::string line = "GET " + target + end;
  ASSERT_EQ(line.size(), 4094U);
  expectRefused(line + "Host: x\r\n\r\n", Refusal::TargetTooLong);
}

TEST(MessageReader, H18_AbsoluteFormOfTheSameHostOnly) {
  const auto request = [](const std::string& target, const std::string& fields) {
    return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
  };
  const std::string host = "Host: Example.org:8080\r\n";
  EXPECT_EQ(expectComplete(request("http://example.org:8080/a?b", host)).target, "/a?b");
  EXPECT_EQ(expectComplete(request("HTTP://EXAMPLE.ORG:8080/", host)).target, "/");
  EXPECT_EQ(expectComplete(request("http://example.org:8080", host)).target, "/");
  EXPECT_EQ(expectComplete(request("http://example.org:8080?a", host)).target, "/?a");
  for (const char* target :
       {"http://example.org/", "http://evil.org:8080/", "http://a@example.org:8080/",
        "https://example.org:8080/", "http:///", "http:/", "http:", "example.org:8080", "a", "?a",
        "http://example.org:8080#a", "ftp://example.org:8080/", "*", "a*", "\\a"}) {
    expectRefused(request(target, host), Refusal::Malformed);
  }
  expectRefused(request("http:///", "Host:\r\n"), Refusal::Malformed);
  expectRefused("GET http://x/ HTTP/1.0\r\n\r\n", Refusal::Malformed);
}

TEST(MessageReader, H19_H20_TargetsPassAsTheyCame) {
  for (const char* target : {"/a/../b/", "/%2e%2e/a", "//", "//a/", "/?access_token=x", "/;a"}) {
    EXPECT_EQ(expectComplete("GET "s + target + " HTTP/1.1\r\nHost: x\r\n\r\n").target, target);
  }
}

TEST(MessageReader, AsteriskIsOfOptionsOnly) {
  EXPECT_EQ(expectComplete("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").target, "*");
  expectRefused("OPTIONS ** HTTP/1.1\r\nHost: x\r\n\r\n", Refusal::Malformed);
  expectRefused("options * HTTP/1.1\r\nHost: x\r\n\r\n", Refusal::Malformed);
}

TEST(MessageReader, H21_H23_RequestLineIsExact) {
  for (const char* line : {"GET /",
                           "GET / ",
                           "GET",
                           "GET ",
                           "GET  / HTTP/1.1",
                           "GET /  HTTP/1.1",
                           "GET / HTTP/1.1 ",
                           "GET / HTTP/1.1 x",
                           "GET / HTTP/1.1\t",
                           "GET / a HTTP/1.1",
                           "GET\t/ HTTP/1.1",
                           "GET /\tHTTP/1.1",
                           "GET / HTTP/1.1\r",
                           "GET / HTTP/1.1x",
                           "GET / HTTP/1",
                           "GET / HTTP/11",
                           "GET / HTTP/1.",
                           "GET / HTTP/.1",
                           "GET / HTTP/+1.1",
                           "GET / HTTP/1.10",
                           "GET / /1.1",
                           "GET / HTTP/1,1",
                           "GET / 1.1",
                           "GET / HTTP//1.1",
                           "GET / ABCDEFGHIJKLMNOP/1.1"}) {
    expectRefused(line + "\r\nHost: x\r\n\r\n"s, Refusal::Malformed);
  }
}

TEST(MessageReader, H22_OtherVersionsAreNotSupported) {
  for (const char* version : {"HTTP/9.9", "FOO/1.1", "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "http/1.1",
                              "HTTPS/1.1", "SIP/2.0"}) {
    expectRefused("GET / "s + version + "\r\nHost: x\r\n\r\n", Refusal::VersionNotSupported);
  }
}

TEST(MessageReader, H24_Http10) {
  const Outcome outcome = expectComplete("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(outcome.minor_version, 0);
  EXPECT_FALSE(outcome.keep_alive);
  EXPECT_EQ(expectComplete("POST / HTTP/1.0\r\nHost: x\r\nContent-Length: 1\r\n\r\ny").body, "y");
}

TEST(MessageReader, H25_Http2Preface) {
  expectRefused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Refusal::VersionNotSupported);
}

TEST(MessageReader, H26_TlsIsRefusedAtItsFirstByte) {
  EXPECT_EQ(refusedAfter("\x16\x03\x01\x02"s), 1U);
  EXPECT_EQ(refusedAfter("\x80\x2e\x01"s), 1U);
}

TEST(MessageReader, H27_RandomBytesAreRefused) {
  std::mt19937 random(27);  // NOLINT(bugprone-random-generator-seed): the same every time
  for (int i = 0; i < 200; ++i) {
    std::string bytes(65'536, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(random());
    }
    EXPECT_EQ(readWhole(bytes).progress, Progress::Refused);
    EXPECT_LE(refusedAfter(bytes).value_or(bytes.size()), kMaxMethodSize + 1);
  }
}

TEST(MessageReader, H28_H29_OneHost) {
  expectRefused("GET / HTTP/1.1\r\n\r\n", Refusal::Malformed);
  expectRefused("GET / HTTP/1.1\r\nX-Host: x\r\n\r\n", Refusal::Malformed);
  for (const char* line : {"Host: x", "host: x", "HOST: y", "Host:"}) {
    expectRefused(get(line + "\r\n"s), Refusal::Malformed);
  }
  for (const char* host :
       {"a,b", "a b",     "a, b",   "a/b",     "a:b",    "a:1:2", "a@b",     "[::1", "::1",
        "[]",  "[g]",     "[::1]x", "[::1]:x", "a[::1]", "a%",    "a%4",     "a%zz", "a\"b",
        "a#b", "[[::1]]", "]",      "[",       "a?b",    "a\\b",  "\xc3\xa9"}) {
    expectRefused("GET / HTTP/1.1\r\nHost: "s + host + "\r\n\r\n", Refusal::Malformed);
  }
  for (const char* host : {"", "a", "A.b-c", "token_service:8080", "127.0.0.1", "[::1]", "a:",
                           ":80", "[::ffff:1.2.3.4]:80", "a%41", "1", "xn--e1aybc.", "a.b:65536"}) {
    expectComplete("GET / HTTP/1.1\r\nHost: "s + host + "\r\n\r\n");
  }
}

TEST(MessageReader, H30_H31_FieldNamesAreTokens) {
  for (const std::string& name : {""s, " X"s, "\tX"s, "X Y"s, "X\tY"s, "X\0"s, "\x01"s, "\x7f"s,
                                  "X\x80"s, "\xc3\xa9"s, "(X)"s, "X/Y"s, "\"X\""s, "X[]"s, "X="s}) {
    expectRefused(get(name + ": v\r\n"), Refusal::Malformed);
  }
  EXPECT_EQ(valueOf(expectComplete(get("!#$%&'*+-.^_`|~09azAZ: v\r\n")), "!#$%&'*+-.^_`|~09azAZ"),
            "v");
  EXPECT_EQ(valueOf(expectComplete(get("X: a:b\r\n")), "X"), "a:b");
  EXPECT_EQ(refusedAfter("GET / HTTP/1.1\r\n:"), 17U);
}

TEST(MessageReader, H32_SpaceBeforeColon) {
  expectRefused(post("Content-Length : 5\r\n", "hello"), Refusal::Malformed);
  expectRefused(post("Content-Length\t: 5\r\n", "hello"), Refusal::Malformed);
  expectRefused(get("X : y\r\n"), Refusal::Malformed);
}

TEST(MessageReader, H33_FoldedLines) {
  for (const char* line : {"X: a\r\n b\r\n", "X: a\r\n\tb\r\n", "X:\r\n a\r\n", " X: a\r\n"}) {
    expectRefused(get(line), Refusal::Malformed);
  }
  expectRefused("GET / HTTP/1.1\r\n Host: x\r\n\r\n", Refusal::Malformed);
}

TEST(MessageReader, H34_H35_H36_LinesEndInCrLfOnly) {
  for (const char* bytes :
       {"GET / HTTP/1.1\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\n", "GET / HTTP/1.1\r\nHost: x\r\r\n\r\n",
        "GET / HTTP/1.1\rHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\rX: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\nY: b\r\n\r\n", "GET / HTTP/1.1\r\nx\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nx\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\n\n"}) {
    expectRefused(bytes, Refusal::Malformed);
  }
}

TEST(MessageReader, H37_NoLineLengthIsSpecial) {
  const auto expectMarker = [](std::size_t size) {
    const std::string bytes = get(lineOf(size) + "X-Marker: here\r\n");
    const Outcome outcome = readWhole(bytes + get());
    ASSERT_EQ(outcome.progress, Progress::Complete) << size;
    ASSERT_EQ(outcome.size, bytes.size()) << size;
    ASSERT_EQ(valueOf(outcome, "X-Marker"), "here") << size;
    ASSERT_EQ(outcome.fields.size(), 3U) << size;
    ASSERT_EQ(readInPieces(bytes, 4092), outcome) << size;
    ASSERT_EQ(readInPieces(bytes, 4096), outcome) << size;
  };
  for (std::size_t size = 4000; size <= 4200; ++size) {
    expectMarker(size);
  }
  for (std::size_t size = 8100; size <= 8300; ++size) {
    expectMarker(size);
  }
  for (std::size_t size = 12; size <= 300; ++size) {
    expectMarker(size);
  }
}

TEST(MessageReader, H38_HeadsOfUpToTheLimit) {
  expectComplete(get("Cookie: " + std::string(6 * 1024, 'c') + "\r\n"));
  expectRefused(get("Cookie: " + std::string(20 * 1024, 'c') + "\r\n"), Refusal::HeadTooLarge);
  const MessageLimits limits;
  const std::size_t rest = get().size();
  const std::string largest = get(lineOf(limits.max_head - rest));
  ASSERT_EQ(largest.size(), limits.max_head);
  expectComplete(largest);
  expectComplete("\r\n" + largest);
  expectRefused(get(lineOf(limits.max_head - rest + 1)), Refusal::HeadTooLarge);
  EXPECT_EQ(refusedAfter(get(lineOf(limits.max_head))), limits.max_head);
  EXPECT_EQ(refusedAfter("\r\n" + get(lineOf(limits.max_head))), limits.max_head + 2);
}

TEST(MessageReader, HeadLimitIsAsGiven) {
  const MessageLimits limits{.max_head = get().size(), .max_body = 3};
  expectComplete(get(), limits);
  expectRefused(get("X:\r\n"), Refusal::HeadTooLarge, limits);
  expectRefused("GET /" + std::string(100, 'a'), Refusal::HeadTooLarge, limits);
}

TEST(MessageReader, H39_UpTo100Fields) {
  std::string fields;
  for (int i = 0; i < 99; ++i) {
    fields += "X-" + std::to_string(i) + ": v\r\n";
  }
  EXPECT_EQ(expectComplete(get(fields)).fields.size(), 100U);
  expectRefused(get(fields + "X: v\r\n"), Refusal::HeadTooLarge);
}

TEST(MessageReader, H40_ValuesHoldNoControls) {
  for (int code = 0; code < 256; ++code) {
    const char character = static_cast<char>(code);
    const bool is_control = (code < 0x20 && character != '\t') || code == 0x7f;
    for (const std::size_t before : {0U, 1U, 6U, 7U, 8U, 9U, 20U}) {
      const std::string value = "a" + std::string(before, 'b') + character + "c" +
                                std::string(before, '\t') + std::string(before, '\xff') + "d";
      const std::string bytes = get("X: " + value + "\r\n");
      if (is_control) {
        expectRefused(bytes, Refusal::Malformed);
      } else {
        EXPECT_EQ(valueOf(expectComplete(bytes), "X"), value);
      }
    }
  }
}

TEST(MessageReader, FieldsThatFrameAreAscii) {
  for (const char* name :
       {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "eXpect"}) {
    expectRefused("GET / HTTP/1.1\r\n"s + name + ": 0123456789\xc3\xa9\r\n\r\n",
                  Refusal::Malformed);
    expectRefused("GET / HTTP/1.1\r\n"s + name + ": \x80\r\n\r\n", Refusal::Malformed);
  }
}

// They do not frame the message.
TEST(MessageReader, CredentialsPassAsTheyCame) {
  for (const char* name : {"Authorization", "X-Service-Secret"}) {
    EXPECT_EQ(valueOf(expectComplete(get(name + ": Bearer \xc3\xa9\r\n"s)), name),
              "Bearer \xc3\xa9");
  }
}

TEST(MessageReader, H42_H43_ValuesAreNotDecoded) {
  for (const char* value : {"=?UTF-32?B?AAAAgA==?=", "=?UTF-8?B?QmVhcmVyIHh4?=", "%0d%0aX: y"}) {
    const Outcome outcome =
        expectComplete(get("X: "s + value + "\r\nAuthorization: " + value + "\r\n"));
    EXPECT_EQ(valueOf(outcome, "X"), value);
    EXPECT_EQ(valueOf(outcome, "Authorization"), value);
  }
}

TEST(MessageReader, H64_H65_Expectations) {
  const auto progressOf = [](const std::string& bytes, bool* continues) {
    MessageReader reader{MessageLimits{}};
    const Progress progress = reader.read(bytes);
    *continues = reader.expectsContinue();
    return progress;
  };
  bool continues = false;
  for (const char* value : {"100-continue", "100-Continue"}) {
    const std::string expect = "Expect: "s + value + "\r\n";
    for (const char* framing : {"Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n"}) {
      EXPECT_EQ(progressOf(post(expect + framing, ""), &continues), Progress::NeedsBody);
      EXPECT_TRUE(continues);
      EXPECT_EQ(progressOf(post(expect + framing, "2"), &continues), Progress::NeedsBody);
      EXPECT_FALSE(continues);
    }
    EXPECT_EQ(progressOf(post(expect + "Content-Length: 2\r\n", "{}"), &continues),
              Progress::Complete);
    EXPECT_FALSE(continues);
    EXPECT_EQ(progressOf(get(expect), &continues), Progress::Complete);
    EXPECT_FALSE(continues);
    EXPECT_EQ(progressOf("POST / HTTP/1.0\r\nContent-Length: 2\r\n" + expect + "\r\n", &continues),
              Progress::NeedsBody);
    EXPECT_FALSE(continues);
    EXPECT_EQ(progressOf(post(expect + "Content-Length: 16385\r\n", ""), &continues),
              Progress::Refused);
    EXPECT_FALSE(continues);
    expectRefused(post(expect + "Content-Length: 16385\r\n", ""), Refusal::BodyTooLarge);
  }
  EXPECT_EQ(progressOf(post("Content-Length: 2\r\n", ""), &continues), Progress::NeedsBody);
  EXPECT_FALSE(continues);
  for (const char* value : {"foo", "", "100-continue, foo", "100-continue;a", "100", "200-ok"}) {
    expectRefused(get("Expect: "s + value + "\r\n"), Refusal::ExpectationFailed);
    expectRefused(get("Expect: "s + value + "\r\nExpect: 100-continue\r\n"),
                  Refusal::ExpectationFailed);
  }
}

TEST(MessageReader, H68_H69_ConnectionOptions) {
  for (const char* value :
       {"close", "Close", "keep-alive, close", "close,keep-alive", ",close,", "upgrade ,\t CLOSE\t",
        "keep-alive\r\nConnection: close", "close\r\nConnection: keep-alive"}) {
    EXPECT_FALSE(expectComplete(get("Connection: "s + value + "\r\n")).keep_alive) << value;
  }
  for (const char* value :
       {"keep-alive", "Upgrade, HTTP2-Settings", "", "closed", "not-close", "close;a", "clos"}) {
    EXPECT_TRUE(expectComplete(get("Connection: "s + value + "\r\nUpgrade: h2c\r\n")).keep_alive)
        << value;
  }
}

TEST(MessageReader, H74_OtherFieldsMayBeRepeated) {
  EXPECT_EQ(
      expectComplete(get("X: a\r\nX: b\r\nAuthorization: a\r\nAuthorization: b\r\n")).fields.size(),
      5U);
}

}  // namespace
}  // namespace token_service::front
