#pragma once

#include "front/limits.hpp"
#include "http/router.hpp"
#include "log/logger.hpp"
#include "session/random.hpp"
#include "session/session_service.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace token_service::http {

struct ServerSettings {
  std::string address;
  // 0 picks a free one.
  std::uint16_t port = 0;
  front::Limits limits;
  // Of a request, until its answer.
  std::chrono::milliseconds request_timeout{};
};

// Listens and answers until it is stopped or destroyed. What it is given outlives it. There may be
// several in a process.
class Server {
 public:
  // Throws front::ListenError.
  Server(const ServerSettings& settings, const Router& router, session::SessionService& sessions,
         session::Random& random, log::Logger& logger);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  std::uint16_t port() const;

  // Tells callers to close their connections, accepts no more of them and lets the requests that
  // run finish for at most `patience`. Returns whether all of them finished; if not, something
  // still holds a thread, and the process should end without destroying what that uses. Called
  // once.
  bool drain(std::chrono::milliseconds patience);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  bool drained_ = false;
};

}  // namespace token_service::http
