#include "log/logger.hpp"

#include "token/json.hpp"
#include "token/utf8.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

namespace token_service::log {
namespace {

constexpr std::size_t kMaxValueSize = 512;

std::string_view nameOf(sdk::LogLevel level) {
  switch (level) {
    case sdk::LogLevel::Debug:
      return "debug";
    case sdk::LogLevel::Info:
      return "info";
    case sdk::LogLevel::Warning:
      return "warning";
    case sdk::LogLevel::Error:
      return "error";
  }
  return "unknown";
}

std::string timestamp() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(now - day);
  char text[40];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(date.year()),
                unsigned(date.month()), unsigned(date.day()), int(time.hours().count()),
                int(time.minutes().count()), int(time.seconds().count()),
                int(time.subseconds().count()));
  return text;
}

// Valid UTF-8 of bounded length, without the control characters that JSON lets pass (C1, which some
// terminals obey).
std::string clean(std::string_view value) {
  std::string out;
  std::string_view rest = value.substr(0, kMaxValueSize);
  while (!rest.empty()) {
    const std::optional<char32_t> code_point = token::takeCodePoint(rest);
    if (!code_point) {
      rest.remove_prefix(1);
    }
    const bool usable = code_point && (*code_point < 0x80 || *code_point > 0x9f);
    token::appendUtf8(usable ? *code_point : U'\ufffd', out);
  }
  return value.size() > kMaxValueSize ? out + "..." : out;
}

bool isWord(std::string_view text) {
  for (const char character : text) {
    if (character <= ' ' || character == '"' || character == '\\' || character == '=' ||
        character == 0x7f) {
      return false;
    }
  }
  return !text.empty();
}

bool isSentence(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char character) {
    return (character >= 0 && character < ' ') || character == 0x7f;
  });
}

// As it is, or in quotes where it could be taken for more than one value.
void appendValue(const std::string& value, bool as_it_is, std::string& line) {
  if (as_it_is) {
    line.append(value);
  } else {
    token::appendJsonString(value, line);
  }
}

std::string textLine(sdk::LogLevel level, std::string_view event,
                     std::span<const sdk::LogField> fields) {
  std::string line = timestamp();
  line.append(" ").append(nameOf(level)).append(" ");
  const std::string what = clean(event);
  appendValue(what, isSentence(what), line);
  for (const sdk::LogField& field : fields) {
    const std::string key = clean(field.key);
    const std::string value = clean(field.value);
    line.push_back(' ');
    appendValue(key, isWord(key), line);
    line.push_back('=');
    appendValue(value, isWord(value), line);
  }
  return line;
}

std::string jsonLine(sdk::LogLevel level, std::string_view event,
                     std::span<const sdk::LogField> fields) {
  std::string line = "{\"time\":\"" + timestamp() + "\",\"level\":\"";
  line.append(nameOf(level)).append("\",\"event\":");
  token::appendJsonString(clean(event), line);
  for (const sdk::LogField& field : fields) {
    line.push_back(',');
    token::appendJsonString(clean(field.key), line);
    line.push_back(':');
    token::appendJsonString(clean(field.value), line);
  }
  line.push_back('}');
  return line;
}

}  // namespace

void Logger::write(Level level, std::string_view event, std::span<const Field> fields) noexcept {
  if (level < level_) {
    return;
  }
  try {
    std::string line =
        format_ == Format::Json ? jsonLine(level, event, fields) : textLine(level, event, fields);
    line.push_back('\n');
    // A log that nobody reads must not stop the service: the line is lost.
    pollfd output{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&output, 1, 0) == 1) {
      [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    }
  } catch (const std::exception&) {
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, "out of memory\n", 14);
  }
}

}  // namespace token_service::log
