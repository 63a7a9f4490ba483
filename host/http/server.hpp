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

  // From now on each response tells its caller to close the connection.
  void sayFarewell();

  // From now on no connection is accepted; the requests that have begun finish.
  void retire();

  // After `retire`: waits for those requests. False if some of them still run then.
  bool waitUntil(std::chrono::steady_clock::time_point limit);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace token_service::http
