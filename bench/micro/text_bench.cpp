#include "token/json.hpp"
#include "token_service/sdk/base64url.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace token_service::bench {
namespace {

void encodeBase64url(benchmark::State& state) {
  const std::string bytes(static_cast<std::size_t>(state.range(0)), '\x5a');
  for (auto _ : state) {
    benchmark::DoNotOptimize(sdk::base64url::encode(bytes));
  }
}
BENCHMARK(encodeBase64url)->Arg(32)->Arg(256);

void decodeBase64url(benchmark::State& state) {
  const std::string text =
      sdk::base64url::encode(std::string(static_cast<std::size_t>(state.range(0)), '\x5a'));
  for (auto _ : state) {
    benchmark::DoNotOptimize(sdk::base64url::decode(text));
  }
}
BENCHMARK(decodeBase64url)->Arg(32)->Arg(256);

void appendJsonString(benchmark::State& state) {
  const std::string text(700, 'x');
  std::string out;
  for (auto _ : state) {
    out.clear();
    token::appendJsonString(text, out);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(appendJsonString);

}  // namespace
}  // namespace token_service::bench
