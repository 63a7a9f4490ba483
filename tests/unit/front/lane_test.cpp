#include "front/lane.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace token_service::front {
namespace {

using namespace std::chrono_literals;

// A lane whose calls of `serve` wait at a gate as long as it is shut.
class LaneTest : public testing::Test {
 protected:
  using Names = std::vector<std::string>;

  ~LaneTest() override {
    open();
    lane_.reset();
  }

  void make(std::size_t max_threads, std::size_t together) {
    lane_ = std::make_unique<Lane>(max_threads, together, Lane::Scheduling::Interactive,
                                   [this](const Lane::Exchanges& exchanges) { serve(exchanges); });
  }

  void offer(const Names& names) {
    Lane::Exchanges exchanges;
    for (const std::string& name : names) {
      exchanges.push_back(std::make_unique<Exchange>());
      exchanges.back()->bytes = name;
    }
    lane_->offer(std::move(exchanges));
  }

  void offerNumbers(int first, int last) {
    Names names;
    for (int number = first; number <= last; ++number) {
      names.push_back(std::to_string(number));
    }
    offer(names);
  }

  void shut() {
    const std::lock_guard lock(mutex_);
    is_open_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

  template <typename Condition>
  [[nodiscard]] bool comesTrue(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, condition);
  }
  [[nodiscard]] bool areInside(std::size_t calls) {
    return comesTrue([&] { return inside_ == calls; });
  }
  [[nodiscard]] bool areServed(std::size_t requests) {
    return comesTrue([&] { return served_ == requests; });
  }

  // What each call of `serve` was given, in the order of the calls.
  std::vector<Names> calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  std::size_t mostInside() {
    const std::lock_guard lock(mutex_);
    return most_inside_;
  }

  std::unique_ptr<Lane> lane_;

 private:
  void serve(const Lane::Exchanges& exchanges) {
    std::unique_lock lock(mutex_);
    Names names;
    for (const std::unique_ptr<Exchange>& exchange : exchanges) {
      names.push_back(exchange->bytes);
    }
    calls_.push_back(names);
    most_inside_ = std::max(most_inside_, ++inside_);
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
    --inside_;
    served_ += exchanges.size();
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Names> calls_;
  std::size_t inside_ = 0;
  std::size_t most_inside_ = 0;
  bool is_open_ = true;
  std::size_t served_ = 0;
};

TEST_F(LaneTest, ServesInTheOrderOfArrival) {
  make(1, 1);
  offerNumbers(1, 3);
  offerNumbers(4, 4);
  offerNumbers(5, 40);
  ASSERT_TRUE(areServed(40));
  std::vector<Names> expected;
  for (int number = 1; number <= 40; ++number) {
    expected.push_back({std::to_string(number)});
  }
  EXPECT_EQ(calls(), expected);
}

TEST_F(LaneTest, GivesEachCallWhatHasComeAndNeverMoreThanMayBeTogether) {
  make(1, 3);
  shut();
  offerNumbers(1, 1);
  ASSERT_TRUE(areInside(1));
  offerNumbers(2, 3);
  offerNumbers(4, 9);
  open();
  ASSERT_TRUE(areServed(9));
  EXPECT_EQ(calls(), (std::vector<Names>{{"1"}, {"2", "3", "4"}, {"5", "6", "7"}, {"8", "9"}}));
}

TEST_F(LaneTest, WaitsForNobodyToComeTogether) {
  make(1, 100);
  offerNumbers(1, 1);
  EXPECT_TRUE(areServed(1));
}

TEST_F(LaneTest, StartsThreadsAsTheyAreNeeded) {
  make(3, 1);
  shut();
  for (std::size_t inside = 1; inside <= 3; ++inside) {
    offerNumbers(1, 1);
    ASSERT_TRUE(areInside(inside)) << "though " << inside - 1 << " do not return";
  }
}

TEST_F(LaneTest, StartsSeveralThreadsForWhatComesAtOnce) {
  make(4, 2);
  shut();
  offerNumbers(1, 7);
  ASSERT_TRUE(areInside(4));
  open();
  EXPECT_TRUE(areServed(7));
}

TEST_F(LaneTest, HasNoMoreThreadsThanItMay) {
  make(3, 1);
  for (int round = 0; round < 20; ++round) {
    shut();
    offerNumbers(1, 10);
    ASSERT_TRUE(areInside(3));
    open();
    ASSERT_TRUE(areServed(10 * (static_cast<std::size_t>(round) + 1)));
  }
  EXPECT_EQ(mostInside(), 3U);
}

TEST_F(LaneTest, LosesNothingWhileItsOnlyThreadIsBlocked) {
  make(1, 4);
  shut();
  offerNumbers(0, 0);
  ASSERT_TRUE(areInside(1));
  for (int number = 1; number <= 50; ++number) {
    offerNumbers(number, number);
  }
  open();
  ASSERT_TRUE(areServed(51));
  Names all;
  for (const Names& call : calls()) {
    all.insert(all.end(), call.begin(), call.end());
  }
  Names expected;
  for (int number = 0; number <= 50; ++number) {
    expected.push_back(std::to_string(number));
  }
  EXPECT_EQ(all, expected);
}

TEST_F(LaneTest, ServesEachOnceWhoeverOffers) {
  make(3, 5);
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([this, caller] {
      for (int number = 0; number < 500; ++number) {
        offerNumbers(caller * 500 + number, caller * 500 + number);
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  ASSERT_TRUE(areServed(2000));
  std::vector<bool> served(2000);
  for (const Names& call : calls()) {
    EXPECT_LE(call.size(), 5U);
    for (const std::string& name : call) {
      const auto number = static_cast<std::size_t>(std::stoi(name));
      EXPECT_FALSE(served[number]) << name << " came twice";
      served[number] = true;
    }
  }
  EXPECT_LE(mostInside(), 3U);
}

TEST(LaneScheduling, IsThatOfItsThreads) {
  for (const auto& [scheduling, policy] : {std::pair(Lane::Scheduling::Interactive, SCHED_OTHER),
                                           std::pair(Lane::Scheduling::Batch, SCHED_BATCH)}) {
    std::promise<int> seen;
    Lane lane(1, 1, scheduling,
              [&](const Lane::Exchanges&) { seen.set_value(sched_getscheduler(0)); });
    Lane::Exchanges exchanges;
    exchanges.push_back(std::make_unique<Exchange>());
    lane.offer(std::move(exchanges));
    EXPECT_EQ(seen.get_future().get(), policy);
  }
}

TEST_F(LaneTest, ItsEndWaitsForWhatIsServedAndDropsWhatIsNot) {
  make(2, 1);
  shut();
  offerNumbers(1, 5);
  ASSERT_TRUE(areInside(2));
  std::future<void> end = std::async(std::launch::async, [this] { lane_.reset(); });
  EXPECT_EQ(end.wait_for(100ms), std::future_status::timeout);
  open();
  ASSERT_EQ(end.wait_for(20s), std::future_status::ready);
  EXPECT_TRUE(areInside(0));
  EXPECT_TRUE(areServed(2));
  EXPECT_EQ(calls().size(), 2U);
}

}  // namespace
}  // namespace token_service::front
