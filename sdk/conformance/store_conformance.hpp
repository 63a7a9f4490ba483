#pragma once

// What the suites of a store share.
//
// All times lie in the past of any service, and all users are drawn at random, so a run leaves the
// rows of others alone and what a broken run leaves behind is purged like any expired session. Two
// runs may not share one database at the same time.

#include "plugin_under_test.hpp"
#include "token_service/sdk/store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace token_service::sdk {

inline bool operator==(const Session& a, const Session& b) {
  return a.user_id == b.user_id && a.id == b.id && a.username == b.username &&
         a.token_data == b.token_data && a.created_at == b.created_at &&
         a.expires_at == b.expires_at && a.version == b.version;
}

inline std::ostream& operator<<(std::ostream& out, const Session& session) {
  return out << "{user " << session.user_id << ", id '" << session.id << "', username '"
             << session.username << "', token_data of " << session.token_data.size()
             << " bytes, created " << session.created_at.time_since_epoch().count() << ", expires "
             << session.expires_at.time_since_epoch().count() << ", version " << session.version
             << "}";
}

}  // namespace token_service::sdk

namespace token_service::conformance {

using namespace std::chrono_literals;
using sdk::ReplaceResult;
using sdk::Session;
using sdk::Time;

inline constexpr Time kNow{1'000'000'000'123ms};
inline constexpr std::int64_t kNoLimit = 1'000;

inline std::int64_t races() {
  const char* text = std::getenv("TOKEN_SERVICE_RACES");
  return text == nullptr ? 1'000 : std::strtoll(text, nullptr, 10);
}

inline sdk::Deadline soon() { return std::chrono::steady_clock::now() + 30s; }

inline std::int64_t randomUser() {
  static std::random_device device;
  return std::uniform_int_distribution<std::int64_t>(std::int64_t{1} << 48,
                                                     std::int64_t{1} << 62)(device);
}

inline Session session(std::int64_t user, std::string id, Time created = kNow) {
  return {.user_id = user,
          .id = std::move(id),
          .username = "ada",
          .token_data = R"({"refresh":{"jti":"r1"},"access":{"jti":"a1"}})",
          .created_at = created,
          .expires_at = kNow + 1h,
          .version = 1};
}

/// An exception in a thread would end the program and not the test.
template <typename Operation>
void guarded(Operation operation) {
  try {
    operation();
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
}

/// `operation(0)` ... `operation(count - 1)`, in a thread each, begun at the same moment.
template <typename Operation>
void atOnce(int count, Operation operation) {
  std::barrier line(count);
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int index = 0; index < count; ++index) {
    threads.emplace_back([&, index] {
      line.arrive_and_wait();
      guarded([&] { operation(index); });
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

inline void spinFor(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

/// Many rounds of: `before`, then `left` and `right` in two threads, then `after`. One of the two
/// is held back a little, another one and by another time in each round, so that every order of
/// their steps comes up.
template <typename Before, typename Left, typename Right, typename After>
void race(Before before, Left left, Right right, After after) {
  std::barrier line(2);
  std::atomic<bool> over = false;
  std::chrono::microseconds left_delay{};
  std::chrono::microseconds right_delay{};
  std::thread other([&] {
    for (line.arrive_and_wait(); !over; line.arrive_and_wait()) {
      spinFor(right_delay);
      guarded(right);
      line.arrive_and_wait();
    }
  });
  const std::int64_t rounds = races();
  for (std::int64_t round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
    guarded(before);
    const std::chrono::microseconds delay(round * 37 % 400);
    left_delay = round % 2 == 0 ? delay : 0us;
    right_delay = round % 2 == 0 ? 0us : delay;
    line.arrive_and_wait();
    spinFor(left_delay);
    guarded(left);
    line.arrive_and_wait();
    guarded(after);
  }
  over = true;
  line.arrive_and_wait();
  other.join();
}

class StoreConformance : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(pluginUnderTest().make_store);
    store_ = pluginUnderTest().make_store();
    ASSERT_NE(store_, nullptr);
  }

  void TearDown() override {
    if (store_ != nullptr) {
      for (const std::int64_t user : users_) {
        store_->endAll(user, kNow, soon());
      }
    }
  }

  std::int64_t newUser() { return users_.emplace_back(randomUser()); }

  void create(const Session& session, std::int64_t limit = kNoLimit) {
    store_->create(session, limit, kNow, soon());
  }
  std::optional<Session> find(std::int64_t user, std::string_view id, Time now = kNow) {
    return store_->find(user, id, now, soon());
  }
  ReplaceResult replace(std::int64_t expected, const Session& next, Time now = kNow) {
    return store_->replace(expected, next, now, soon());
  }
  std::vector<Session> list(std::int64_t user, Time now = kNow) {
    return store_->list(user, now, soon());
  }
  std::vector<std::string> ids(std::int64_t user, Time now = kNow) {
    std::vector<std::string> result;
    for (const Session& one : list(user, now)) {
      result.push_back(one.id);
    }
    return result;
  }
  bool end(std::int64_t user, std::string_view id, Time now = kNow) {
    return store_->end(user, id, now, soon());
  }
  std::int64_t endAll(std::int64_t user, Time now = kNow) {
    return store_->endAll(user, now, soon());
  }

  std::unique_ptr<sdk::Store> store_;

 private:
  std::vector<std::int64_t> users_;
};

using Ids = std::vector<std::string>;

}  // namespace token_service::conformance
