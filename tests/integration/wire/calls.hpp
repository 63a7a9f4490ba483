#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace token_service::test {

// What well-behaved clients got.
struct Calls {
  // By status: how long each call took, in no order.
  std::map<int, std::vector<std::chrono::microseconds>> times;
  // Without an answer that was all there.
  std::size_t failed = 0;

  std::size_t count(int status) const;
  // The longest but for one in a hundred.
  std::chrono::microseconds p99(int status) const;
  std::chrono::microseconds longest(int status) const;
};

// Each client keeps a connection, and calls again `every` so often, or when it has the answer if
// that comes later. It connects anew when an answer ends the connection.
struct Clients {
  std::size_t count = 1;
  std::string request = "";
  std::chrono::milliseconds every{0};
  // Ends at the first answer that ends its connection, as the service's own end does.
  bool leaves = false;
};

Calls callFor(std::chrono::milliseconds time, std::uint16_t port, const Clients& clients);

// One after another, each on a connection of its own.
Calls callAsNewcomers(std::size_t count, std::uint16_t port, const std::string& request);

}  // namespace token_service::test
