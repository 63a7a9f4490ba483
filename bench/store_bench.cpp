// How many operations a second store-postgres makes, as the service's threads would call it, beside
// whatever else the machine does: compare its figures only with those of pgbench in the same run.
//
//   store_bench CONNINFO OPERATION THREADS SECONDS [KEY=VALUE ...]
//
// OPERATION is create, find, replace or endAll; KEY=VALUE are settings of the plugin. Prints one
// line: operations a second, the CPU time of this process for each in microseconds, and the slowest
// one.

#include "cluster.hpp"
#include "store_settings.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace token_service::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kUsers = 1000;
constexpr std::int64_t kLimit = 10;
constexpr sdk::Time kNow{1'700'000'000'000ms};

double cpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

sdk::Session session(std::int64_t user, const std::string& id) {
  // As long as what the service stores.
  const std::string jti(22, 'j');
  const std::string kid(43, 'k');
  const std::string token =
      R"({"jti":")" + jti + R"(","kid":")" + kid + R"(","iat":1700000000,"exp":1700086400})";
  return {
      user,       id, "benchmark", R"({"refresh":)" + token + R"(,"access":)" + token + "}", kNow,
      kNow + 24h, 1};
}

sdk::Deadline soon() { return Clock::now() + 10s; }

// What one thread does until the time is up: the operation for its n-th turn.
using Work = std::function<void(sdk::Store&, std::uint64_t thread, std::uint64_t turn)>;

std::int64_t anyUser() {
  thread_local std::minstd_rand random(std::random_device{}());
  return std::uniform_int_distribution<std::int64_t>(1, kUsers)(random);
}

Work workOf(const std::string& operation, std::uint64_t threads) {
  if (operation == "create") {
    return [](sdk::Store& store, std::uint64_t thread, std::uint64_t turn) {
      store.create(session(anyUser(), std::to_string(thread) + "." + std::to_string(turn)), kLimit,
                   kNow, soon());
    };
  }
  if (operation == "find") {
    return [](sdk::Store& store, std::uint64_t, std::uint64_t) {
      store.find(anyUser(), "fixed", kNow, soon());
    };
  }
  if (operation == "replace") {
    // Each thread has users of its own, so that every swap succeeds.
    return [threads](sdk::Store& store, std::uint64_t thread, std::uint64_t turn) {
      const std::uint64_t own = static_cast<std::uint64_t>(kUsers) / threads;
      const auto user = static_cast<std::int64_t>(1 + thread + threads * (turn % own));
      store.replace(static_cast<std::int64_t>(1 + turn / own), session(user, "fixed"), kNow,
                    soon());
    };
  }
  // Users whose only session is ended, each once.
  return [threads](sdk::Store& store, std::uint64_t thread, std::uint64_t turn) {
    store.endAll(static_cast<std::int64_t>(1'000'000 + thread + threads * turn), kNow, soon());
  };
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 4) {
    std::fputs("usage: store_bench CONNINFO OPERATION THREADS SECONDS [KEY=VALUE ...]\n", stderr);
    return 64;
  }
  const std::string& operation = arguments[1];
  const std::uint64_t threads = std::stoull(arguments[2]);
  const auto time = std::chrono::seconds(std::stoi(arguments[3]));
  ::setenv("TOKEN_SERVICE_TEST_POSTGRES", arguments[0].c_str(), 1);
  test::StoreSettings settings = test::settingsFor(test::testCluster());
  for (std::size_t index = 4; index < arguments.size(); ++index) {
    const std::size_t equals = arguments[index].find('=');
    settings[arguments[index].substr(0, equals)] = arguments[index].substr(equals + 1);
  }
  test::RecordingHost host;
  const auto store = test::makeStore(settings, host);
  const Work work = workOf(operation, threads);

  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> done = 0;
  std::atomic<std::int64_t> slowest = 0;
  std::vector<std::thread> workers;
  const double cpu = cpuSeconds();
  const auto begin = Clock::now();
  for (std::uint64_t thread = 0; thread < threads; ++thread) {
    workers.emplace_back([&, thread] {
      std::uint64_t turn = 0;
      Clock::duration longest{};
      for (; !stop; ++turn) {
        const auto before = Clock::now();
        work(*store, thread, turn);
        longest = std::max(longest, Clock::now() - before);
      }
      done += turn;
      std::int64_t seen = slowest;
      while (seen < longest.count() && !slowest.compare_exchange_weak(seen, longest.count())) {
      }
    });
  }
  std::this_thread::sleep_for(time);
  stop = true;
  for (std::thread& worker : workers) {
    worker.join();
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto count = static_cast<double>(done);
  std::printf("%-8s %3llu threads  %9.0f /s  %6.1f us CPU  slowest %6.1f ms\n", operation.c_str(),
              static_cast<unsigned long long>(threads), count / seconds,
              (cpuSeconds() - cpu) / count * 1e6, static_cast<double>(slowest) * 1e-6);
  return 0;
}

}  // namespace
}  // namespace token_service::bench

int main(int argc, char** argv) {
  try {
    return token_service::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "store_bench: %s\n", error.what());
    return 69;
  }
}
