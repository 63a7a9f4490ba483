#include "app/system.hpp"

#include "token_service/sdk/base64url.hpp"
#include "token_service/sdk/error.hpp"

#include <openssl/rand.h>

#include <array>
#include <vector>

namespace token_service::app {

sdk::Time SystemClock::now() const noexcept {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string SystemRandom::identifier() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw sdk::Error(sdk::ErrorCode::Unavailable, "the system gives no random numbers");
  }
  return sdk::base64url::encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

PluginHost::PluginHost(std::string plugin, log::Logger& logger, const session::Clock& clock)
    : plugin_(std::move(plugin)), logger_(logger), clock_(clock) {}

void PluginHost::log(sdk::LogLevel level, std::string_view event,
                     std::span<const sdk::LogField> fields) noexcept {
  try {
    std::vector<sdk::LogField> all = {{"plugin", plugin_}};
    all.insert(all.end(), fields.begin(), fields.end());
    logger_.write(level, event, all);
  } catch (const std::bad_alloc&) {
    logger_.write(level, event);
  }
}

}  // namespace token_service::app
