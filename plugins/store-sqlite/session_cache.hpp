#pragma once

#include "change.hpp"
#include "token_service/sdk/store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace token_service::store_sqlite {

/// Sessions that are in the database, exactly as they are there: a bounded number of them, those of
/// the users that were asked for last. May be used by many threads at once; no lock of it is ever
/// held over anything that waits.
///
/// It is exact as long as all writes are announced (Update) and all fills were promised before the
/// read that they come from (promiseFill).
class SessionCache {
 public:
  /// Of 0 sessions it stays empty.
  explicit SessionCache(std::size_t most_sessions);
  ~SessionCache();

  /// The session, if it is known and live.
  std::optional<sdk::Session> recall(std::int64_t user_id, std::string_view session_id,
                                     sdk::Time now);

  /// The right to fill in what a read that begins now will give for one user.
  class FillPromise {
   private:
    friend class SessionCache;
    explicit FillPromise(std::uint64_t generation) : generation_(generation) {}
    std::uint64_t generation_;
  };
  /// Nothing while the sessions of the user are about to change, maybe.
  std::optional<FillPromise> promiseFill(std::int64_t user_id);
  /// Does nothing if the sessions of the user may have changed since the promise.
  void fill(const FillPromise& promise, const sdk::Session& session) noexcept;

  void forgetAll() noexcept;

  /// Announces changes that are about to be committed. From its construction to its destruction
  /// nothing is known of the users concerned, for nobody can tell whether the database has them as
  /// they were or as they will be. Afterwards, if they were committed, what was stored is known.
  class Update {
   public:
    /// `changes` must live as long as this object.
    Update(SessionCache& cache, const Changes& changes) noexcept;
    Update(const Update&) = delete;
    Update& operator=(const Update&) = delete;
    ~Update();

    void committed() { committed_ = true; }

   private:
    SessionCache& cache_;
    const Changes& changes_;
    bool committed_ = false;
  };

 private:
  struct Shard;

  bool isOff() const { return shards_.empty(); }
  Shard& shardOf(std::int64_t user_id);

  std::size_t most_per_shard_ = 0;
  std::vector<Shard> shards_;
};

}  // namespace token_service::store_sqlite
