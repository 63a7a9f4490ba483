#include "plugin/guarded_store.hpp"

#include <algorithm>
#include <utility>

namespace token_service::plugin {

GuardedStore::GuardedStore(std::string_view name, std::unique_ptr<sdk::Store> store,
                           sdk::Host& host)
    : guard_(sdk::PluginKind::Store, name, host),
      store_(std::move(store)),
      memory_(store_->memory()),
      lookups_at_once_(std::max<std::size_t>(store_->lookupsAtOnce(), 1)) {}

void GuardedStore::create(const sdk::Session& session, std::int64_t max_per_user, sdk::Time now,
                          sdk::Deadline deadline) {
  guard_.run("create", [&] { store_->create(session, max_per_user, now, deadline); });
}

std::optional<sdk::Session> GuardedStore::find(std::int64_t user_id, std::string_view session_id,
                                               sdk::Time now, sdk::Deadline deadline) {
  std::optional<sdk::Session> session =
      guard_.run("find", [&] { return store_->find(user_id, session_id, now, deadline); });
  if (session) {
    requireSame(*session, user_id, session_id, "find");
  }
  return session;
}

std::vector<std::optional<sdk::Session>> GuardedStore::findMany(
    std::span<const sdk::SessionKey> keys, sdk::Time now, sdk::Deadline deadline) {
  std::vector<std::optional<sdk::Session>> sessions =
      guard_.run("findMany", [&] { return store_->findMany(keys, now, deadline); });
  if (sessions.size() != keys.size()) {
    guard_.refuse("findMany returned another number of answers than there were keys");
  }
  for (std::size_t index = 0; index < keys.size(); ++index) {
    if (sessions[index]) {
      requireSame(*sessions[index], keys[index].user_id, keys[index].session_id, "findMany");
    }
  }
  return sessions;
}

std::optional<sdk::Session> GuardedStore::recall(std::int64_t user_id, std::string_view session_id,
                                                 sdk::Time now) {
  std::optional<sdk::Session> session =
      guard_.run("recall", [&] { return memory_->recall(user_id, session_id, now); });
  if (session) {
    requireSame(*session, user_id, session_id, "recall");
  }
  return session;
}

void GuardedStore::requireSame(const sdk::Session& session, std::int64_t user_id,
                               std::string_view session_id, std::string_view operation) const {
  if (session.user_id != user_id || session.id != session_id) {
    guard_.refuse(std::string(operation) + " returned another session than the one asked for");
  }
  if (session.version < 1) {
    guard_.refuse(std::string(operation) + " returned a session with a version below 1");
  }
}

sdk::ReplaceResult GuardedStore::replace(std::int64_t expected_version, const sdk::Session& next,
                                         sdk::Time now, sdk::Deadline deadline) {
  const sdk::ReplaceResult result =
      guard_.run("replace", [&] { return store_->replace(expected_version, next, now, deadline); });
  switch (result) {
    case sdk::ReplaceResult::Replaced:
    case sdk::ReplaceResult::Changed:
    case sdk::ReplaceResult::Gone:
      return result;
  }
  guard_.refuse("replace returned something other than replaced, changed or gone");
}

std::vector<sdk::Session> GuardedStore::list(std::int64_t user_id, sdk::Time now,
                                             sdk::Deadline deadline) {
  std::vector<sdk::Session> sessions =
      guard_.run("list", [&] { return store_->list(user_id, now, deadline); });
  for (const sdk::Session& session : sessions) {
    if (session.user_id != user_id) {
      guard_.refuse("list returned a session of another user");
    }
    if (session.version < 1) {
      guard_.refuse("list returned a session with a version below 1");
    }
  }
  return sessions;
}

bool GuardedStore::end(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                       sdk::Deadline deadline) {
  return guard_.run("end", [&] { return store_->end(user_id, session_id, now, deadline); });
}

std::int64_t GuardedStore::endAll(std::int64_t user_id, sdk::Time now, sdk::Deadline deadline) {
  const std::int64_t count =
      guard_.run("endAll", [&] { return store_->endAll(user_id, now, deadline); });
  if (count < 0) {
    guard_.refuse("endAll returned a negative count");
  }
  return count;
}

std::int64_t GuardedStore::purgeExpired(sdk::Time before, std::int64_t limit,
                                        sdk::Deadline deadline) {
  const std::int64_t count =
      guard_.run("purgeExpired", [&] { return store_->purgeExpired(before, limit, deadline); });
  if (count < 0) {
    guard_.refuse("purgeExpired returned a negative count");
  }
  return count;
}

void GuardedStore::check(sdk::Deadline deadline) {
  guard_.run("check", [&] { store_->check(deadline); });
}

}  // namespace token_service::plugin
