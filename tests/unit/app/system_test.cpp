#include "app/system.hpp"

#include "captured_log.hpp"
#include "fixed_clock.hpp"
#include "token_service/sdk/base64url.hpp"

#include <gtest/gtest.h>

#include <set>

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
