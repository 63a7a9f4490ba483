#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace token_service::http {

enum class BodyEncoding { Json, UrlEncodedForm, MultipartForm };

struct MediaType {
  BodyEncoding encoding;
  // Of a multipart form (RFC 2046 section 5.1.1).
  std::string boundary;
};

// What a Content-Type header says (RFC 9110 section 8.3), or none if it is not one that we read: an
// unknown type, a charset other than UTF-8, a multipart form without a valid boundary, a charset or
// boundary that is there twice.
std::optional<MediaType> parseMediaType(std::string_view content_type);

}  // namespace token_service::http
