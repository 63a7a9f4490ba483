#include "conninfo.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace token_service::store_postgres {
namespace {

// No file can have this name. libpq goes on without a password file or certificate that is not
// there, but takes those of the home directory if it is given none.
constexpr const char* kNoFile = "/dev/null/none";

std::string serverOptions(const DatabaseSettings& settings) {
  // Shorter than the statement's time, so that a wait for a lock ends with an answer that says so.
  const auto lock_timeout = settings.statement_timeout * 3 / 4;
  // The order of statements in `create` relies on READ COMMITTED, whatever the role's default is.
  return "-c statement_timeout=" + std::to_string(settings.statement_timeout.count()) +
         " -c lock_timeout=" + std::to_string(lock_timeout.count()) +
         " -c idle_in_transaction_session_timeout=10000"
         " -c default_transaction_isolation=read\\ committed";
}

}  // namespace

std::vector<Keyword> connectionKeywords(const DatabaseSettings& settings, const std::string& host) {
  std::vector<Keyword> keywords = {
      {"host", host},
      {"port", std::to_string(settings.port)},
      {"dbname", settings.database},
      {"user", settings.user},
      {"passfile", kNoFile},
      {"sslmode", settings.sslmode},
      {"sslrootcert", settings.sslrootcert.value_or(kNoFile)},
      {"sslcert", kNoFile},
      {"sslkey", kNoFile},
      {"sslcrl", kNoFile},
      {"sslcrldir", kNoFile},
      {"sslcompression", "0"},
      {"sslsni", "1"},
      {"ssl_min_protocol_version", "TLSv1.2"},
      {"ssl_max_protocol_version", "TLSv1.3"},
      {"channel_binding", "prefer"},
      {"gssencmode", "disable"},
      {"krbsrvname", "postgres"},
      {"target_session_attrs", "read-write"},
      {"application_name", "token-service"},
      {"client_encoding", "UTF8"},
      {"connect_timeout", "0"},
      {"keepalives", "1"},
      {"keepalives_idle", "10"},
      {"keepalives_interval", "5"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "10000"},
      {"options", serverOptions(settings)},
  };
  if (settings.password) {
    keywords.push_back({"password", *settings.password});
  }
  return keywords;
}

std::optional<std::string> strayVariable(const std::vector<Keyword>& keywords) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> known(PQconndefaults(),
                                                                           PQconninfoFree);
  for (const PQconninfoOption* option = known.get();
       option != nullptr && option->keyword != nullptr; ++option) {
    const bool overruled =
        std::any_of(keywords.begin(), keywords.end(),
                    [&](const Keyword& keyword) { return keyword.name == option->keyword; });
    if (!overruled && option->envvar != nullptr && std::getenv(option->envvar) != nullptr) {
      return option->envvar;
    }
  }
  return std::nullopt;
}

}  // namespace token_service::store_postgres
