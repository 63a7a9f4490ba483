#include "front/message_reader.hpp"

#include "front/characters.hpp"
#include "front/request_target.hpp"

#include <optional>
#include <utility>

namespace token_service::front {

MessageReader::Progress MessageReader::read(std::string_view input) {
  if (progress_ == Progress::NeedsHead) {
    progress_ = readHead(input);
  }
  if (progress_ == Progress::NeedsBody) {
    progress_ = readBody(input);
  }
  setViews(input);
  return progress_;
}

void MessageReader::moveTo(std::string_view input) {
  input_ = {};
  setViews(input);
}

bool MessageReader::expectsContinue() const {
  return progress_ == Progress::NeedsBody && framing_.expectsContinue() &&
         message_.minor_version > 0 && input_.size() == head_.size();
}

void MessageReader::reset() {
  head_.reset();
  framing_ = {};
  chunked_.reset();
  progress_ = Progress::NeedsHead;
  has_head_ = false;
  size_ = 0;
  rewritten_target_.clear();
  input_ = {};
  std::vector<Field> fields = std::move(message_.fields);
  fields.clear();
  message_ = {};
  message_.fields = std::move(fields);
}

MessageReader::Progress MessageReader::readHead(std::string_view input) {
  for (;;) {
    switch (head_.next(input)) {
      case RequestHead::Step::NeedsMore:
        return Progress::NeedsHead;
      case RequestHead::Step::RequestLine:
        message_.minor_version = head_.minorVersion();
        if (!isTargetOf(head_.method(input), head_.target(input))) {
          return refuse(Refusal::Malformed);
        }
        break;
      case RequestHead::Step::FieldLine: {
        const Field field = head_.field(head_.fieldCount() - 1, input);
        if (const std::optional<Refusal> refusal = framing_.take(field)) {
          return refuse(*refusal);
        }
        break;
      }
      case RequestHead::Step::End:
        return endHead(input);
      case RequestHead::Step::Refused:
        return refuse(head_.refusal());
    }
  }
}

MessageReader::Progress MessageReader::endHead(std::string_view input) {
  has_head_ = true;
  message_.has_length = framing_.isChunked() || framing_.contentLength();
  message_.keep_alive = message_.minor_version > 0 && !framing_.closes();
  if (const auto absolute = absoluteTarget(head_.target(input))) {
    // An empty path is the root (RFC 9110, 4.2.3).
    rewritten_target_.assign(1, '/').append(absolute->rest);
    if (!namesHost(absolute->authority, input)) {
      return refuse(Refusal::Malformed);
    }
  }
  if (const auto refusal = framing_.check(message_.minor_version, limits_.max_body)) {
    return refuse(*refusal);
  }
  chunked_.start(head_.size());
  return Progress::NeedsBody;
}

MessageReader::Progress MessageReader::readBody(std::string_view input) {
  if (!framing_.isChunked()) {
    size_ = head_.size() + framing_.contentLength().value_or(0);
    return input.size() < size_ ? Progress::NeedsBody : Progress::Complete;
  }
  switch (chunked_.read(input)) {
    case ChunkedBody::Progress::NeedsMore:
      return Progress::NeedsBody;
    case ChunkedBody::Progress::Complete:
      size_ = chunked_.end();
      return Progress::Complete;
    case ChunkedBody::Progress::Refused:
      break;
  }
  return refuse(chunked_.refusal());
}

MessageReader::Progress MessageReader::refuse(Refusal refusal) {
  refusal_ = refusal;
  return Progress::Refused;
}

bool MessageReader::namesHost(std::string_view authority, std::string_view input) const {
  for (std::size_t i = 0; i < head_.fieldCount(); ++i) {
    const Field field = head_.field(i, input);
    if (equalsIgnoringCase(field.name, "Host")) {
      return !authority.empty() && equalsIgnoringCase(field.value, authority);
    }
  }
  return false;
}

void MessageReader::setViews(std::string_view input) {
  const bool has_moved = input.data() != input_.data();
  input_ = input;
  message_.method = head_.method(input);
  message_.target = head_.target(input);
  if (!has_head_) {
    return;
  }
  if (const std::optional<AbsoluteTarget> absolute = absoluteTarget(message_.target)) {
    message_.target = absolute->rest.starts_with('/') ? absolute->rest : rewritten_target_;
  }
  if (has_moved || message_.fields.size() != head_.fieldCount()) {
    message_.fields.clear();
    for (std::size_t i = 0; i < head_.fieldCount(); ++i) {
      message_.fields.push_back(head_.field(i, input));
    }
  }
  if (progress_ == Progress::Complete) {
    message_.body = framing_.isChunked() ? chunked_.content()
                                         : input.substr(head_.size(), size_ - head_.size());
  }
}

}  // namespace token_service::front
