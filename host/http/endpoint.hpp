#pragma once

#include "http/message.hpp"

namespace token_service::http {

// One path of the service. Holds nothing of a request: one object serves all threads.
class Endpoint {
 public:
  enum class Method { Get, Post };

  Endpoint(Method method, bool cors) : method_(method), cors_(cors) {}
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  virtual ~Endpoint() = default;

  Method method() const { return method_; }
  // Whether browsers of other origins may call it.
  bool cors() const { return cors_; }

  // Throws sdk::Error while the store or the signer cannot answer.
  virtual Response handle(const Request& request) = 0;

 private:
  Method method_;
  bool cors_;
};

}  // namespace token_service::http
