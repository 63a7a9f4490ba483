#include "pool.hpp"

#include "token_service/sdk/worker_thread.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <random>

namespace token_service::store_postgres {
namespace {

using std::chrono::milliseconds;

// The longest pause after a failed attempt; half of it is left to chance, so that replicas do not
// come back all at once.
constexpr milliseconds kLongestPause{500};
constexpr milliseconds kShortestPause{50};
// How often one who waits without a deadline looks whether to go on.
constexpr milliseconds kLookInterval{100};

}  // namespace

Lease::~Lease() {
  if (connection_) {
    pool_.giveBack(std::move(connection_));
  }
}

Pool::Pool(const DatabaseSettings& settings, std::size_t size, sdk::Host& host, Admit admit)
    : settings_(settings), size_(size), host_(host), admit_(std::move(admit)) {
  idle_.reserve(size_);
}

Pool::~Pool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  missing_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Pool::connectFirst() {
  idle_.push_back(connect());
  open_ = 1;
}

void Pool::start(std::optional<std::string> obstacle) {
  obstacle_ = std::move(obstacle);
  thread_ = sdk::workerThread([this] { keepFull(); });
}

Lease Pool::take(sdk::Deadline deadline) {
  std::unique_lock lock(mutex_);
  Turn turn(*this);
  for (bool in_time = true;; in_time = turn.waitUntil(lock, deadline)) {
    if (std::optional<Lease> lease = takeIn(turn)) {
      return *std::move(lease);
    }
    if (!in_time) {
      throw sdk::Error(sdk::ErrorCode::Unavailable, "no database connection was free in time");
    }
  }
}

std::optional<Lease> Pool::takeUnless(const std::atomic<bool>& given_up) {
  std::unique_lock lock(mutex_);
  Turn turn(*this);
  for (; !given_up; turn.waitUntil(lock, std::chrono::steady_clock::now() + kLookInterval)) {
    if (std::optional<Lease> lease = takeIn(turn)) {
      return lease;
    }
  }
  return std::nullopt;
}

std::optional<Lease> Pool::takeIfIdle() {
  const std::lock_guard lock(mutex_);
  return takeIn(Turn(*this));
}

std::optional<Lease> Pool::takeIn(const Turn& turn) {
  while (turn.hasCome() && !idle_.empty()) {
    std::unique_ptr<Connection> connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->isQuiet()) {
      return Lease(*this, std::move(connection));
    }
    forgetOne();
  }
  if (open_ == 0 && obstacle_) {
    throw sdk::Error(sdk::ErrorCode::Unavailable, *obstacle_);
  }
  return std::nullopt;
}

Pool::Turn::Turn(Pool& pool)
    : pool_(pool), place_(pool.waiting_.insert(pool.waiting_.end(), this)) {}

Pool::Turn::~Turn() {
  pool_.waiting_.erase(place_);
  pool_.wakeNext();
}

bool Pool::Turn::waitUntil(std::unique_lock<std::mutex>& lock, sdk::Deadline deadline) {
  return woken_.wait_until(lock, deadline) == std::cv_status::no_timeout;
}

void Pool::wakeNext() {
  if (!waiting_.empty() && !idle_.empty()) {
    waiting_.front()->wake();
  }
}

void Pool::wakeAll() {
  for (Turn* turn : waiting_) {
    turn->wake();
  }
}

void Pool::giveBack(std::unique_ptr<Connection> connection) noexcept {
  const std::lock_guard lock(mutex_);
  if (connection->isUsable()) {
    idle_.push_back(std::move(connection));
    wakeNext();
  } else {
    forgetOne();
  }
}

void Pool::forgetOne() {
  // What kept us from having more connections may be over: without any, it is worth another try
  // before callers are turned away.
  if (--open_ == 0) {
    obstacle_.reset();
  }
  missing_.notify_one();
}

std::unique_ptr<Connection> Pool::connect() {
  std::unique_ptr<Connection> connection =
      Connection::open(settings_, std::chrono::steady_clock::now() + settings_.connect_timeout);
  admit_(*connection);
  return connection;
}

void Pool::keepFull() {
  std::minstd_rand random(std::random_device{}());
  milliseconds pause = kShortestPause;
  std::unique_lock lock(mutex_);
  for (;;) {
    missing_.wait(lock, [this] { return stopping_ || open_ < size_; });
    if (stopping_) {
      return;
    }
    lock.unlock();
    std::unique_ptr<Connection> connection;
    std::string failure;
    try {
      connection = connect();
    } catch (const std::exception& error) {
      failure = error.what();
    }
    lock.lock();
    if (connection) {
      idle_.push_back(std::move(connection));
      ++open_;
      noteSuccess();
      pause = kShortestPause;
      continue;
    }
    noteFailure(failure);
    std::uniform_int_distribution<std::int64_t> jittered(pause.count() / 2, pause.count());
    missing_.wait_for(lock, milliseconds(jittered(random)),
                      [this] { return stopping_ || (open_ == 0 && !obstacle_); });
    pause = std::min(pause * 2, kLongestPause);
  }
}

void Pool::noteFailure(const std::string& what) {
  if (obstacle_ != what) {
    const std::array<sdk::LogField, 1> fields = {{{"reason", what}}};
    host_.log(sdk::LogLevel::Warning, "database cannot be used, trying again", fields);
    obstacle_ = what;
  }
  wakeAll();
}

void Pool::noteSuccess() {
  if (obstacle_) {
    const std::array<sdk::LogField, 1> fields = {{{"database", settings_.database}}};
    host_.log(sdk::LogLevel::Info, "database can be used again", fields);
    obstacle_.reset();
  }
  wakeNext();
}

}  // namespace token_service::store_postgres
