#pragma once

#include "service_process.hpp"
#include "service_setup.hpp"
#include "token_api.hpp"
#include "token_forge.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace token_service::test {

// A service with the default configuration, started with the first test that needs it and stopped
// with the last one.
struct SharedService {
  explicit SharedService(const Pair& pair) : setup(pair), process(setup) {}

  ServiceSetup setup;
  ServiceProcess process;
};

// A user that no other test has.
std::int64_t newUser();

// Runs with each pair of plugins. Needs nothing but the default configuration.
class ContractTest : public testing::TestWithParam<Pair> {
 protected:
  ContractTest();

  const ServiceSetup& setup() const { return shared_.setup; }
  const ServiceProcess& service() const { return shared_.process; }
  TokenForge forge() const { return {GetParam().signer, setup().signerKey()}; }

 private:
  SharedService& shared_;

 protected:
  TokenApi api;
};

// Runs with each pair of plugins and services of its own.
class OwnServiceTest : public testing::TestWithParam<Pair> {
 protected:
  OwnServiceTest() : setup(GetParam()) {}

  TokenForge forge() const { return {GetParam().signer, setup.signerKey()}; }

  ServiceSetup setup;
};

inline std::string pairName(const testing::TestParamInfo<Pair>& info) { return nameOf(info.param); }

inline const auto kPairs = testing::Values(
    Pair{SignerKind::Hs256, StoreKind::Sqlite}, Pair{SignerKind::Rs256, StoreKind::Sqlite},
    Pair{SignerKind::Hs256, StoreKind::Postgres}, Pair{SignerKind::Rs256, StoreKind::Postgres});

inline const auto kPostgresPairs = testing::Values(Pair{SignerKind::Hs256, StoreKind::Postgres},
                                                   Pair{SignerKind::Rs256, StoreKind::Postgres});

}  // namespace token_service::test
