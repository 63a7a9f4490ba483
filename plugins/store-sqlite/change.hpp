#pragma once

#include "token_service/sdk/store.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace token_service::store_sqlite {

/// What a transaction did to the sessions of one user: once it is committed, nothing holds that was
/// known of them before, and `stored`, if it is not null, is as it stands here.
struct Change {
  std::int64_t user_id = 0;
  std::shared_ptr<const sdk::Session> stored;
};

using Changes = std::vector<Change>;

}  // namespace token_service::store_sqlite
