#pragma once

#include "http/error_mapping.hpp"
#include "http/message.hpp"
#include "http/router.hpp"
#include "session/random.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace Poco::Net {  // NOLINT(readability-identifier-naming): theirs
class HTTPServerRequest;
}

namespace token_service::http {

struct ReadLimits {
  std::int64_t max_body = 0;
  std::chrono::milliseconds request_timeout{};
};

// Reads one whole request, body included, so that no byte of it can be taken for the next one.
// Gives the failure of a request whose framing cannot be trusted or that is too large; then the
// connection must not be used again. `out.id`, `path` and `origin` are set
// in any case. `router` says where a POST needs no length.
std::optional<Failure> readRequest(Poco::Net::HTTPServerRequest& request, const ReadLimits& limits,
                                   const Router& router, session::Random& random, Request& out);

}  // namespace token_service::http
