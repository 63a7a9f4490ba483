#include "writer.hpp"

#include <sqlite3.h>

#include <utility>

namespace token_service::store_sqlite {

Writer::Writer(Connection& connection)
    : connection_(connection),
      remove_expired_(connection, "DELETE FROM user_tokens WHERE id = ?1 AND expires_at <= ?2"),
      insert_(connection,
              "INSERT INTO user_tokens"
              " (id, session_id, username, token_data, created_at, expires_at, version)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
      trim_(connection,
            "DELETE FROM user_tokens WHERE id = ?1 AND session_id IN"
            " (SELECT session_id FROM user_tokens WHERE id = ?1 AND session_id <> ?2"
            " ORDER BY created_at DESC, session_id DESC LIMIT -1 OFFSET ?3)"),
      rename_(connection, "UPDATE user_tokens SET username = ?2 WHERE id = ?1 AND username <> ?2"),
      replace_(connection,
               "UPDATE user_tokens SET token_data = ?5, expires_at = ?6, version = version + 1"
               " WHERE id = ?1 AND session_id = ?2 AND version = ?3 AND expires_at > ?4"
               " RETURNING username, created_at, version"),
      is_live_(connection,
               "SELECT 1 FROM user_tokens WHERE id = ?1 AND session_id = ?2 AND expires_at > ?3"),
      end_(connection,
           "DELETE FROM user_tokens WHERE id = ?1 AND session_id = ?2 AND expires_at > ?3"),
      count_live_(connection, "SELECT count(*) FROM user_tokens WHERE id = ?1 AND expires_at > ?2"),
      end_all_(connection, "DELETE FROM user_tokens WHERE id = ?1"),
      purge_(connection,
             "DELETE FROM user_tokens WHERE (id, session_id) IN"
             " (SELECT id, session_id FROM user_tokens WHERE expires_at <= ?1 LIMIT ?2)"
             " RETURNING id") {}

void Writer::create(const std::shared_ptr<const sdk::Session>& session, std::int64_t max_per_user,
                    sdk::Time now, Changes& changes) {
  change(remove_expired_, session->user_id, now);
  change(insert_, session->user_id, session->id, session->username, session->token_data,
         session->created_at, session->expires_at, session->version);
  change(trim_, session->user_id, session->id, max_per_user - 1);
  change(rename_, session->user_id, session->username);
  changes.push_back({session->user_id, session});
}

sdk::ReplaceResult Writer::replace(std::int64_t expected_version, const sdk::Session& next,
                                   sdk::Time now, Changes& changes) {
  Run replaced(replace_, next.user_id, next.id, expected_version, now, next.token_data,
               next.expires_at);
  if (replaced.nextRow()) {
    auto stored = std::make_shared<sdk::Session>(next);
    stored->username = replaced.text(0);
    stored->created_at = replaced.time(1);
    stored->version = replaced.integer(2);
    changes.push_back({next.user_id, std::move(stored)});
    return sdk::ReplaceResult::Replaced;
  }
  Run live(is_live_, next.user_id, next.id, now);
  return live.nextRow() ? sdk::ReplaceResult::Changed : sdk::ReplaceResult::Gone;
}

bool Writer::end(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                 Changes& changes) {
  changes.push_back({user_id, nullptr});
  return change(end_, user_id, session_id, now) == 1;
}

std::int64_t Writer::endAll(std::int64_t user_id, sdk::Time now, Changes& changes) {
  Run live(count_live_, user_id, now);
  live.nextRow();
  changes.push_back({user_id, nullptr});
  change(end_all_, user_id);
  return live.integer(0);
}

std::int64_t Writer::purgeExpired(sdk::Time before, std::int64_t limit, Changes& changes) {
  Run purged(purge_, before, limit);
  std::int64_t count = 0;
  for (; purged.nextRow(); ++count) {
    changes.push_back({purged.integer(0), nullptr});
  }
  return count;
}

template <typename... Values>
std::int64_t Writer::change(Statement& statement, const Values&... values) {
  Run(statement, values...).nextRow();
  return sqlite3_changes64(connection_.handle());
}

}  // namespace token_service::store_sqlite
