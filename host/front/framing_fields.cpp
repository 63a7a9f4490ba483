#include "front/framing_fields.hpp"

#include "front/characters.hpp"
#include "front/request_target.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace token_service::front {
namespace {

enum class FieldName {
  Other,
  Host,
  ContentLength,
  TransferEncoding,
  Connection,
  Expect,
};

struct KnownName {
  std::string_view text;
  FieldName name;
};

constexpr std::array<KnownName, 5> kKnownNames{{
    {"Host", FieldName::Host},
    {"Content-Length", FieldName::ContentLength},
    {"Transfer-Encoding", FieldName::TransferEncoding},
    {"Connection", FieldName::Connection},
    {"Expect", FieldName::Expect},
}};

FieldName nameOf(std::string_view text) {
  const auto* known =
      std::find_if(kKnownNames.begin(), kKnownNames.end(), [text](const KnownName& candidate) {
        return candidate.text.size() == text.size() && equalsIgnoringCase(candidate.text, text);
      });
  return known == kKnownNames.end() ? FieldName::Other : known->name;
}

}  // namespace

std::optional<Refusal> FramingFields::take(const Field& field) {
  const FieldName name = nameOf(field.name);
  if (name == FieldName::Other) {
    return std::nullopt;
  }
  if (hasObsText(field.value)) {
    return Refusal::Malformed;
  }
  switch (name) {
    case FieldName::Host:
      return takeHost(field.value);
    case FieldName::ContentLength:
      return takeContentLength(field.value);
    case FieldName::TransferEncoding:
      return takeTransferEncoding(field.value);
    case FieldName::Connection:
      takeConnection(field.value);
      break;
    case FieldName::Expect:
      takeExpect(field.value);
      break;
    case FieldName::Other:
      break;
  }
  return std::nullopt;
}

std::optional<Refusal> FramingFields::check(int minor_version, std::size_t max_body) const {
  const bool has_coding = coding_ != Coding::None;
  if ((!has_host_ && minor_version > 0) || (has_coding && minor_version == 0)) {
    return Refusal::Malformed;
  }
  if (has_coding && content_length_) {
    return Refusal::Malformed;
  }
  if (coding_ == Coding::Other) {
    return Refusal::NotImplemented;
  }
  if (content_length_.value_or(0) > max_body) {
    return Refusal::BodyTooLarge;
  }
  if (expectation_ == Expectation::Other) {
    return Refusal::ExpectationFailed;
  }
  return std::nullopt;
}

std::optional<Refusal> FramingFields::takeHost(std::string_view value) {
  if (has_host_ || !isAuthority(value)) {
    return Refusal::Malformed;
  }
  has_host_ = true;
  return std::nullopt;
}

std::optional<Refusal> FramingFields::takeContentLength(std::string_view value) {
  if (content_length_ || !std::all_of(value.begin(), value.end(), isDigit)) {
    return Refusal::Malformed;
  }
  // A number that others on the way could see as negative is none.
  std::int64_t length = 0;
  const auto result = std::from_chars(value.data(), value.data() + value.size(), length);
  if (result.ec != std::errc{}) {
    return Refusal::Malformed;
  }
  content_length_ = static_cast<std::uint64_t>(length);
  return std::nullopt;
}

// A list that ends in `chunked`, and has it nowhere else, has a length that is certain, if only the
// other codings were known; of any other nobody could say where the body ends (RFC 9112, 6.3).
std::optional<Refusal> FramingFields::takeTransferEncoding(std::string_view value) {
  std::size_t members = 0;
  std::size_t chunked = 0;
  bool are_tokens = true;
  bool ends_chunked = false;
  forEachMember(value, [&](std::string_view coding) {
    ++members;
    are_tokens = are_tokens && isToken(coding);
    ends_chunked = equalsIgnoringCase(coding, "chunked");
    chunked += ends_chunked ? 1 : 0;
  });
  if (coding_ != Coding::None || !are_tokens || !ends_chunked || chunked != 1) {
    return Refusal::Malformed;
  }
  coding_ = members == 1 ? Coding::Chunked : Coding::Other;
  return std::nullopt;
}

void FramingFields::takeConnection(std::string_view value) {
  forEachMember(value, [this](std::string_view option) {
    closes_ = closes_ || equalsIgnoringCase(option, "close");
  });
}

void FramingFields::takeExpect(std::string_view value) {
  const bool is_continue = equalsIgnoringCase(value, "100-continue");
  if (expectation_ != Expectation::Other) {
    expectation_ = is_continue ? Expectation::Continue : Expectation::Other;
  }
}

}  // namespace token_service::front
