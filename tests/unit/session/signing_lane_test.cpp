#include "session/signing_lane.hpp"

#include "fixed_clock.hpp"
#include "token_service/sdk/error.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace token_service::session {
namespace {

using namespace std::chrono_literals;
using host_test::soon;

bool letsIn(SigningLane& lane, sdk::Deadline deadline) {
  try {
    const SigningLane::Place place = lane.enter(deadline);
    return true;
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), sdk::ErrorCode::Unavailable);
    return false;
  }
}

sdk::Deadline in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

// Somebody who stays inside until told to go.
class Occupant {
 public:
  explicit Occupant(SigningLane& lane) {
    std::promise<void> inside;
    std::future<void> is_inside = inside.get_future();
    thread_ = std::thread([this, &lane, inside = std::move(inside)]() mutable {
      const SigningLane::Place place = lane.enter(soon());
      inside.set_value();
      leave_.get_future().wait();
    });
    is_inside.wait();
  }
  Occupant(const Occupant&) = delete;
  Occupant& operator=(const Occupant&) = delete;
  ~Occupant() { leave(); }

  void leave() {
    if (thread_.joinable()) {
      leave_.set_value();
      thread_.join();
    }
  }

 private:
  std::promise<void> leave_;
  std::thread thread_;
};

TEST(SigningLane, LetsInAsManyAsItIsWideAndNoMore) {
  SigningLane lane(3);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 12; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        const SigningLane::Place place = lane.enter(soon());
        const int now = ++inside;
        int before = most;
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        std::this_thread::yield();
        --inside;
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
  const SigningLane::Place a = lane.enter(soon());
  const SigningLane::Place b = lane.enter(soon());
  const SigningLane::Place c = lane.enter(soon());
  EXPECT_FALSE(letsIn(lane, in(1ms))) << "nobody's place was lost, and none was made up";
}

TEST(SigningLane, WhoComesFirstIsServedFirst) {
  SigningLane lane(1);
  Occupant occupant(lane);
  std::mutex mutex;
  std::vector<int> order;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 6; ++caller) {
    callers.emplace_back([&, caller] {
      const SigningLane::Place place = lane.enter(soon());
      const std::scoped_lock lock(mutex);
      order.push_back(caller);
    });
    while (lane.waiting() != static_cast<std::size_t>(caller) + 1) {
      std::this_thread::yield();
    }
  }
  occupant.leave();
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

TEST(SigningLane, IsUnavailableAtTheDeadlineAndNotBefore) {
  SigningLane lane(1);
  Occupant occupant(lane);
  const sdk::Deadline deadline = in(30ms);
  EXPECT_FALSE(letsIn(lane, deadline));
  EXPECT_GE(std::chrono::steady_clock::now(), deadline);
  EXPECT_FALSE(letsIn(lane, sdk::Deadline::min()));
  EXPECT_EQ(lane.waiting(), 0U);
}

// Whoever gave up is passed over.
TEST(SigningLane, APlaceGoesToTheNextWhoStillWaits) {
  SigningLane lane(1);
  Occupant occupant(lane);
  std::thread impatient([&] { EXPECT_FALSE(letsIn(lane, in(20ms))); });
  while (lane.waiting() != 1) {
    std::this_thread::yield();
  }
  std::atomic<bool> served = false;
  std::thread patient([&] {
    const SigningLane::Place place = lane.enter(soon());
    served = true;
  });
  impatient.join();
  EXPECT_FALSE(served);
  occupant.leave();
  patient.join();
  EXPECT_TRUE(served);
}

TEST(SigningLane, AnExceptionFreesThePlace) {
  SigningLane lane(1);
  try {
    const SigningLane::Place place = lane.enter(soon());
    throw sdk::Error(sdk::ErrorCode::Internal, "the signer fails");
  } catch (const sdk::Error&) {
  }
  EXPECT_TRUE(letsIn(lane, in(1ms)));
}

}  // namespace
}  // namespace token_service::session
