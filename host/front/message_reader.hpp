#pragma once

#include "front/chunked_body.hpp"
#include "front/framing_fields.hpp"
#include "front/message.hpp"
#include "front/request_head.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace token_service::front {

// Reads one request out of the bytes of a connection: exactly by the grammar, within limits,
// without ever taking a byte of one message for a byte of the next. Knows no sockets and no time.
class MessageReader {
 public:
  enum class Progress { NeedsHead, NeedsBody, Complete, Refused };

  explicit MessageReader(const MessageLimits& limits)
      : limits_(limits), head_(limits.max_head), chunked_(limits.max_body) {}
  // The message's views lead into the reader, too.
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;

  // `input`: everything that came since the message's first byte, and perhaps more. What an earlier
  // call has looked at is not looked at again, wherever the bytes are now. Refuses as soon as no
  // later byte could make the request a good one.
  Progress read(std::string_view input);

  // What was read (Complete); of a request that was refused, or whose body is awaited, what is
  // known of its head, fields only once the head is complete. Valid while the `input` of the last
  // `read` or `moveTo` is where it was.
  const Message& message() const { return message_; }

  // The bytes of the last `read` are now here, and may be gone from where they were.
  void moveTo(std::string_view input);

  // How many bytes of the input the message took (Complete).
  std::size_t size() const { return size_; }

  // Why (Refused).
  Refusal refusal() const { return refusal_; }

  // Whether the client waits for `100 Continue` before it sends the body (NeedsBody).
  bool expectsContinue() const;

  // For the next message.
  void reset();

 private:
  Progress readHead(std::string_view input);
  Progress endHead(std::string_view input);
  Progress readBody(std::string_view input);
  Progress refuse(Refusal refusal);
  // Whether it is what the Host field says.
  bool namesHost(std::string_view authority, std::string_view input) const;
  void setViews(std::string_view input);

  MessageLimits limits_;
  RequestHead head_;
  FramingFields framing_;
  ChunkedBody chunked_;
  Progress progress_ = Progress::NeedsHead;
  Refusal refusal_ = Refusal::Malformed;
  bool has_head_ = false;
  std::size_t size_ = 0;
  // Of an absolute-form without a path.
  std::string rewritten_target_;
  // Of the last call.
  std::string_view input_;
  Message message_;
};

}  // namespace token_service::front
