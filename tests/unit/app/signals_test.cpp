#include "app/signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
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

TEST(Signals, TheNextOneEndsTheProcessAtOnce) {
  for (const int signal : {SIGTERM, SIGINT}) {
    EXPECT_EXIT(
        {
          const Signals signals;
          ::kill(::getpid(), signal);
          if (signals.wait() == signal) {
            signals.exitOnNext();
            ::kill(::getpid(), signal);
          }
          std::_Exit(1);
        },
        testing::ExitedWithCode(0), "");
  }
}

}  // namespace
}  // namespace token_service::app
