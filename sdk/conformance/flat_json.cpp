#include "flat_json.hpp"

#include <algorithm>
#include <cstddef>

namespace token_service::conformance {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view json) : rest_(json) {}

  bool take(char expected) {
    skipSpace();
    if (!rest_.starts_with(expected)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<std::string> string() {
    if (!take('"')) {
      return std::nullopt;
    }
    const std::size_t end = rest_.find('"');
    if (end == std::string_view::npos || rest_.substr(0, end).find('\\') < end) {
      return std::nullopt;
    }
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::optional<std::string> value() {
    skipSpace();
    if (rest_.starts_with('"')) {
      return string();
    }
    const bool skipped = rest_.starts_with('[')   ? skipList('[', ']')
                         : rest_.starts_with('{') ? skipList('{', '}')
                                                  : skipWord();
    return skipped ? std::optional<std::string>("") : std::nullopt;
  }

  bool atEnd() {
    skipSpace();
    return rest_.empty();
  }

 private:
  void skipSpace() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  bool skipWord() {
    const std::size_t end = std::min(rest_.find_first_of(",}] \t\r\n"), rest_.size());
    rest_.remove_prefix(end);
    return end != 0;
  }

  bool skipList(char open, char close) {
    take(open);
    if (take(close)) {
      return true;
    }
    do {
      if (open == '{' && (!string() || !take(':'))) {
        return false;
      }
      if (!value()) {
        return false;
      }
    } while (take(','));
    return take(close);
  }

  std::string_view rest_;
};

}  // namespace

std::optional<std::map<std::string, std::string, std::less<>>> readFlatJson(std::string_view json) {
  std::map<std::string, std::string, std::less<>> members;
  Reader reader(json);
  if (!reader.take('{')) {
    return std::nullopt;
  }
  if (!reader.take('}')) {
    do {
      const std::optional<std::string> name = reader.string();
      if (!name || !reader.take(':')) {
        return std::nullopt;
      }
      const std::optional<std::string> value = reader.value();
      if (!value || !members.emplace(*name, *value).second) {
        return std::nullopt;
      }
    } while (reader.take(','));
    if (!reader.take('}')) {
      return std::nullopt;
    }
  }
  return reader.atEnd() ? std::optional(members) : std::nullopt;
}

}  // namespace token_service::conformance
