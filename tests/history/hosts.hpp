#pragma once

#include "service_process.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace token_service::history {

// Several processes of the service on one setup.
class Hosts {
 public:
  // Returns once all of them listen.
  Hosts(const test::ServiceSetup& setup, int count);

  int count() const { return static_cast<int>(hosts_.size()); }
  // 0 while the host is down; another one when it is up again. For any thread.
  std::uint16_t port(int host) const { return hosts_[static_cast<std::size_t>(host)].port; }

  // Ends the host as a crash would, and starts it again. For one thread.
  void restart(int host);

  // Throws if one of them does not end well.
  void stop();

 private:
  struct Host {
    std::unique_ptr<test::ServiceProcess> process;
    std::atomic<std::uint16_t> port = 0;
  };

  void start(Host& host);

  const test::ServiceSetup& setup_;
  std::vector<Host> hosts_;
};

}  // namespace token_service::history
