#include "token/json.hpp"

#include "token/text_run.hpp"
#include "token/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace token_service::token {
namespace {

constexpr std::size_t kMaxNumberSize = 64;
// So many names are compared with each other; of more, sorting finds the equal ones sooner.
constexpr std::size_t kFewNames = 8;
constexpr std::size_t kUsualMembers = 12;

bool isSpace(char character) {
  return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

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
    while (!rest_.empty() && isSpace(rest_.front())) {
      rest_.remove_prefix(1);
    }
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
    if (depth == 1) {
      out.children.reserve(kUsualMembers);
    }
    do {
      skipSpace();
      Json& child = out.children.emplace_back();
      if (type == Json::Type::Object && !readName(child.name)) {
        return false;
      }
      if (!readValue(child, depth + 1)) {
        return false;
      }
      skipSpace();
    } while (take(','));
    return take(close) && (type == Json::Type::Array || !hasRepeatedName(out.children));
  }

  bool readName(std::string& name) {
    if (!readString(name) || name.find('\0') != std::string::npos) {
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
    while (true) {
      const std::size_t plain = runLength(rest_, [](unsigned char byte) {
        return (byte >= 0x20) & (byte < 0x80) & (byte != '"') & (byte != '\\');
      });
      out.append(rest_.substr(0, plain));
      rest_.remove_prefix(plain);
      if (rest_.empty()) {
        return false;
      }
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

Json* Json::find(std::string_view member) {
  return const_cast<Json*>(std::as_const(*this).find(member));
}

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

bool hasRepeatedName(const std::vector<Json>& members) {
  if (members.size() <= kFewNames) {
    for (auto later = members.begin(); later != members.end(); ++later) {
      if (std::any_of(members.begin(), later,
                      [&](const Json& member) { return member.name == later->name; })) {
        return true;
      }
    }
    return false;
  }
  std::vector<std::string_view> names;
  names.reserve(members.size());
  for (const Json& member : members) {
    names.push_back(member.name);
  }
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

void appendJsonString(std::string_view text, std::string& out) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  while (true) {
    const std::size_t plain = runLength(text, [](unsigned char byte) {
      return (byte >= 0x20) & (byte != 0x7f) & (byte != '"') & (byte != '\\');
    });
    out.append(text.substr(0, plain));
    if (plain == text.size()) {
      break;
    }
    const auto byte = static_cast<unsigned char>(text[plain]);
    if (byte == '"' || byte == '\\') {
      out.push_back('\\');
      out.push_back(text[plain]);
    } else {
      out.append("\\u00");
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 0xf]);
    }
    text.remove_prefix(plain + 1);
  }
  out.push_back('"');
}

}  // namespace token_service::token
