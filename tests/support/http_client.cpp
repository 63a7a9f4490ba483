#include "http_client.hpp"

#include <Poco/JSON/JSONException.h>
#include <Poco/JSON/Parser.h>
#include <Poco/JSON/Stringifier.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <sstream>

namespace token_service::test {

Poco::JSON::Object::Ptr Reply::json() const {
  return Poco::JSON::Parser().parse(body).extract<Poco::JSON::Object::Ptr>();
}

std::string Reply::text(const std::string& member) const {
  return json()->optValue<std::string>(member, "");
}

HttpClient::HttpClient(std::uint16_t port) : session_("127.0.0.1", port) {
  session_.setKeepAlive(true);
  session_.setTimeout(Poco::Timespan(20, 0));
}

Reply HttpClient::send(const Call& call) {
  Poco::Net::HTTPRequest request(call.method, call.path, Poco::Net::HTTPMessage::HTTP_1_1);
  for (const auto& [name, value] : call.headers) {
    request.add(name, value);
  }
  if (!call.content_type.empty()) {
    request.setContentType(call.content_type);
  }
  if (!call.body.empty() || call.method == "POST") {
    request.setContentLength(static_cast<std::streamsize>(call.body.size()));
  }
  session_.sendRequest(request) << call.body;
  Poco::Net::HTTPResponse response;
  Reply reply;
  Poco::StreamCopier::copyToString(session_.receiveResponse(response), reply.body);
  reply.status = response.getStatus();
  for (const auto& [name, value] : response) {
    reply.headers.add(name, value);
  }
  return reply;
}

std::string urlEncoded(const Fields& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    std::string encoded;
    Poco::URI::encode(value, "!*'();:@&=+$,/?#[]% ", encoded);
    body.append(body.empty() ? "" : "&").append(name).append("=").append(encoded);
  }
  return body;
}

std::string multipart(const Fields& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    body.append("--the-boundary\r\nContent-Disposition: form-data; name=\"").append(name);
    body.append("\"\r\n\r\n").append(value).append("\r\n");
  }
  return body + "--the-boundary--\r\n";
}

std::string quotedJson(const std::string& text) {
  std::ostringstream stream;
  Poco::JSON::Stringifier::stringify(text, stream);
  return stream.str();
}

}  // namespace token_service::test
