#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::token {

// One JSON value (RFC 8259), read strictly and kept as it was written: a number stays text, so that
// nothing is rounded or wrapped.
struct Json {
  enum class Type { Null, Boolean, Number, String, Array, Object };

  Type type = Type::Null;
  // The decoded text of a string, the digits of a number, `true` or `false`.
  std::string text;
  // The members of an object or the elements of an array.
  std::vector<Json> children;
  // The name under which an object holds this value.
  std::string name;

  bool isString() const { return type == Type::String; }
  bool isTrue() const { return type == Type::Boolean && text == "true"; }

  // The member of an object, or null.
  const Json* find(std::string_view member) const;
  Json* find(std::string_view member);

  // The value of a number that is written as a whole one (no fraction, no exponent) and fits.
  std::optional<std::int64_t> integer() const;
};

inline constexpr int kMaxJsonDepth = 16;

// The object or array that `text` is, or none: anything malformed, scalars at the top, repeated
// names, names with a zero character, numbers beyond a double's range or 64 characters, invalid
// UTF-8, lone surrogates, trailing bytes, nesting deeper than `max_depth`.
std::optional<Json> parseJson(std::string_view text, int max_depth = kMaxJsonDepth);

// The object that `text` is, under the same rules.
std::optional<Json> parseJsonObject(std::string_view text, int max_depth = kMaxJsonDepth);

// Whether two members have the same name. Takes n log n steps, whatever the names are.
bool hasRepeatedName(const std::vector<Json>& members);

// Appends `text`, which is valid UTF-8, as a JSON string with its quotes.
void appendJsonString(std::string_view text, std::string& out);

}  // namespace token_service::token
