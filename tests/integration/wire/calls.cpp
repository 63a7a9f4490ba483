#include "calls.hpp"

#include "http_replies.hpp"
#include "raw_connection.hpp"

#include <Poco/Exception.h>
#include <Poco/String.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <thread>

namespace token_service::test {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

class Client {
 public:
  Client(std::uint16_t port, const std::string& request) : port_(port), request_(request) {}

  // Whether the connection stays.
  bool call(Calls& calls) {
    const steady_clock::time_point begin = steady_clock::now();
    try {
      if (!connection_) {
        connection_ = std::make_unique<RawConnection>(port_);
      }
      connection_->send(request_);
      // All bodies are JSON objects without another in them.
      const Reply reply = repliesIn(connection_->receiveUntil("}")).at(0);
      calls.times[reply.status].push_back(
          std::chrono::duration_cast<microseconds>(steady_clock::now() - begin));
      if (Poco::icompare(reply.header("Connection"), "close") != 0) {
        return true;
      }
    } catch (const std::exception&) {
      ++calls.failed;
    }
    connection_.reset();
    return false;
  }

 private:
  std::uint16_t port_;
  const std::string& request_;
  std::unique_ptr<RawConnection> connection_;
};

void add(const Calls& some, Calls& all) {
  all.failed += some.failed;
  for (const auto& [status, times] : some.times) {
    std::vector<microseconds>& of_all = all.times[status];
    of_all.insert(of_all.end(), times.begin(), times.end());
  }
}

}  // namespace

std::size_t Calls::count(int status) const {
  const auto found = times.find(status);
  return found == times.end() ? 0 : found->second.size();
}

microseconds Calls::p99(int status) const {
  std::vector<microseconds> sorted = times.at(status);
  const auto place = static_cast<std::ptrdiff_t>(sorted.size() * 99 / 100);
  std::nth_element(sorted.begin(), sorted.begin() + place, sorted.end());
  return sorted[static_cast<std::size_t>(place)];
}

microseconds Calls::longest(int status) const {
  return *std::max_element(times.at(status).begin(), times.at(status).end());
}

Calls callFor(std::chrono::milliseconds time, std::uint16_t port, const Clients& clients) {
  const steady_clock::time_point begin = steady_clock::now();
  Calls all;
  std::mutex mutex;
  std::vector<std::jthread> threads;
  for (std::size_t index = 0; index < clients.count; ++index) {
    threads.emplace_back([&, index] {
      Client client(port, clients.request);
      Calls calls;
      // Not all at the same moment.
      steady_clock::time_point next = begin + clients.every * index / clients.count;
      bool stays = true;
      while (next < begin + time && (stays || !clients.leaves)) {
        std::this_thread::sleep_until(next);
        stays = client.call(calls);
        next = std::max(next + clients.every, steady_clock::now());
      }
      const std::scoped_lock lock(mutex);
      add(calls, all);
    });
  }
  threads.clear();
  return all;
}

Calls callAsNewcomers(std::size_t count, std::uint16_t port, const std::string& request) {
  Calls calls;
  for (std::size_t index = 0; index < count; ++index) {
    Client(port, request).call(calls);
  }
  return calls;
}

}  // namespace token_service::test
