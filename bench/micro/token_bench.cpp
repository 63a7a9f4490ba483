#include "hs256_signer.hpp"
#include "rs256_signer.hpp"
#include "signing_ring.hpp"

#include <benchmark/benchmark.h>

#include <optional>

namespace token_service::bench {
namespace {

using signer_hs256::Hs256Signer;
using signer_rs256::Rs256Signer;

SigningRing<Hs256Signer>& hs256() {
  static SigningRing<Hs256Signer> ring("secret_file");
  return ring;
}

SigningRing<Rs256Signer>& rs256() {
  static SigningRing<Rs256Signer> ring("private_key_file");
  return ring;
}

bool accepts(const token::KeyRing& ring, std::string_view text) {
  return token::verifyToken(text, expected(), ring, kNow, sdk::Deadline::max()).has_value();
}

void signHs256(benchmark::State& state) {
  const token::KeyRing ring = hs256().ring();
  for (auto _ : state) {
    benchmark::DoNotOptimize(tokenOf(ring, 7));
  }
}
BENCHMARK(signHs256)->Threads(1)->Threads(2)->UseRealTime();

void signRs256(benchmark::State& state) {
  const token::KeyRing ring = rs256().ring();
  for (auto _ : state) {
    benchmark::DoNotOptimize(tokenOf(ring, 7));
  }
}
BENCHMARK(signRs256)->Threads(1)->Threads(2)->UseRealTime();

void verifyHs256(benchmark::State& state) {
  const token::KeyRing ring = hs256().ring();
  const std::string text = tokenOf(ring, 7);
  for (auto _ : state) {
    if (!accepts(ring, text)) {
      state.SkipWithError("a good token was refused");
    }
  }
}
BENCHMARK(verifyHs256)->Threads(1)->Threads(2)->UseRealTime();

// A token that the ring has not seen before.
void verifyRs256Cold(benchmark::State& state) {
  static const std::vector<std::string> tokens = [] {
    std::vector<std::string> made;
    const token::KeyRing ring = rs256().ring();
    for (int user_id = 1; user_id <= 1024; ++user_id) {
      made.push_back(tokenOf(ring, user_id));
    }
    return made;
  }();
  std::optional<token::KeyRing> ring;
  std::size_t next = tokens.size();
  for (auto _ : state) {
    if (next == tokens.size()) {
      state.PauseTiming();
      ring.emplace(rs256().ring());
      next = 0;
      state.ResumeTiming();
    }
    if (!accepts(*ring, tokens[next++])) {
      state.SkipWithError("a good token was refused");
    }
  }
}
BENCHMARK(verifyRs256Cold);

void verifyRs256Again(benchmark::State& state) {
  static const token::KeyRing ring = rs256().ring();
  static const std::string text = tokenOf(ring, 7);
  for (auto _ : state) {
    if (!accepts(ring, text)) {
      state.SkipWithError("a good token was refused");
    }
  }
}
BENCHMARK(verifyRs256Again)->Threads(1)->Threads(2)->UseRealTime();

void encodeClaims(benchmark::State& state) {
  const token::Claims claims = claimsOf(7);
  for (auto _ : state) {
    benchmark::DoNotOptimize(token::encodeClaims(claims));
  }
}
BENCHMARK(encodeClaims);

void parseClaims(benchmark::State& state) {
  const std::string json = token::encodeClaims(claimsOf(7));
  for (auto _ : state) {
    benchmark::DoNotOptimize(token::parseClaims(json));
  }
}
BENCHMARK(parseClaims);

}  // namespace
}  // namespace token_service::bench
