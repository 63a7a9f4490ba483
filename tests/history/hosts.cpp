#include "hosts.hpp"

#include <stdexcept>
#include <string>

namespace token_service::history {

Hosts::Hosts(const test::ServiceSetup& setup, int count)
    : setup_(setup), hosts_(static_cast<std::size_t>(count)) {
  for (Host& host : hosts_) {
    start(host);
  }
}

void Hosts::restart(int host) {
  Host& one = hosts_[static_cast<std::size_t>(host)];
  one.port = 0;
  one.process->kill();
  start(one);
}

void Hosts::stop() {
  for (Host& host : hosts_) {
    if (const int code = host.process->stop(); code != 0) {
      throw std::runtime_error("a host ended with " + std::to_string(code) + ": " +
                               host.process->log());
    }
  }
}

void Hosts::start(Host& host) {
  host.process = std::make_unique<test::ServiceProcess>(setup_);
  host.port = host.process->port();
}

}  // namespace token_service::history
