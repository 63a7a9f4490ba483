#include "app/signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace token_service::app {
namespace {

TEST(Signals, AHangUpDuringTheStartIsWaitedForLater) {
  const Signals signals;
  {
    const ExitOnSignal starting(signals);
    ::kill(::getpid(), SIGHUP);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
  }
  EXPECT_EQ(signals.wait(), SIGHUP);
}

}  // namespace
}  // namespace token_service::app
