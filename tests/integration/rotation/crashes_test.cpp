#include "cluster.hpp"
#include "counts.hpp"
#include "load_caller.hpp"

#include <chrono>
#include <csignal>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

int crashes() { return countFrom("TOKEN_SERVICE_CRASHES", 5); }

// Calls under load, and a crash of something after a random time.
class Load {
 public:
  void runInto(std::uint16_t port, const std::function<void()>& crash) {
    std::vector<std::jthread> threads;
    for (LoadCaller& caller : callers_) {
      threads.emplace_back(
          [&caller, port](const std::stop_token& over) { caller.run(port, over); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(patience_(random_)));
    crash();
  }

  void expectAsAnswered(TokenApi& api) {
    for (LoadCaller& caller : callers_) {
      caller.expectAsAnswered(api);
    }
  }

  std::size_t ended() const { return callers_.front().ended(); }

 private:
  std::minstd_rand random_{std::random_device{}()};
  std::uniform_int_distribution<int> patience_{50, 400};
  std::vector<LoadCaller> callers_{4};
};

class CrashesTest : public RotatingTest {};

INSTANTIATE_TEST_SUITE_P(Deployments, CrashesTest, kOpposites, deploymentName);

TEST_P(CrashesTest, whatTheServiceAnsweredHolds) {
  Load load;
  for (int crash = 0; crash < crashes(); ++crash) {
    SCOPED_TRACE("crash " + std::to_string(crash));
    ServiceProcess service(setup);
    load.runInto(service.port(), [&] { service.kill(); });
    ServiceProcess restarted(setup);
    TokenApi api(restarted);
    load.expectAsAnswered(api);
    restarted.kill();
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(load.ended(), 0U);
}

// A cluster of its own: PostgreSQL restarts as a whole when one of its processes is killed.
class DatabaseCrashesTest : public testing::Test {
 protected:
  DatabaseCrashesTest() { setup.set("refresh", "{rotation: on}").set("log", "{level: info}"); }

  void killOneBackend() {
    const std::vector<std::string> processes = setup.query(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()");
    ASSERT_FALSE(processes.empty());
    ASSERT_EQ(::kill(std::stoi(processes[random_() % processes.size()]), SIGKILL), 0);
  }

  static void waitUntilItAnswers(TokenApi& api) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (api.genTokens(nextUser()).status != 201) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::sleep_for(20ms);
    }
  }

  OwnCluster cluster;
  ServiceSetup setup{{SignerKind::Hs256, StoreKind::Postgres}, cluster.conninfo()};

 private:
  std::minstd_rand random_{std::random_device{}()};
};

TEST_F(DatabaseCrashesTest, whatTheServiceAnsweredHolds) {
  const ServiceProcess service(setup);
  TokenApi api(service);
  Load load;
  for (int crash = 0; crash < crashes(); ++crash) {
    SCOPED_TRACE("crash " + std::to_string(crash));
    load.runInto(service.port(), [&] {
      if (crash % 5 == 4) {
        cluster.halt();
        cluster.resume();
      } else {
        killOneBackend();
        std::this_thread::sleep_for(100ms);
      }
    });
    waitUntilItAnswers(api);
    load.expectAsAnswered(api);
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(load.ended(), 0U);
}

}  // namespace
}  // namespace token_service::test
