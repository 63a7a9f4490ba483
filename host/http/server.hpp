#pragma once

#include "http/request_reader.hpp"
#include "http/router.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace token_service::http {

struct ServerSettings {
  std::string address;
  // 0 picks a free one.
  std::uint16_t port = 0;
  int threads = 0;
  ReadLimits limits;
};

// The address cannot be listened on.
class ListenError : public std::runtime_error {
 public:
  enum class Reason { Taken, Denied, Unusable };

  ListenError(Reason reason, const std::string& what) : std::runtime_error(what), reason_(reason) {}

  Reason reason() const noexcept { return reason_; }

 private:
  Reason reason_;
};

// Listens and answers until it is stopped or destroyed. What it is given outlives it. There may be
// several in a process.
class Server {
 public:
  // Throws ListenError.
  Server(const ServerSettings& settings, const Router& router, session::Random& random);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  std::uint16_t port() const;

  // Tells callers to close their connections, accepts no more of them and lets the requests that
  // run finish for at most `patience`. Returns whether all of them finished; if not, slow clients
  // still hold threads, and the process should end without destroying what those use. Called once.
  bool drain(std::chrono::milliseconds patience);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace token_service::http
