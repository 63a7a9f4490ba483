#pragma once

#include <Poco/Net/HTTPServerResponse.h>

#include <memory>
#include <sstream>
#include <string>

namespace token_service::front {

// What a handler answers, collected in memory. It leaves only as a whole, so that there is always
// exactly one response, with its length.
class Response final : public Poco::Net::HTTPServerResponse {
 public:
  // For the next request.
  void reset();

  // The front has asked for the body before the handler is called.
  void sendContinue() override {}
  std::ostream& send() override;
  void sendFile(const std::string& path, const std::string& media_type) override;
  void sendBuffer(const void* bytes, std::size_t size) override;
  void redirect(const std::string& uri, HTTPStatus status) override;
  void requireAuthentication(const std::string& realm) override;
  bool sent() const override { return sent_; }

  // Whether the handler wants the connection to be closed.
  bool wantsClose() const;

  // Appends the message (RFC 9112) to `out`: to a HEAD request its head only.
  void write(bool head_only, bool close, std::string& out) const;

 private:
  bool sent_ = false;
  std::string body_;
  std::unique_ptr<std::ostringstream> stream_;
};

}  // namespace token_service::front
