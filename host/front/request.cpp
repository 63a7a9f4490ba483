#include "front/request.hpp"

#include <Poco/MemoryStream.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/String.h>
#include <sys/socket.h>

#include <cctype>

namespace token_service::front {
namespace {

bool isSame(std::string_view name, const std::string& wanted) {
  if (name.size() != wanted.size()) {
    return false;
  }
  for (std::size_t index = 0; index < name.size(); ++index) {
    const auto lower = static_cast<unsigned char>(name[index] | 0x20);
    if (lower != static_cast<unsigned char>(wanted[index] | 0x20)) {
      return false;
    }
  }
  return true;
}

template <typename GetName>
Poco::Net::SocketAddress addressFrom(int socket, GetName get_name) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  return get_name(socket, generic, &length) == 0 ? Poco::Net::SocketAddress(generic, length)
                                                 : Poco::Net::SocketAddress();
}

}  // namespace

void Request::assign(const Message& message, std::span<const std::string> field_names, int socket,
                     std::chrono::steady_clock::time_point received) {
  static const std::string kVersions[] = {HTTP_1_0, HTTP_1_1};
  clear();
  stream_.reset();
  client_ = {};
  server_ = {};
  setMethod(std::string(message.method));
  setURI(std::string(message.target));
  setVersion(kVersions[message.minor_version == 0 ? 0 : 1]);
  for (const Field& field : message.fields) {
    for (const std::string& name : field_names) {
      if (isSame(field.name, name)) {
        add(name, std::string(field.value));
        break;
      }
    }
  }
  body_.assign(message.body);
  socket_ = socket;
  received_ = received;
}

std::istream& Request::stream() {
  if (!stream_) {
    stream_ = std::make_unique<Poco::MemoryInputStream>(body_.data(),
                                                        static_cast<std::streamsize>(body_.size()));
  }
  return *stream_;
}

const Poco::Net::SocketAddress& Request::clientAddress() const {
  if (client_.port() == 0) {
    client_ = addressFrom(socket_, ::getpeername);
  }
  return client_;
}

const Poco::Net::SocketAddress& Request::serverAddress() const {
  if (server_.port() == 0) {
    server_ = addressFrom(socket_, ::getsockname);
  }
  return server_;
}

const Poco::Net::HTTPServerParams& Request::serverParams() const {
  static const Poco::Net::HTTPServerParams::Ptr kParams = new Poco::Net::HTTPServerParams;
  return *kParams;
}

}  // namespace token_service::front
