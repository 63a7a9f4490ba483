#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace token_service::front {

// Why a request was not accepted. None of them leaves a connection on which the next byte could be
// trusted to begin a request.
enum class Refusal {
  Malformed,            // 400
  HeadTimeout,          // 408
  BodyTimeout,          // 408
  LengthRequired,       // 411
  BodyTooLarge,         // 413
  TargetTooLong,        // 414
  ExpectationFailed,    // 417
  HeadTooLarge,         // 431
  NotImplemented,       // 501
  Overloaded,           // 503
  VersionNotSupported,  // 505
};

struct MessageLimits {
  // Bytes from the first of the request line to the empty line, that included.
  std::size_t max_head = 16 * 1024;
  // Bytes of content, after chunked coding is taken off.
  std::size_t max_body = 16 * 1024;
};

inline constexpr std::size_t kMaxTargetSize = 2048;
inline constexpr std::size_t kMaxMethodSize = 32;
inline constexpr std::size_t kMaxFields = 100;

// A field line of a head: the name as it came, the value without the white space around it.
struct Field {
  std::string_view name;
  std::string_view value;
};

// One request, complete and checked (RFC 9112). The views lead into the input and into the reader.
struct Message {
  std::string_view method;
  // In origin-form, `*` of OPTIONS, or host and port of CONNECT. Of the absolute-form only what
  // follows the authority is left.
  std::string_view target;
  // HTTP/1.0 or HTTP/1.1.
  int minor_version = 1;
  std::vector<Field> fields;
  // Whether it said how long its body is (Content-Length or Transfer-Encoding).
  bool has_length = false;
  std::string_view body;
  // Whether the client lets the connection be used again.
  bool keep_alive = true;
};

}  // namespace token_service::front
