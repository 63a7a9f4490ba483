#include "app/system.hpp"

#include "token_service/sdk/base64url.hpp"
#include "token_service/sdk/error.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <vector>

namespace token_service::app {
namespace {

// OpenSSL's random bytes, fetched many at a time, since each call of it takes locks. Every byte is
// handed out once and wiped where it was; the service does not fork.
class RandomBytes {
 public:
  RandomBytes() = default;
  RandomBytes(const RandomBytes&) = delete;
  RandomBytes& operator=(const RandomBytes&) = delete;
  ~RandomBytes() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  using Identifier = std::array<char, 16>;

  Identifier take() {
    static_assert(std::tuple_size_v<Bytes> % std::tuple_size_v<Identifier> == 0);
    if (used_ == bytes_.size()) {
      if (RAND_bytes(bytes_.data(), static_cast<int>(bytes_.size())) != 1) {
        throw sdk::Error(sdk::ErrorCode::Unavailable, "the system gives no random numbers");
      }
      used_ = 0;
    }
    Identifier taken{};
    std::memcpy(taken.data(), bytes_.data() + used_, taken.size());
    OPENSSL_cleanse(bytes_.data() + used_, taken.size());
    used_ += taken.size();
    return taken;
  }

 private:
  using Bytes = std::array<unsigned char, 512>;

  Bytes bytes_{};
  std::size_t used_ = bytes_.size();
};

}  // namespace

sdk::Time SystemClock::now() const noexcept {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string SystemRandom::identifier() {
  thread_local RandomBytes bytes;
  const RandomBytes::Identifier identifier = bytes.take();
  return sdk::base64url::encode({identifier.data(), identifier.size()});
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
