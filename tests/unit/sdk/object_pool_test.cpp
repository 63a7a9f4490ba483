#include "token_service/sdk/object_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace token_service::sdk {
namespace {

struct Counted {
  Counted() { ++alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive; }

  static inline std::atomic<int> alive = 0;
  std::atomic<int> users = 0;
};

using Pool = ObjectPool<Counted>;

TEST(ObjectPool, GivesBackToTheThreadWhatItWasGiven) {
  Pool pool;
  EXPECT_EQ(pool.take(), nullptr);
  auto object = std::make_unique<Counted>();
  Counted* const same = object.get();
  pool.give(std::move(object));
  EXPECT_EQ(pool.take().get(), same);
  EXPECT_EQ(pool.take(), nullptr);
}

TEST(ObjectPool, GivingNothingIsNothing) {
  Pool pool;
  pool.give(nullptr);
  EXPECT_EQ(pool.take(), nullptr);
}

TEST(ObjectPool, ItsObjectsGoWithIt) {
  {
    Pool pool;
    pool.give(std::make_unique<Counted>());
    pool.give(std::make_unique<Counted>());
    EXPECT_EQ(Counted::alive, 1) << "one place a thread";
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST(ObjectPool, IsBoundedHoweverManyThreadsComeAndGo) {
  Pool pool;
  for (std::size_t thread = 0; thread < 3 * Pool::kSize; ++thread) {
    std::thread([&] { pool.give(std::make_unique<Counted>()); }).join();
  }
  EXPECT_EQ(Counted::alive, static_cast<int>(Pool::kSize));
}

TEST(ObjectPool, NobodySharesAnObject) {
  constexpr int kThreads = 2 * static_cast<int>(Pool::kSize);
  Pool pool;
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (int round = 0; round < 500; ++round) {
        std::unique_ptr<Counted> object = pool.take();
        if (object == nullptr) {
          object = std::make_unique<Counted>();
        }
        EXPECT_EQ(++object->users, 1);
        --object->users;
        pool.give(std::move(object));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_LE(Counted::alive, static_cast<int>(Pool::kSize));
}

}  // namespace
}  // namespace token_service::sdk
