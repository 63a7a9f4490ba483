#include "counts.hpp"
#include "run_together.hpp"
#include "schedule.hpp"
#include "token_forge.hpp"

#include <Poco/Exception.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <random>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;
using std::chrono::system_clock;

// Promise 14
int validations() { return countFrom("TOKEN_SERVICE_VALIDATIONS", 2000); }

struct Progress {
  std::atomic<int> validations = 0;
  std::atomic<bool> over = false;
};

// Logs in, validates and refreshes at either replica; anything but success is a failure, but for
// what a stranger has signed. For one thread.
class Caller {
 public:
  Caller(const ServiceProcess& one, const ServiceProcess& other, const TokenForge& stranger,
         Progress& progress)
      : replicas_{HttpClient(one.port()), HttpClient(other.port())},
        stranger_(stranger),
        progress_(progress) {}

  void run() {
    try {
      while (!progress_.over && !testing::Test::HasFailure()) {
        step();
      }
    } catch (const Poco::Exception& error) {
      ADD_FAILURE() << "a request was not answered: " << error.displayText();
    }
  }

 private:
  struct Login {
    std::int64_t id;
    // As the log-in gave it, with the key of that time.
    std::string first_access;
    TokenPair tokens;
  };

  void step() {
    const std::size_t choice = random_() % 16;
    if (log_ins_.size() < 4 || choice == 0) {
      logIn();
      return;
    }
    Login& one = log_ins_[random_() % log_ins_.size()];
    if (choice < 4) {
      const Reply reply = replica().send(refreshCall(one.id, one.tokens.refresh));
      EXPECT_EQ(reply.status, 200) << reply.body;
      one.tokens = pairOf(reply);
    } else if (choice == 4) {
      const TokenParts parts = partsOf(one.tokens.access);
      validate(one.id, stranger_.sign(parts.header, parts.claims), 401);
    } else {
      validate(one.id, choice % 2 == 0 ? one.first_access : one.tokens.access, 200);
    }
  }

  void logIn() {
    const std::int64_t id = nextUser();
    const Reply reply = replica().send(withSecret(
        jsonCall(kGenTokens, "{\"id\":" + std::to_string(id) + ",\"username\":\"user\"}")));
    EXPECT_EQ(reply.status, 201) << reply.body;
    const TokenPair tokens = pairOf(reply);
    log_ins_.push_back({id, tokens.access, tokens});
  }

  void validate(std::int64_t id, const std::string& access, int status) {
    const Reply reply = replica().send(withSecret(
        jsonCall(kValidate, "{\"id\":" + std::to_string(id) + ",\"access\":\"" + access + "\"}")));
    EXPECT_EQ(reply.status, status) << reply.body;
    ++progress_.validations;
  }

  HttpClient& replica() { return replicas_[random_() % replicas_.size()]; }

  std::array<HttpClient, 2> replicas_;
  const TokenForge& stranger_;
  Progress& progress_;
  std::vector<Login> log_ins_;
  std::minstd_rand random_{std::random_device{}()};
};

class KeyRotationLoadTest : public RotatingTest {
 protected:
  // To read an RSA key costs more than many requests.
  static constexpr int kMostKeys = 4;

  static std::string signingKey(const ServiceProcess& service) {
    return memberOf(partsOf(TokenApi(service).logIn(nextUser()).access).header, "kid");
  }
};

INSTANTIATE_TEST_SUITE_P(Deployments, KeyRotationLoadTest,
                         testing::Values(Deployment{{SignerKind::Hs256, StoreKind::Postgres}},
                                         Deployment{{SignerKind::Rs256, StoreKind::Postgres},
                                                    true}),
                         deploymentName);

TEST_P(KeyRotationLoadTest, failsNoRequestWhileBothReplicasReloadAllTheTime) {
  setup.set("key_set", "{max_age: 1s}");
  Schedule schedule(GetParam(), setup);
  schedule.add("signer").apply();
  const ServiceProcess one(setup);
  const ServiceProcess other(setup);
  const SignerKind kind = GetParam().plugins.signer;
  const TokenForge stranger(kind, kind == SignerKind::Hs256 ? std::string(32, 's') : makeRsaKey());
  const std::string first_kid = signingKey(one);
  Progress progress;
  std::vector<std::function<void()>> actions(4,
                                             [&] { Caller(one, other, stranger, progress).run(); });
  actions.emplace_back([&] {
    while (!progress.over) {
      one.sendSignal(SIGHUP);
      other.sendSignal(SIGHUP);
      std::this_thread::sleep_for(300ms);
    }
  });
  int keys = 1;
  actions.emplace_back([&] {
    do {
      if (keys < kMostKeys) {
        const sys_seconds active = thisSecond() + 4s;
        schedule.add("key" + std::to_string(++keys), active - 4s, active).apply();
        setup.writeConfig(one.configFile());
        // Meanwhile one replica knows the key and the other one does not.
        std::this_thread::sleep_for(700ms);
        setup.writeConfig(other.configFile());
        std::this_thread::sleep_until(active + 500ms);
      } else {
        std::this_thread::sleep_for(100ms);
      }
    } while (progress.validations < validations() && !HasFailure());
    progress.over = true;
  });
  runTogether(actions);
  EXPECT_GE(progress.validations, validations());
  for (const ServiceProcess* process : {&one, &other}) {
    const std::string log = process->log();
    EXPECT_EQ(log.find("reload refused"), std::string::npos) << log;
    EXPECT_NE(signingKey(*process), first_kid);
  }
}

}  // namespace
}  // namespace token_service::test
