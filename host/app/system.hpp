#pragma once

#include "log/logger.hpp"
#include "session/clock.hpp"
#include "session/random.hpp"
#include "token_service/sdk/host.hpp"

#include <string>

namespace token_service::app {

class SystemClock final : public session::Clock {
 public:
  sdk::Time now() const noexcept override;
};

// OpenSSL's generator, seeded by the kernel. Each thread has its own store of unused bytes.
class SystemRandom final : public session::Random {
 public:
  std::string identifier() override;
};

// What one plugin may use of the host; its log lines carry the plugin's name.
class PluginHost final : public sdk::Host {
 public:
  PluginHost(std::string plugin, log::Logger& logger, const session::Clock& clock);

  void log(sdk::LogLevel level, std::string_view event,
           std::span<const sdk::LogField> fields) noexcept override;
  sdk::Time now() const noexcept override { return clock_.now(); }

 private:
  std::string plugin_;
  log::Logger& logger_;
  const session::Clock& clock_;
};

}  // namespace token_service::app
