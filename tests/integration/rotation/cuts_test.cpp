#include "counts.hpp"
#include "fixture_plugins.hpp"
#include "rotating_test.hpp"

#include <Poco/Exception.h>

#include <csignal>
#include <random>
#include <set>
#include <thread>

namespace token_service::test {
namespace {

constexpr int kClients = 4;
// Four ways to cut: two stores, before and after the commit.
int cuts() { return countFrom("TOKEN_SERVICE_CUTS", 60) / 4; }

struct Client {
  std::int64_t id = 0;
  TokenPair tokens;
};

// Uses up one token after the other until the connection breaks.
void refreshUntilCut(std::uint16_t port, Client& client) {
  HttpClient connection(port);
  try {
    for (;;) {
      const Reply reply = connection.send(refreshCall(client.id, client.tokens.refresh));
      if (reply.status != 200) {
        ADD_FAILURE() << reply.status << " " << reply.body;
        return;
      }
      client.tokens = pairOf(reply);
    }
  } catch (const Poco::Exception&) {
    // The cut.
  }
}

// The real store, whose process ends by SIGKILL right before or after it changes a session, and
// always before the answer.
class CutsTest : public RotatingTest {
 protected:
  CutsTest() {
    const bool sqlite = GetParam().plugins.store == StoreKind::Sqlite;
    store_ = sqlite ? "cutting-store-sqlite" : "cutting-store-postgres";
    setup.setPluginFolder(gatherPlugins(setup.folder(), {store_, "signer-hs256", "signer-rs256"}));
  }

  // Every client plainly retries with the token it has, and goes on with what it gets.
  static void expectOneGenerationEach(const ServiceProcess& service, std::vector<Client>& clients) {
    TokenApi api(service);
    for (Client& client : clients) {
      const Reply retried = api.refresh(client.id, client.tokens.refresh);
      const TokenPair pair = expectPair(retried);
      EXPECT_TRUE(api.isValid(client.id, client.tokens.access));
      EXPECT_TRUE(api.isValid(client.id, pair.access));
      EXPECT_EQ(api.refresh(client.id, client.tokens.refresh).body, retried.body);
      const Reply next = api.refresh(client.id, pair.refresh);
      EXPECT_EQ(api.refresh(client.id, client.tokens.refresh).body, next.body);
      EXPECT_EQ(api.refresh(client.id, pair.refresh).body, next.body);
      client.tokens = expectPair(next);
    }
  }

  void cutAndRetry(const std::string& moment) {
    std::minstd_rand random(std::random_device{}());
    // The retries and what follows them change each session twice at most.
    std::uniform_int_distribution<int> nth(2 * kClients + 1, 4 * kClients);
    std::vector<Client> clients(kClients);
    for (int cut = 0; cut <= cuts(); ++cut) {
      const int at = nth(random);
      SCOPED_TRACE("cut " + std::to_string(cut) + " at " + std::to_string(at));
      setup.setStore(store_, "cut: " + moment + ", at: " + std::to_string(at));
      ServiceProcess service(setup);
      for (Client& client : clients) {
        if (client.id == 0) {
          client = {nextUser(), {}};
          client.tokens = TokenApi(service).logIn(client.id);
        }
      }
      expectOneGenerationEach(service, clients);
      expectStored(clients);
      ASSERT_FALSE(HasFailure());
      {
        std::vector<std::jthread> threads;
        for (Client& client : clients) {
          threads.emplace_back([&] { refreshUntilCut(service.port(), client); });
        }
      }
      ASSERT_EQ(service.wait(), -SIGKILL);
    }
  }

 private:
  void expectStored(const std::vector<Client>& clients) const {
    std::set<std::string> newest;
    for (const Client& client : clients) {
      newest.insert(jtiOf(client.tokens.refresh));
    }
    const std::vector<std::string> present = presentRefreshTokens(setup);
    EXPECT_EQ(present.size(), clients.size());
    EXPECT_EQ(std::set<std::string>(present.begin(), present.end()), newest);
  }

  std::string store_;
};

INSTANTIATE_TEST_SUITE_P(Deployments, CutsTest, kOpposites, deploymentName);

TEST_P(CutsTest, beforeTheCommit) { cutAndRetry("before"); }

TEST_P(CutsTest, betweenCommitAndReply) { cutAndRetry("after"); }

}  // namespace
}  // namespace token_service::test
