#include "rotating_test.hpp"

#include "token_forge.hpp"

#include <atomic>

namespace token_service::test {

std::string nameOf(const Deployment& deployment) {
  return nameOf(deployment.plugins) + (deployment.refresh_signer ? "_refresh_signer" : "");
}

std::ostream& operator<<(std::ostream& stream, const Deployment& deployment) {
  return stream << nameOf(deployment);
}

RotatingTest::RotatingTest() : setup(GetParam().plugins) {
  setup.set("refresh", "{rotation: on}").set("log", "{level: info}");
  if (GetParam().refresh_signer) {
    setup.set("refresh_signer", ServiceSetup::refreshSignerSection());
  }
}

void RotatingTest::start() {
  const int count = GetParam().plugins.store == StoreKind::Postgres ? 3 : 1;
  for (int process = 0; process < count; ++process) {
    processes.push_back(std::make_unique<ServiceProcess>(setup));
  }
}

std::vector<std::uint16_t> RotatingTest::ports() const {
  std::vector<std::uint16_t> all;
  for (const auto& process : processes) {
    all.push_back(process->port());
  }
  return all;
}

TokenApi RotatingTest::connect() { return TokenApi(*processes[connected_++ % processes.size()]); }

std::int64_t nextUser() {
  static std::atomic<std::int64_t> last = 1'000'000;
  return ++last;
}

Call refreshCall(std::int64_t id, const std::string& token) {
  return withBearer(jsonCall(kRefresh, "{\"id\":" + std::to_string(id) + "}"), token);
}

TokenPair pairOf(const Reply& reply) { return {reply.text("refresh"), reply.text("access")}; }

TokenPair expectPair(const Reply& reply) {
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()->size(), 2U) << reply.body;
  TokenPair pair = pairOf(reply);
  EXPECT_NE(pair.refresh, "");
  EXPECT_NE(pair.access, "");
  return pair;
}

std::string jtiOf(const std::string& token) { return memberOf(partsOf(token).claims, "jti"); }

std::vector<std::string> presentRefreshTokens(const ServiceSetup& setup) {
  return setup.query("SELECT token_data->'refresh'->>'jti' FROM user_tokens");
}

}  // namespace token_service::test
