#include "http_replies.hpp"

#include <Poco/Net/HTTPResponse.h>

#include <sstream>
#include <stdexcept>
#include <string_view>

namespace token_service::test {
namespace {

// Up to the empty line, that included.
std::string_view takeHead(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n\r\n");
  if (!rest.starts_with("HTTP/1.1 ") || end == std::string_view::npos) {
    throw std::runtime_error("no response: " + std::string(rest));
  }
  const std::string_view head = rest.substr(0, end + 4);
  rest.remove_prefix(head.size());
  return head;
}

Reply headOf(std::string_view head) {
  std::istringstream stream{std::string(head)};
  Poco::Net::HTTPResponse response;
  response.read(stream);
  Reply reply;
  reply.status = response.getStatus();
  for (const auto& [name, value] : response) {
    reply.headers.add(name, value);
  }
  return reply;
}

}  // namespace

std::vector<Reply> repliesIn(const std::string& bytes, const std::vector<std::string>& methods) {
  std::vector<Reply> replies;
  for (std::string_view rest = bytes; !rest.empty();) {
    Reply reply = headOf(takeHead(rest));
    if (reply.status < 200) {
      continue;
    }
    const bool to_head = replies.size() < methods.size() && methods[replies.size()] == "HEAD";
    if (!to_head && reply.status != 204 && reply.status != 304) {
      const std::size_t size = std::stoul(reply.header("Content-Length"));
      if (size > rest.size()) {
        throw std::runtime_error("half a response: " + bytes);
      }
      reply.body = rest.substr(0, size);
      rest.remove_prefix(size);
    }
    replies.push_back(std::move(reply));
  }
  return replies;
}

}  // namespace token_service::test
