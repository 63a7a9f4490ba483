#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
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
  // In origin-form, or `*`: of the absolute-form only what follows the authority is left.
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

// Reads one request out of the bytes of a connection: exactly by the grammar, within limits, without
// ever taking a byte of one message for a byte of the next. Knows no sockets and no time.
class MessageReader {
 public:
  enum class Progress { NeedsHead, NeedsBody, Complete, Refused };

  explicit MessageReader(const MessageLimits& limits) : limits_(limits) {}

  // `input`: everything that came since the message's first byte, and perhaps more. What an earlier
  // call has looked at is not looked at again, wherever the bytes are now. Refuses as soon as no
  // later byte could make the request a good one.
  Progress read(std::string_view input);

  // What was read (Complete); of a request that was refused, or whose body is awaited, what is known
  // of its head, fields only once the head is complete. Valid while the `input` of the last `read`
  // is where it was.
  const Message& message() const { return message_; }

  // How many bytes of the input the message took (Complete).
  std::size_t size() const;

  // Why (Refused).
  Refusal refusal() const { return refusal_; }

  // Whether the client waits for `100 Continue` before it sends the body (NeedsBody).
  bool expectsContinue() const;

  // For the next message.
  void reset();

 private:
  MessageLimits limits_;
  Message message_;
  Refusal refusal_ = Refusal::Malformed;
};

}  // namespace token_service::front
