#pragma once

#include <string>

namespace token_service::test {

// A request as it goes over the wire, good but for what a test puts in. `fields` have their line
// ends.
inline std::string request(const std::string& line, const std::string& fields = "",
                           const std::string& body = "") {
  return line + "\r\nHost: x\r\n" + fields + "\r\n" + body;
}

inline std::string get(const std::string& path, const std::string& fields = "") {
  return request("GET " + path + " HTTP/1.1", fields);
}

inline std::string live(const std::string& fields = "") { return get("/health/live", fields); }

// A call of validate-token whose framing is in `fields` and `body`.
inline std::string validation(const std::string& fields, const std::string& body) {
  return request("POST /auth/token/validate-token/ HTTP/1.1",
                 "Content-Type: application/json\r\n" + fields, body);
}

inline std::string lengthOf(const std::string& body) {
  return "Content-Length: " + std::to_string(body.size()) + "\r\n";
}

constexpr const char* kChunked = "Transfer-Encoding: chunked\r\n";

// Comes behind other bytes: its answer says that it was taken for a request.
inline const std::string kMarker = live("X-Request-ID: marker\r\nConnection: close\r\n");

}  // namespace token_service::test
