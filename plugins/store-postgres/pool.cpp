#include "pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <random>

namespace token_service::store_postgres {
namespace {

using std::chrono::milliseconds;

// The longest pause after a failed attempt; half of it is left to chance, so that replicas do not
// come back all at once.
constexpr milliseconds kLongestPause{500};
constexpr milliseconds kShortestPause{50};

// The thread inherits the mask: signals belong to the host's own threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

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
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { keepFull(); });
}

Lease Pool::take(sdk::Deadline deadline) {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection->isQuiet()) {
        return {*this, std::move(connection)};
      }
      forgetOne();
    }
    if (open_ == 0 && obstacle_) {
      throw sdk::Error(sdk::ErrorCode::Unavailable, *obstacle_);
    }
    if (available_.wait_until(lock, deadline) == std::cv_status::timeout && idle_.empty()) {
      throw sdk::Error(sdk::ErrorCode::Unavailable, "no database connection was free in time");
    }
  }
}

void Pool::giveBack(std::unique_ptr<Connection> connection) noexcept {
  const std::lock_guard lock(mutex_);
  if (connection->isUsable()) {
    idle_.push_back(std::move(connection));
    available_.notify_one();
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
  available_.notify_all();
}

void Pool::noteSuccess() {
  if (obstacle_) {
    const std::array<sdk::LogField, 1> fields = {{{"database", settings_.database}}};
    host_.log(sdk::LogLevel::Info, "database can be used again", fields);
    obstacle_.reset();
  }
  available_.notify_one();
}

}  // namespace token_service::store_postgres
