#pragma once

#include <gtest/gtest.h>

#include <barrier>
#include <cstddef>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace token_service::test {

// Starts all of them at the same moment, each in a thread of its own, and waits for the last.
inline void runTogether(const std::vector<std::function<void()>>& actions) {
  std::barrier start(static_cast<std::ptrdiff_t>(actions.size()));
  std::vector<std::jthread> threads;
  threads.reserve(actions.size());
  for (const std::function<void()>& action : actions) {
    threads.emplace_back([&start, &action] {
      start.arrive_and_wait();
      try {
        action();
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
      }
    });
  }
}

}  // namespace token_service::test
