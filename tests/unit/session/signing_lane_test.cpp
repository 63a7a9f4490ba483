#include "session/signing_lane.hpp"

#include "departures.hpp"
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
    bool done = false;
    lane.run([&] { done = true; }, deadline);
    return done;
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
      lane.run(
          [&] {
            inside.set_value();
            leave_.get_future().wait();
          },
          soon());
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
  std::atomic<int> done = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 12; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        lane.run(
            [&] {
              const int now = ++inside;
              int before = most;
              while (before < now && !most.compare_exchange_weak(before, now)) {
              }
              std::this_thread::yield();
              --inside;
              ++done;
            },
            soon());
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
  EXPECT_EQ(done, 12 * 200);
  Occupant a(lane);
  Occupant b(lane);
  Occupant c(lane);
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
      lane.run(
          [&] {
            const std::scoped_lock lock(mutex);
            order.push_back(caller);
          },
          soon());
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
  std::thread patient([&] { lane.run([&] { served = true; }, soon()); });
  impatient.join();
  EXPECT_FALSE(served);
  occupant.leave();
  patient.join();
  EXPECT_TRUE(served);
}

TEST(SigningLane, AnExceptionFreesThePlace) {
  SigningLane lane(1);
  const SigningLane::Work failing = [] {
    throw sdk::Error(sdk::ErrorCode::Internal, "the signer fails");
  };
  EXPECT_THROW(lane.run(failing, soon()), sdk::Error);
  EXPECT_TRUE(letsIn(lane, in(1ms)));
}

TEST(SigningLane, AnExceptionReachesWhoHadToWait) {
  SigningLane lane(1);
  Occupant occupant(lane);
  std::thread caller([&] {
    const SigningLane::Work failing = [] {
      throw sdk::Error(sdk::ErrorCode::Internal, "the signer fails");
    };
    try {
      lane.run(failing, soon());
      ADD_FAILURE() << "nothing was thrown";
    } catch (const sdk::Error& error) {
      EXPECT_EQ(error.code(), sdk::ErrorCode::Internal);
    }
  });
  while (lane.waiting() != 1) {
    std::this_thread::yield();
  }
  occupant.leave();
  caller.join();
  EXPECT_TRUE(letsIn(lane, soon()));
}

// The caller lends what it signs with: it must not go before the work is over.
TEST(SigningLane, WorkThatHasBegunIsWaitedForBeyondTheDeadline) {
  SigningLane lane(1);
  std::promise<void> go;
  Occupant occupant(lane);
  std::atomic<bool> begun = false;
  std::atomic<bool> returned = false;
  std::thread caller([&] {
    lane.run(
        [&] {
          begun = true;
          go.get_future().wait();
        },
        in(200ms));
    returned = true;
  });
  while (lane.waiting() != 1) {
    std::this_thread::yield();
  }
  occupant.leave();
  while (!begun) {
    std::this_thread::yield();
  }
  std::this_thread::sleep_for(250ms);
  EXPECT_FALSE(returned);
  go.set_value();
  caller.join();
  EXPECT_TRUE(returned);
}

// Departures of the lane's thread, up to each piece of work that waited.
std::vector<long> departuresOf(SigningLane& lane, std::size_t count) {
  std::vector<long> seen;
  std::vector<std::thread> callers;
  {
    Occupant occupant(lane);
    for (std::size_t number = 0; number < count; ++number) {
      callers.emplace_back([&] { lane.run([&] { seen.push_back(departures()); }, soon()); });
    }
    while (lane.waiting() != count) {
      std::this_thread::yield();
    }
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  return seen;
}

TEST(SigningLane, PausesAsOftenAsItWasAsked) {
  SigningLane lane(1);
  for (int count = 0; count < 10; ++count) {
    lane.askForPause();
  }
  const std::vector<long> seen = departuresOf(lane, 40);
  // The time of a pause may be over before its thread has left the core.
  EXPECT_GE(seen[10] - seen[0], 5);
  EXPECT_LT(seen.back() - seen[10], 29) << "each of them was followed by a pause";
}

TEST(SigningLane, DoesNotRememberForLongThatItWasAskedToPause) {
  SigningLane lane(1);
  for (int count = 0; count < 10'000; ++count) {
    lane.askForPause();
  }
  const std::vector<long> seen = departuresOf(lane, 80);
  EXPECT_LT(seen.back() - seen[40], 39) << "each of them was followed by a pause";
}

}  // namespace
}  // namespace token_service::session
