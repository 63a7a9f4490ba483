#pragma once

#include "session/session_lookup.hpp"
#include "token_service/sdk/host.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace token_service::http {

// One complete, checked request: what the endpoints read of it.
struct Request {
  std::string method;
  // Without the query.
  std::string path;
  // What stands behind the path's `?`, as it came; empty if there is none.
  std::string query;
  // The caller's X-Request-ID if it is usable, else a made one.
  std::string id;
  std::optional<std::string> authorization;
  std::optional<std::string> service_secret;
  std::optional<std::string> content_type;
  std::optional<std::string> content_encoding;
  std::optional<std::string> origin;
  std::string body;
  // When the answer is due.
  sdk::Deadline deadline;
  // The look-up that it has together with other requests, if it has.
  session::SharedLookup* shared = nullptr;
};

struct Response {
  int status = 200;
  // JSON, or empty.
  std::string body;
  // They outrank what every answer has: `Cache-Control: no-store`.
  std::vector<std::pair<std::string_view, std::string>> headers;
  // The connection cannot carry another request.
  bool close = false;
  // No answer yet: the deadline of the request is session::kAtOnce, and it takes longer. All else
  // says nothing then.
  bool would_wait = false;
};

inline Response wouldWait() {
  Response response;
  response.would_wait = true;
  return response;
}

}  // namespace token_service::http
