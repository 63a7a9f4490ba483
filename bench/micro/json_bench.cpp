#include "http/form.hpp"
#include "session/token_data.hpp"
#include "token/json.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace token_service::bench {
namespace {

// As many different names as fit.
std::string names(std::size_t size, const char* open, const char* after_name, const char* separator,
                  const char* close) {
  std::string text = open;
  for (int number = 0; text.size() + 16 < size; ++number) {
    text += (number == 0 ? "" : separator) + ("n" + std::to_string(number)) + after_name;
  }
  return text + close;
}

void parseBody(benchmark::State& state) {
  const std::string body = R"({"id":7,"access":")" + std::string(700, 'x') + "\"}";
  for (auto _ : state) {
    benchmark::DoNotOptimize(token::parseJsonObject(body));
  }
}
BENCHMARK(parseBody);

void parseManyNames(benchmark::State& state) {
  const std::string body =
      names(static_cast<std::size_t>(state.range(0)), "{\"", "\":1", ",\"", "}");
  for (auto _ : state) {
    if (!token::parseJsonObject(body)) {
      state.SkipWithError("a good body was refused");
    }
  }
}
BENCHMARK(parseManyNames)->Arg(1024)->Arg(16 * 1024)->Arg(64 * 1024);

void parseForm(benchmark::State& state) {
  const std::string body = "id=7&access=" + std::string(700, 'x');
  for (auto _ : state) {
    benchmark::DoNotOptimize(http::parseUrlEncodedForm(body));
  }
}
BENCHMARK(parseForm);

void parseFormOfManyNames(benchmark::State& state) {
  const std::string body = names(static_cast<std::size_t>(state.range(0)), "", "=1", "&", "");
  for (auto _ : state) {
    if (!http::parseUrlEncodedForm(body)) {
      state.SkipWithError("a good form was refused");
    }
  }
}
BENCHMARK(parseFormOfManyNames)->Arg(1024)->Arg(16 * 1024)->Arg(64 * 1024);

session::TokenData tokenData() {
  const std::chrono::sys_seconds iat{std::chrono::seconds(1'700'000'000)};
  session::TokenData data;
  data.refresh = {"Zm9vYmFyYmF6cXV4MTIzNA", std::string(43, 'k'), iat, iat};
  data.access = data.refresh;
  data.used_at = iat;
  data.client_id = "user-service";
  data.client_ip = "192.0.2.17";
  data.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
  return data;
}

void encodeTokenData(benchmark::State& state) {
  const session::TokenData data = tokenData();
  for (auto _ : state) {
    benchmark::DoNotOptimize(session::encodeTokenData(data));
  }
}
BENCHMARK(encodeTokenData);

void parseTokenData(benchmark::State& state) {
  const std::string json = session::encodeTokenData(tokenData());
  for (auto _ : state) {
    benchmark::DoNotOptimize(session::parseTokenData(json));
  }
}
BENCHMARK(parseTokenData);

}  // namespace
}  // namespace token_service::bench
