#pragma once

#include "front/message.hpp"

#include <cstdint>
#include <optional>

namespace token_service::front {

// What the fields of a head say of the message and its connection (RFC 9112, 3.2, 6 and 9.3; RFC
// 9110, 10.1.1). What two readers could understand in two ways is refused.
class FramingFields {
 public:
  // Takes the next field. Refused at once is what is wrong in itself.
  std::optional<Refusal> take(const Field& field);

  // Once every field was taken: whether the message can be read.
  std::optional<Refusal> check(int minor_version, std::size_t max_body) const;

  bool isChunked() const { return coding_ == Coding::Chunked; }
  std::optional<std::uint64_t> contentLength() const { return content_length_; }
  bool closes() const { return closes_; }
  bool expectsContinue() const { return expectation_ == Expectation::Continue; }

 private:
  enum class Coding { None, Chunked, Other };
  enum class Expectation { None, Continue, Other };

  std::optional<Refusal> takeHost(std::string_view value);
  std::optional<Refusal> takeContentLength(std::string_view value);
  std::optional<Refusal> takeTransferEncoding(std::string_view value);
  void takeConnection(std::string_view value);
  void takeExpect(std::string_view value);

  bool has_host_ = false;
  std::optional<std::uint64_t> content_length_;
  Coding coding_ = Coding::None;
  bool closes_ = false;
  Expectation expectation_ = Expectation::None;
};

}  // namespace token_service::front
