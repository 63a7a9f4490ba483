#include "http/readiness.hpp"

#include "captured_log.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace token_service::http {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class ReadinessTest : public testing::Test {
 protected:
  log::Logger logger_{log::Logger::Level::Info, log::Format::Text};
  std::atomic<int> checks_ = 0;
};

TEST_F(ReadinessTest, CallersAtOnceWaitForOneCheckAndShareItsResult) {
  Readiness readiness({{"store", "slow",
                        [this](sdk::Deadline) {
                          ++checks_;
                          std::this_thread::sleep_for(1s);
                        }}},
                      logger_);
  std::atomic<int> ready = 0;
  const auto start = steady_clock::now();
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 8; ++caller) {
      callers.emplace_back([&] {
        for (const Readiness::State& state : readiness.states()) {
          ready += state.ready ? 1 : 0;
        }
      });
    }
  }
  EXPECT_LT(steady_clock::now() - start, 1300ms);
  EXPECT_EQ(checks_, 1);
  EXPECT_EQ(ready, 8);
}

TEST_F(ReadinessTest, AResultIsUsedForASecondFromTheEndOfTheCheck) {
  Readiness readiness({{"store", "slow",
                        [this](sdk::Deadline) {
                          ++checks_;
                          std::this_thread::sleep_for(600ms);
                        }}},
                      logger_);
  readiness.states();
  std::this_thread::sleep_for(600ms);
  readiness.states();
  EXPECT_EQ(checks_, 1) << "1.2 s after the beginning of the check, 0.6 s after its end";
  std::this_thread::sleep_for(500ms);
  readiness.states();
  EXPECT_EQ(checks_, 2);
}

TEST_F(ReadinessTest, AComponentThatFailsIsNotReadyAndTheOthersAre) {
  const std::string log = host_test::logOf([this] {
    Readiness readiness(
        {{"signer", "good", [](sdk::Deadline) {}},
         {"store", "bad", [](sdk::Deadline) { throw std::runtime_error("no database"); }}},
        logger_);
    const std::vector<Readiness::State> states = readiness.states();
    ASSERT_EQ(states.size(), 2U);
    EXPECT_TRUE(states[0].ready);
    EXPECT_FALSE(states[1].ready);
  });
  EXPECT_NE(log.find("no database"), std::string::npos) << log;
}

}  // namespace
}  // namespace token_service::http
