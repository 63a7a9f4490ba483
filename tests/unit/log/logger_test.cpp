#include "log/logger.hpp"

#include "captured_log.hpp"
#include "token/json.hpp"
#include "token/utf8.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace token_service::log {
namespace {

using namespace std::string_literals;
using host_test::logOf;

std::string written(Format format, std::string_view event,
                    const std::vector<Logger::Field>& fields) {
  Logger logger(Logger::Level::Debug, format);
  return logOf([&] { logger.write(Logger::Level::Info, event, fields); });
}

// Values that a client would use to forge a line or to upset a terminal.
const std::vector<std::string> kNasty = {"\r\n2024 info forged"s,
                                         "a\nb"s,
                                         "a\rb"s,
                                         "\x1b[31mred"s,
                                         "a\0b"s,
                                         "\x7f"s,
                                         "\xc2\x9b"
                                         "31mred"s,
                                         "\xc2\x85"
                                         "next line"s,
                                         "\xff\xfe"s,
                                         "\xc0\x80"s,
                                         "\xed\xa0\x80"s,
                                         "quote\" and \\ and = sign"s,
                                         std::string(10 * 1024, 'x'),
                                         std::string(511, 'x') + "\u20ac\n"s,
                                         ""s};

void expectOneCleanLine(const std::string& line) {
  ASSERT_FALSE(line.empty());
  EXPECT_EQ(line.back(), '\n');
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  EXPECT_LT(line.size(), 2048U);
  std::string_view rest = line;
  rest.remove_suffix(1);
  while (!rest.empty()) {
    const std::optional<char32_t> code_point = token::takeCodePoint(rest);
    ASSERT_TRUE(code_point) << "broken UTF-8";
    EXPECT_GE(*code_point, 0x20U);
    EXPECT_FALSE(*code_point >= 0x7f && *code_point <= 0x9f) << "a control character";
  }
}

Poco::JSON::Object::Ptr parsed(const std::string& line) {
  Poco::JSON::Parser parser;
  return parser.parse(line).extract<Poco::JSON::Object::Ptr>();
}

TEST(Logger, WritesTextForPeople) {
  const std::string line =
      written(Format::Text, "listening", {{"address", "127.0.0.1:80"}, {"reason", "a \"b\""}});
  EXPECT_EQ(line.substr(24), " info listening address=127.0.0.1:80 reason=\"a \\\"b\\\"\"\n");
  EXPECT_EQ(line[10], 'T');
  EXPECT_EQ(line[23], 'Z');
}

TEST(Logger, WritesJsonForMachines) {
  const std::string line = written(Format::Json, "listening", {{"a b", "x\ny"}});
  const Poco::JSON::Object::Ptr object = parsed(line);
  EXPECT_EQ(object->getValue<std::string>("level"), "info");
  EXPECT_EQ(object->getValue<std::string>("event"), "listening");
  EXPECT_EQ(object->getValue<std::string>("a b"), "x\ny");
  EXPECT_EQ(object->getValue<std::string>("time").size(), 24U);
}

TEST(Logger, OneEventIsOneLineWhateverItsValuesHold_P55) {
  for (const Format format : {Format::Text, Format::Json}) {
    for (const std::string& nasty : kNasty) {
      const std::string in_value = written(format, "event", {{"key", nasty}});
      const std::string in_key = written(format, "event", {{nasty, "value"}});
      const std::string in_event = written(format, nasty, {{"key", "value"}});
      for (const std::string& line : {in_value, in_key, in_event}) {
        SCOPED_TRACE(line.substr(0, 100));
        expectOneCleanLine(line);
        if (format == Format::Json) {
          EXPECT_NO_THROW(parsed(line));
        }
      }
    }
  }
}

TEST(Logger, CutsLongValues_P55) {
  const std::string line = written(Format::Json, "event", {{"key", std::string(10 * 1024, 'x')}});
  EXPECT_EQ(parsed(line)->getValue<std::string>("key"), std::string(512, 'x') + "...");
}

TEST(Logger, ATextValueCannotPassForAnotherField) {
  const std::string line = written(Format::Text, "event", {{"key", "x level=error"}});
  EXPECT_NE(line.find("key=\"x level=error\""), std::string::npos);
}

TEST(Logger, DoesNotWaitForAReaderThatIsStuck) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int saved = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  Logger logger{Logger::Level::Info, Format::Text};
  const auto start = std::chrono::steady_clock::now();
  for (int line = 0; line < 5000; ++line) {
    logger.info("an event that takes its place in a pipe which nobody reads");
  }
  const auto taken = std::chrono::steady_clock::now() - start;
  ::dup2(saved, STDERR_FILENO);
  for (const int file : {saved, ends[0], ends[1]}) {
    ::close(file);
  }
  EXPECT_LT(taken, std::chrono::seconds(2));
}

TEST(Logger, WritesItsLevelAndAbove) {
  using Level = Logger::Level;
  const Level levels[] = {Level::Debug, Level::Info, Level::Warning, Level::Error};
  const char* const names[] = {"debug", "info", "warning", "error"};
  for (const Level least : levels) {
    Logger logger(least, Format::Text);
    for (std::size_t index = 0; index < 4; ++index) {
      const std::string line = logOf([&] { logger.write(levels[index], "event"); });
      EXPECT_EQ(line.empty(), levels[index] < least);
      EXPECT_EQ(line.find(" "s + names[index] + " event") != std::string::npos, !line.empty());
    }
  }
}

TEST(Logger, HasAShortFormForEachLevel) {
  Logger logger(Logger::Level::Info, Format::Text);
  EXPECT_NE(logOf([&] {
              logger.info("a", {{"k", "v"}});
            }).find(" info a k=v\n"),
            std::string::npos);
  EXPECT_NE(logOf([&] { logger.warning("b"); }).find(" warning b\n"), std::string::npos);
  EXPECT_NE(logOf([&] { logger.error("c"); }).find(" error c\n"), std::string::npos);
}

TEST(Logger, LinesOfManyThreadsDoNotMix) {
  Logger logger(Logger::Level::Info, Format::Json);
  const std::string lines = logOf([&] {
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&] {
        for (int count = 0; count < 100; ++count) {
          logger.info("event", {{"key", std::string(300, 'x')}});
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
  });
  std::size_t start = 0;
  int count = 0;
  for (std::size_t end; (end = lines.find('\n', start)) != std::string::npos; start = end + 1) {
    EXPECT_TRUE(token::parseJsonObject(lines.substr(start, end - start)));
    ++count;
  }
  EXPECT_EQ(count, 800);
}

}  // namespace
}  // namespace token_service::log
