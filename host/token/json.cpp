#include "token/json.hpp"

#include "token/utf8.hpp"

#include <algorithm>
#include <charconv>

namespace token_service::token {
namespace {

constexpr std::size_t kMaxNumberSize = 64;

class JsonReader {
 public:
  JsonReader(std::string_view text, int max_depth) : rest_(text), max_depth_(max_depth) {}

  std::optional<Json> document() {
    skipSpace();
    if (rest_.empty() || (rest_.front() != '{' && rest_.front() != '[')) {
      return std::nullopt;
    }
    Json value;
    if (!readValue(value, 1)) {
      return std::nullopt;
    }
    skipSpace();
    return rest_.empty() ? std::optional(std::move(value)) : std::nullopt;
  }

 private:
  void skipSpace() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  bool takeWord(std::string_view word) {
    if (!rest_.starts_with(word)) {
      return false;
    }
    rest_.remove_prefix(word.size());
    return true;
  }

  bool readValue(Json& out, int depth) {
    if (rest_.empty()) {
      return false;
    }
    switch (rest_.front()) {
      case '{':
        return readContainer(out, depth, '}', Json::Type::Object);
      case '[':
        return readContainer(out, depth, ']', Json::Type::Array);
      case '"':
        out.type = Json::Type::String;
        return readString(out.text);
      case 't':
      case 'f':
        out.type = Json::Type::Boolean;
        out.text = rest_.front() == 't' ? "true" : "false";
        return takeWord(out.text);
      case 'n':
        return takeWord("null");
      default:
        out.type = Json::Type::Number;
        return readNumber(out.text);
    }
  }

  bool readContainer(Json& out, int depth, char close, Json::Type type) {
    if (depth > max_depth_) {
      return false;
    }
    out.type = type;
    rest_.remove_prefix(1);
    skipSpace();
    if (take(close)) {
      return true;
    }
    do {
      skipSpace();
      Json child;
      if (type == Json::Type::Object && !readName(child.name, out)) {
        return false;
      }
      if (!readValue(child, depth + 1)) {
        return false;
      }
      out.children.push_back(std::move(child));
      skipSpace();
    } while (take(','));
    return take(close);
  }

  bool readName(std::string& name, const Json& object) {
    if (!readString(name) || name.find('\0') != std::string::npos || object.find(name) != nullptr) {
      return false;
    }
    skipSpace();
    if (!take(':')) {
      return false;
    }
    skipSpace();
    return true;
  }

  bool readString(std::string& out) {
    if (!take('"')) {
      return false;
    }
    while (!rest_.empty()) {
      const char next = rest_.front();
      if (next == '"') {
        rest_.remove_prefix(1);
        return true;
      }
      if (next == '\\') {
        rest_.remove_prefix(1);
        if (!readEscape(out)) {
          return false;
        }
        continue;
      }
      const std::string_view before = rest_;
      const std::optional<char32_t> code_point = takeCodePoint(rest_);
      if (!code_point || *code_point < 0x20) {
        return false;
      }
      out.append(before.substr(0, before.size() - rest_.size()));
    }
    return false;
  }

  bool readEscape(std::string& out) {
    if (rest_.empty()) {
      return false;
    }
    static constexpr std::string_view kNames = "\"\\/bfnrt";
    static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const char name = rest_.front();
    rest_.remove_prefix(1);
    if (const std::size_t index = kNames.find(name); index != std::string_view::npos) {
      out.push_back(kValues[index]);
      return true;
    }
    if (name != 'u') {
      return false;
    }
    std::optional<char32_t> code_point = readHex();
    if (!code_point || (*code_point >= 0xdc00 && *code_point <= 0xdfff)) {
      return false;
    }
    if (*code_point >= 0xd800 && *code_point <= 0xdbff) {
      const std::optional<char32_t> low = takeWord("\\u") ? readHex() : std::nullopt;
      if (!low || *low < 0xdc00 || *low > 0xdfff) {
        return false;
      }
      code_point = 0x10000 + ((*code_point - 0xd800) << 10) + (*low - 0xdc00);
    }
    appendUtf8(*code_point, out);
    return true;
  }

  std::optional<char32_t> readHex() {
    std::uint32_t value = 0;
    if (rest_.size() < 4) {
      return std::nullopt;
    }
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + 4, value, 16);
    if (error != std::errc{} || end != rest_.data() + 4) {
      return std::nullopt;
    }
    rest_.remove_prefix(4);
    return value;
  }

  std::size_t digits(std::size_t from) const {
    return std::min(rest_.find_first_not_of("0123456789", from), rest_.size()) - from;
  }

  bool readNumber(std::string& out) {
    std::size_t length = rest_.starts_with('-') ? 1 : 0;
    const std::size_t whole = digits(length);
    if (whole == 0 || (whole > 1 && rest_[length] == '0')) {
      return false;
    }
    length += whole;
    if (length < rest_.size() && rest_[length] == '.') {
      const std::size_t fraction = digits(length + 1);
      if (fraction == 0) {
        return false;
      }
      length += 1 + fraction;
    }
    if (length < rest_.size() && (rest_[length] == 'e' || rest_[length] == 'E')) {
      ++length;
      if (length < rest_.size() && (rest_[length] == '+' || rest_[length] == '-')) {
        ++length;
      }
      const std::size_t exponent = digits(length);
      if (exponent == 0) {
        return false;
      }
      length += exponent;
    }
    out = rest_.substr(0, length);
    rest_.remove_prefix(length);
    double value = 0;
    return length <= kMaxNumberSize &&
           std::from_chars(out.data(), out.data() + length, value).ec == std::errc{};
  }

  std::string_view rest_;
  int max_depth_;
};

}  // namespace

const Json* Json::find(std::string_view member) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const Json& child) { return child.name == member; });
  return type == Type::Object && found != children.end() ? &*found : nullptr;
}

std::optional<std::int64_t> Json::integer() const {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  if (type != Type::Number || text == "-0") {
    return std::nullopt;
  }
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

std::optional<Json> parseJson(std::string_view text, int max_depth) {
  return JsonReader(text, max_depth).document();
}

std::optional<Json> parseJsonObject(std::string_view text, int max_depth) {
  std::optional<Json> value = parseJson(text, max_depth);
  return value && value->type == Json::Type::Object ? std::move(value) : std::nullopt;
}

void appendJsonString(std::string_view text, std::string& out) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      out.push_back('\\');
      out.push_back(character);
    } else if (byte < 0x20 || byte == 0x7f) {
      out.append("\\u00");
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 0xf]);
    } else {
      out.push_back(character);
    }
  }
  out.push_back('"');
}

}  // namespace token_service::token
