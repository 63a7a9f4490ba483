#pragma once

#include "connection.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace token_service::store_postgres {

class Pool;

// A connection on loan; goes back when the lease ends.
class Lease {
 public:
  Lease(Pool& pool, std::unique_ptr<Connection> connection)
      : pool_(pool), connection_(std::move(connection)) {}
  Lease(Lease&&) = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  Connection& operator*() { return *connection_; }
  Connection* operator->() { return connection_.get(); }

 private:
  Pool& pool_;
  std::unique_ptr<Connection> connection_;
};

// A fixed number of connections. One thread of its own connects, one attempt at a time, so that a
// database that is away, slow or whose name does not resolve never holds up a caller.
class Pool {
 public:
  using Admit = std::function<void(Connection&)>;

  // `admit` readies a fresh connection, and throws sdk::Error if it cannot be used.
  Pool(const DatabaseSettings& settings, std::size_t size, sdk::Host& host, Admit admit);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Connects once, in the caller's thread, before `start`. Throws sdk::Error.
  void connectFirst();
  // From now on the pool keeps itself full. `obstacle` is why it is empty so far. Throws
  // sdk::Error.
  void start(std::optional<std::string> obstacle);

  // A connection that the server has not closed as far as we know. Throws sdk::Error (Unavailable):
  // at once if there is none and the last attempt to connect failed, otherwise at the deadline.
  // Callers are served in the order in which they came.
  Lease take(sdk::Deadline deadline);
  // The same without a deadline, but nothing soon after `given_up` has become true.
  std::optional<Lease> takeUnless(const std::atomic<bool>& given_up);
  // The same, but nothing if the caller would have to wait.
  std::optional<Lease> takeIfIdle();

 private:
  friend class Lease;

  // A caller's place among those who wait for a connection. Made, used and destroyed under the
  // lock.
  class Turn {
   public:
    explicit Turn(Pool& pool);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool hasCome() const { return pool_.waiting_.front() == this; }
    void wake() { woken_.notify_one(); }
    // False at the deadline.
    bool waitUntil(std::unique_lock<std::mutex>& lock, sdk::Deadline deadline);

   private:
    Pool& pool_;
    std::condition_variable woken_;
    const std::list<Turn*>::iterator place_;
  };

  // Under the lock.
  std::optional<Lease> takeIn(const Turn& turn);
  void giveBack(std::unique_ptr<Connection> connection) noexcept;
  void forgetOne();
  void wakeNext();
  void wakeAll();
  void keepFull();
  std::unique_ptr<Connection> connect();
  void noteFailure(const std::string& what);
  void noteSuccess();

  const DatabaseSettings& settings_;
  const std::size_t size_;
  sdk::Host& host_;
  const Admit admit_;

  std::mutex mutex_;
  std::condition_variable missing_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::list<Turn*> waiting_;
  // Idle ones and those on loan.
  std::size_t open_ = 0;
  std::optional<std::string> obstacle_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace token_service::store_postgres
