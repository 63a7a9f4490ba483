#pragma once

#include "cluster.hpp"
#include "postgres_store.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace token_service::test {

using namespace std::chrono_literals;

constexpr sdk::Time kNow{1'700'000'000'000ms};

// Keeps everything that was logged.
class RecordingHost final : public sdk::Host {
 public:
  void log(sdk::LogLevel level, std::string_view event,
           std::span<const sdk::LogField> fields) noexcept override;
  sdk::Time now() const noexcept override { return kNow; }
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

// The plugin's settings, as a configuration file would hold them.
using StoreSettings = std::map<std::string, std::string>;
StoreSettings settingsFor(const Conninfo& conninfo);

// Throws what the store's constructor throws.
std::unique_ptr<store_postgres::PostgresStore> makeStore(const StoreSettings& settings,
                                                         sdk::Host& host,
                                                         sdk::Mode mode = sdk::Mode::Serve);

sdk::Session session(std::int64_t user, const std::string& id);

inline sdk::Deadline in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

// Whether the condition came true within the time.
template <typename Condition>
bool eventually(Condition condition, std::chrono::milliseconds time) {
  const sdk::Deadline end = in(time);
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) {
      return false;
    }
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

// The error of an operation; one that says "no error" if there is none.
template <typename Operation>
sdk::Error errorOf(Operation operation) {
  try {
    operation();
  } catch (const sdk::Error& error) {
    return error;
  }
  return {sdk::ErrorCode::Internal, "no error"};
}

}  // namespace token_service::test
