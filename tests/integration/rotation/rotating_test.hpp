#pragma once

#include "service_process.hpp"
#include "service_setup.hpp"
#include "token_api.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace token_service::test {

struct Deployment {
  Pair plugins;
  // HS256 for refresh tokens, as in production.
  bool refresh_signer = false;
};

std::string nameOf(const Deployment& deployment);
std::ostream& operator<<(std::ostream& stream, const Deployment& deployment);

inline std::string deploymentName(const testing::TestParamInfo<Deployment>& info) {
  return nameOf(info.param);
}

inline const auto kDeployments =
    testing::Values(Deployment{{SignerKind::Hs256, StoreKind::Sqlite}},
                    Deployment{{SignerKind::Rs256, StoreKind::Sqlite}},
                    Deployment{{SignerKind::Rs256, StoreKind::Sqlite}, true},
                    Deployment{{SignerKind::Hs256, StoreKind::Postgres}},
                    Deployment{{SignerKind::Rs256, StoreKind::Postgres}},
                    Deployment{{SignerKind::Rs256, StoreKind::Postgres}, true});

// The most different ones, for tests that take their time.
inline const auto kOpposites =
    testing::Values(Deployment{{SignerKind::Hs256, StoreKind::Sqlite}},
                    Deployment{{SignerKind::Rs256, StoreKind::Postgres}, true});

// Services with `refresh.rotation: on`.
class RotatingTest : public testing::TestWithParam<Deployment> {
 protected:
  RotatingTest();

  // Three processes on PostgreSQL, one on SQLite, which allows no second one.
  void start();

  std::vector<std::uint16_t> ports() const;
  // A connection to one of the processes, to another one each time.
  TokenApi connect();

  ServiceSetup setup;
  std::vector<std::unique_ptr<ServiceProcess>> processes;

 private:
  std::size_t connected_ = 0;
};

// A user that no other test of the process has.
std::int64_t nextUser();

Call refreshCall(std::int64_t id, const std::string& token);
TokenPair pairOf(const Reply& reply);
// 200 and nothing but a pair; gives it.
TokenPair expectPair(const Reply& reply);
std::string jtiOf(const std::string& token);

// What `RotatingTest::setup` stores for the refresh tokens of live sessions: one jti a session.
std::vector<std::string> presentRefreshTokens(const ServiceSetup& setup);

}  // namespace token_service::test
