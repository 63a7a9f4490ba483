#pragma once

#include "token_service/sdk/host.hpp"

#include <initializer_list>
#include <span>
#include <string_view>

namespace token_service::log {

enum class Format { Text, Json };

// Writes one event as one line to standard error, with one system call. Safe for use from many
// threads at once. Control characters and broken UTF-8 are escaped and long values cut, so that
// nothing a client sends can forge a line. While standard error is a pipe that nobody reads, events
// are dropped.
class Logger {
 public:
  using Level = sdk::LogLevel;
  using Field = sdk::LogField;

  Logger(Level level, Format format) : level_(level), format_(format) {}

  void write(Level level, std::string_view event, std::span<const Field> fields = {}) noexcept;

  void info(std::string_view event, std::initializer_list<Field> fields = {}) noexcept {
    write(Level::Info, event, {fields.begin(), fields.size()});
  }
  void warning(std::string_view event, std::initializer_list<Field> fields = {}) noexcept {
    write(Level::Warning, event, {fields.begin(), fields.size()});
  }
  void error(std::string_view event, std::initializer_list<Field> fields = {}) noexcept {
    write(Level::Error, event, {fields.begin(), fields.size()});
  }

 private:
  Level level_;
  Format format_;
};

}  // namespace token_service::log
