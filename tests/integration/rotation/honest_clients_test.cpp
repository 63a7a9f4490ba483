#include "raw_connection.hpp"
#include "rotating_test.hpp"
#include "run_together.hpp"

#include <chrono>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

// Whoever holds the newest token, or one that was replaced a moment ago, is never locked out.
class HonestClientsTest : public RotatingTest {
 protected:
  static constexpr int kUses = 60;
};

INSTANTIATE_TEST_SUITE_P(Deployments, HonestClientsTest, kOpposites, deploymentName);

// A client that sends everything and never sees the answer.
void refreshAndLoseTheReply(std::uint16_t port, std::int64_t id, const std::string& token) {
  const std::string body = "{\"id\":" + std::to_string(id) + "}";
  RawConnection connection(port);
  connection.send(std::string("POST ") + kRefresh +
                  " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                  "Authorization: Bearer " +
                  token + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

// Each tab refreshes with what it has and tells the other one nothing.
TEST_P(HonestClientsTest, twoTabsOfOneBrowser) {
  start();
  const std::int64_t id = nextUser();
  struct Tab {
    TokenApi api;
    TokenPair tokens;
  };
  const TokenPair log_in = connect().logIn(id);
  Tab first{connect(), log_in};
  Tab second{connect(), log_in};
  const auto use = [&](Tab& tab) {
    tab.tokens = expectPair(tab.api.refresh(id, tab.tokens.refresh));
    EXPECT_TRUE(tab.api.isValid(id, tab.tokens.access));
  };
  // Together, so that neither falls behind by more generations than a session remembers.
  for (int count = 0; count < kUses; ++count) {
    runTogether({[&] { use(first); }, [&] { use(second); }});
    ASSERT_FALSE(HasFailure()) << "after " << count << " uses";
  }
  EXPECT_EQ(presentRefreshTokens(setup).size(), 1U);
}

TEST_P(HonestClientsTest, everyThirdReplyIsLost) {
  start();
  const std::int64_t id = nextUser();
  const std::vector<std::uint16_t> ports = this->ports();
  TokenPair tokens = connect().logIn(id);
  for (int use = 0; use < kUses; ++use) {
    if (use % 3 == 0) {
      refreshAndLoseTheReply(ports[static_cast<std::size_t>(use) % ports.size()], id,
                             tokens.refresh);
      // The retry may find that nothing, all, or a part of it has happened.
      std::this_thread::sleep_for(std::chrono::milliseconds(use % 5));
    }
    TokenApi api = connect();
    const TokenPair next = expectPair(api.refresh(id, tokens.refresh));
    EXPECT_NE(next.refresh, tokens.refresh);
    EXPECT_TRUE(api.isValid(id, next.access));
    ASSERT_FALSE(HasFailure()) << "after " << use << " uses";
    tokens = next;
  }
  EXPECT_EQ(presentRefreshTokens(setup), std::vector<std::string>{jtiOf(tokens.refresh)});
}

}  // namespace
}  // namespace token_service::test
