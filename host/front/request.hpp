#pragma once

#include "front/message_reader.hpp"

#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SocketAddress.h>

#include <chrono>
#include <istream>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace token_service::front {

// A complete request for Poco's handlers. It owns what it holds, and holds only the header fields
// that the application reads.
class Request final : public Poco::Net::HTTPServerRequest {
 public:
  explicit Request(Poco::Net::HTTPServerResponse& response) : response_(response) {}

  // Takes over what `message` holds, of the fields those with one of the names. `socket` is open
  // as long as the request is used.
  void assign(const Message& message, std::span<const std::string> field_names, int socket,
              std::chrono::steady_clock::time_point received);

  const std::string& body() const { return body_; }

  // When its last byte was there.
  std::chrono::steady_clock::time_point received() const { return received_; }

  std::istream& stream() override;
  const Poco::Net::SocketAddress& clientAddress() const override;
  const Poco::Net::SocketAddress& serverAddress() const override;
  const Poco::Net::HTTPServerParams& serverParams() const override;
  Poco::Net::HTTPServerResponse& response() const override { return response_; }
  bool secure() const override { return false; }

 private:
  Poco::Net::HTTPServerResponse& response_;
  std::string body_;
  std::chrono::steady_clock::time_point received_;
  int socket_ = -1;
  // Made when they are asked for.
  std::unique_ptr<std::istream> stream_;
  mutable Poco::Net::SocketAddress client_;
  mutable Poco::Net::SocketAddress server_;
};

}  // namespace token_service::front
