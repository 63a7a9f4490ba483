#pragma once

#include <Poco/JSON/Object.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPResponse.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace token_service::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Call {
  std::string method = "POST";
  std::string path;
  std::string body;
  // Not sent if empty.
  std::string content_type;
  Headers headers;
};

struct Reply {
  int status = 0;
  std::string body;
  Poco::Net::NameValueCollection headers;

  // A header's value, or "".
  std::string header(const std::string& name) const { return headers.get(name, ""); }
  bool has(const std::string& name) const { return headers.has(name); }
  // The body. Throws if it is not a JSON object.
  Poco::JSON::Object::Ptr json() const;
  // A text member of the body, or "".
  std::string text(const std::string& member) const;
};

// One keep-alive connection to a service on this machine. For one thread.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port);

  // Throws a Poco exception if there is no answer.
  Reply send(const Call& call);

 private:
  Poco::Net::HTTPClientSession session_;
};

constexpr const char* kJson = "application/json";
constexpr const char* kForm = "application/x-www-form-urlencoded";
constexpr const char* kMultipart = "multipart/form-data; boundary=the-boundary";

using Fields = std::vector<std::pair<std::string, std::string>>;

// Every character that is not plain is percent-encoded.
std::string urlEncoded(const Fields& fields);
// With the boundary of kMultipart.
std::string multipart(const Fields& fields);
// A JSON string literal.
std::string quotedJson(const std::string& text);

}  // namespace token_service::test
