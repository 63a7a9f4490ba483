#include "property.hpp"
#include "token/json.hpp"
#include "token/utf8.hpp"

using token_service::fuzz::require;
using token_service::token::Json;

namespace {

void write(const Json& value, std::string& out);

void writeChildren(const Json& value, char open, char close, std::string& out) {
  out.push_back(open);
  for (const Json& child : value.children) {
    if (&child != &value.children.front()) {
      out.push_back(',');
    }
    if (value.type == Json::Type::Object) {
      token_service::token::appendJsonString(child.name, out);
      out.push_back(':');
    }
    write(child, out);
  }
  out.push_back(close);
}

void write(const Json& value, std::string& out) {
  switch (value.type) {
    case Json::Type::Null:
      out.append("null");
      break;
    case Json::Type::Boolean:
    case Json::Type::Number:
      out.append(value.text);
      break;
    case Json::Type::String:
      token_service::token::appendJsonString(value.text, out);
      break;
    case Json::Type::Array:
      writeChildren(value, '[', ']', out);
      break;
    case Json::Type::Object:
      writeChildren(value, '{', '}', out);
      break;
  }
}

void check(const Json& value, int depth) {
  require(depth <= token_service::token::kMaxJsonDepth + 1, "values are no deeper than allowed");
  require(token_service::token::isUtf8(value.text), "texts are UTF-8");
  require(token_service::token::isUtf8(value.name), "names are UTF-8");
  require(value.name.find('\0') == std::string::npos, "names have no zero character");
  if (const auto number = value.integer()) {
    require(std::to_string(*number) == value.text, "a number is what its digits say");
  }
  for (const Json& child : value.children) {
    if (value.type == Json::Type::Object) {
      require(value.find(child.name) == &child, "no name is there twice");
    }
    check(child, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::optional<Json> value =
      token_service::token::parseJson(token_service::fuzz::textOf(data, size));
  if (!value) {
    return 0;
  }
  check(*value, 1);
  std::string written;
  write(*value, written);
  const std::optional<Json> again = token_service::token::parseJson(written);
  require(again.has_value(), "what was read can be written and read");
  std::string rewritten;
  write(*again, rewritten);
  require(rewritten == written, "what is written reads as what it was");
  return 0;
}
