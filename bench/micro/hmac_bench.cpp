#include "hs256_signer.hpp"
#include "http/service_secrets.hpp"
#include "signing_ring.hpp"
#include "token/sha256.hpp"

#include <benchmark/benchmark.h>

namespace token_service::bench {
namespace {

void hmac(benchmark::State& state) {
  static SigningRing<signer_hs256::Hs256Signer> keys("secret_file");
  static const std::string kid = keys.signer().keys().front().kid;
  const std::string bytes(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    benchmark::DoNotOptimize(keys.signer().sign(kid, bytes, sdk::Deadline::max()));
  }
}
BENCHMARK(hmac)->Arg(200)->Arg(400)->Threads(1)->Threads(2)->UseRealTime();

// What looking a token up costs, were HMAC's remembered, too.
void digest(benchmark::State& state) {
  const std::string bytes(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    benchmark::DoNotOptimize(token::sha256(bytes));
  }
}
BENCHMARK(digest)->Arg(400)->Arg(800);

void serviceSecret(benchmark::State& state) {
  static const http::ServiceSecrets secrets(
      {{"backend", std::string(43, 's'), {http::Operation::Validate}}});
  const std::optional<std::string> presented = std::string(43, 's');
  for (auto _ : state) {
    if (!secrets.nameOf(presented, http::Operation::Validate)) {
      state.SkipWithError("the secret was refused");
    }
  }
}
BENCHMARK(serviceSecret)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
}  // namespace token_service::bench
