#include "app/system.hpp"

#include "captured_log.hpp"
#include "fixed_clock.hpp"
#include "token_service/sdk/base64url.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace token_service::app {
namespace {

TEST(SystemRandom, IdentifiersAre128BitsAndNeverTheSame_P12) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int count = 0; count < 10000; ++count) {
    const std::string identifier = random.identifier();
    ASSERT_EQ(identifier.size(), 22U);
    ASSERT_EQ(sdk::base64url::decode(identifier)->size(), 16U);
    ASSERT_TRUE(seen.insert(identifier).second);
  }
}

TEST(SystemRandom, NeitherAreThoseOfOtherThreads_P12) {
  SystemRandom random;
  std::mutex mutex;
  std::set<std::string> seen;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      std::vector<std::string> own(2000);
      std::generate(own.begin(), own.end(), [&] { return random.identifier(); });
      const std::scoped_lock lock(mutex);
      seen.insert(own.begin(), own.end());
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(seen.size(), 8U * 2000U);
}

TEST(PluginHost, NamesThePluginInItsLog) {
  log::Logger logger(log::Logger::Level::Info, log::Format::Text);
  const host_test::FixedClock clock;
  PluginHost host("store-sqlite", logger, clock);
  const sdk::LogField fields[] = {{"key", "value"}};
  EXPECT_NE(host_test::logOf([&] {
              host.log(sdk::LogLevel::Info, "event", fields);
            }).find(" info event plugin=store-sqlite key=value\n"),
            std::string::npos);
  EXPECT_EQ(host.now(), clock.now());
}

}  // namespace
}  // namespace token_service::app
