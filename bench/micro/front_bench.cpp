#include "front/message_reader.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <string>

namespace token_service::bench {
namespace {

const std::string kBody = R"({"id":7,"access":")" + std::string(300, 'x') + "\"}";

std::string validation(const std::string& framing, const std::string& body) {
  return "POST /auth/token/validate-token/ HTTP/1.1\r\n"
         "Host: auth.example.org:8000\r\n"
         "User-Agent: python-requests/2.32.3\r\n"
         "Accept: */*\r\n"
         "Connection: keep-alive\r\n"
         "X-SERVICE-SECRET: 5d6c0a3c1f0e4f8fa4b7c1e2d39586775d6c0a3c1f0e4f8f\r\n"
         "Content-Type: application/json\r\n" +
         framing + "\r\n\r\n" + body;
}

void readAll(benchmark::State& state, const std::string& request) {
  front::MessageReader reader({});
  for (auto _ : state) {
    if (reader.read(request) != front::MessageReader::Progress::Complete) {
      state.SkipWithError("a good request was not read");
    }
    benchmark::DoNotOptimize(reader.message());
    reader.reset();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size()));
}

void readValidation(benchmark::State& state) {
  readAll(state, validation("Content-Length: " + std::to_string(kBody.size()), kBody));
}
BENCHMARK(readValidation);

void readRequestWithLongCookie(benchmark::State& state) {
  readAll(state,
          "GET /auth/verify/ HTTP/1.1\r\n"
          "Host: auth.example.org\r\n"
          "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
          "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
          "Accept-Language: en-US,en;q=0.5\r\n"
          "Accept-Encoding: gzip, deflate, br, zstd\r\n"
          "Referer: https://app.example.org/dashboard?tab=overview\r\n"
          "Connection: keep-alive\r\n"
          "Upgrade-Insecure-Requests: 1\r\n"
          "Sec-Fetch-Dest: document\r\n"
          "Sec-Fetch-Mode: navigate\r\n"
          "Sec-Fetch-Site: same-site\r\n"
          "Cookie: session=" +
              std::string(6 * 1024, 'c') + "\r\n\r\n");
}
BENCHMARK(readRequestWithLongCookie);

void readChunkedValidation(benchmark::State& state) {
  constexpr std::size_t kChunkSize = 64;
  std::string chunks;
  for (std::size_t start = 0; start < kBody.size(); start += kChunkSize) {
    const std::string chunk = kBody.substr(start, kChunkSize);
    std::array<char, 8> size{};
    const auto end = std::to_chars(size.begin(), size.end(), chunk.size(), 16).ptr;
    chunks.append(size.begin(), end).append("\r\n").append(chunk).append("\r\n");
  }
  readAll(state, validation("Transfer-Encoding: chunked", chunks + "0\r\n\r\n"));
}
BENCHMARK(readChunkedValidation);

}  // namespace
}  // namespace token_service::bench
