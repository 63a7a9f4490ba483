#include "connection.hpp"

#include "conninfo.hpp"
#include "failure.hpp"
#include "statements.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

namespace token_service::store_postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTextFormat = 0;
constexpr int kBinaryFormat = 1;

// Whether the socket became ready before the deadline.
bool waitFor(int socket, short events, sdk::Deadline deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) {
      return false;
    }
    const auto bounded = std::min<std::int64_t>(left.count(), 60'000);
    pollfd wanted{socket, events, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(bounded));
    if (ready > 0 || (ready < 0 && errno != EINTR)) {
      return true;
    }
  }
}

std::string_view severityOf(const PGresult* result) {
  const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity == nullptr ? std::string_view() : severity;
}

std::string sqlstateOf(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string() : state;
}

// The receiver that libpq has by default writes to stderr.
void noteWarning(void* warned, const PGresult* notice) {
  if (severityOf(notice) == "WARNING") {
    *static_cast<bool*>(warned) = true;
  }
}

// The SQLSTATE that a message ends with under PQERRORS_SQLSTATE: "... failed: FATAL:  28P01".
std::string sqlstateIn(std::string_view line) {
  constexpr std::string_view kSeparator = ":  ";
  constexpr std::size_t kStateLength = 5;
  if (line.size() < kSeparator.size() + kStateLength) {
    return {};
  }
  const std::string_view state = line.substr(line.size() - kStateLength);
  const bool fits =
      line.substr(0, line.size() - kStateLength).ends_with(kSeparator) &&
      state.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
  return fits ? std::string(state) : std::string();
}

// The first SQLSTATE that says our settings are wrong: authorization, no such database, no right to
// connect.
std::string refusalIn(std::string_view message) {
  for (std::size_t begin = 0; begin < message.size();) {
    const std::size_t end = std::min(message.find('\n', begin), message.size());
    std::string state = sqlstateIn(message.substr(begin, end - begin));
    if (state.starts_with("28") || state == "3D000" || state == "42501") {
      return state;
    }
    begin = end + 1;
  }
  return {};
}

sdk::Error misconfigured(const std::string& what) { return {sdk::ErrorCode::InvalidConfig, what}; }

sdk::Error unreachable(const std::string& what) { return {sdk::ErrorCode::Unavailable, what}; }

// libpq writes a line for each address that a host name has, and advice in indented ones.
std::string causesIn(std::string_view message) {
  std::string causes;
  for (std::size_t begin = 0; begin < message.size();) {
    const std::size_t end = std::min(message.find('\n', begin), message.size());
    const std::string_view line = message.substr(begin, end - begin);
    if (!line.empty() && line.front() != '\t') {
      causes.append(causes.empty() ? "" : "; ").append(line);
    }
    begin = end + 1;
  }
  return causes;
}

// Why libpq gave up. Its own words name addresses and causes; under PQERRORS_SQLSTATE there are
// none of the server's but the SQLSTATE.
sdk::Error connectError(PGconn* connection, const DatabaseSettings& settings,
                        const std::string& place) {
  const std::string who = "user '" + settings.user + "' for database '" + settings.database + "'";
  const std::string_view message = PQerrorMessage(connection);
  const std::string refusal = refusalIn(message);
  if (refusal == "3D000") {
    return misconfigured(
        "the server at '" + place + "' has no database '" + settings.database +
        "' (SQLSTATE 3D000): create it or correct 'database' (connecting as user '" +
        settings.user + "')");
  }
  if (!refusal.empty()) {
    return misconfigured("the server at '" + place + "' refused " + who + " (SQLSTATE " + refusal +
                         "): check user, password, the role's LOGIN and CONNECT rights and the "
                         "server's pg_hba.conf");
  }
  if (PQconnectionNeedsPassword(connection) != 0) {
    return misconfigured("the server at '" + place + "' wants a password of " + who +
                         ": set password or password_file");
  }
  return unreachable("cannot connect to database '" + settings.database + "' at '" + place +
                     "': " + causesIn(message));
}

}  // namespace

std::unique_ptr<Connection> Connection::open(const DatabaseSettings& settings,
                                             sdk::Deadline deadline) {
  std::optional<sdk::Error> refusal;
  std::optional<sdk::Error> obstacle;
  // libpq would spend all the time on the first host that does not answer.
  for (std::size_t index = 0; index < settings.hosts.size(); ++index) {
    const auto now = Clock::now();
    const auto share = (deadline - now) / static_cast<std::int64_t>(settings.hosts.size() - index);
    try {
      return std::unique_ptr<Connection>(
          new Connection(settings, settings.hosts[index], now + share));
    } catch (const sdk::Error& error) {
      (error.code() == sdk::ErrorCode::InvalidConfig ? refusal : obstacle) = error;
    }
  }
  throw refusal ? *refusal : obstacle.value();
}

Connection::Connection(const DatabaseSettings& settings, const std::string& host,
                       sdk::Deadline deadline)
    : connection_(nullptr, PQfinish) {
  connect(settings, host, deadline);
  if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) != 1) {
    throw unreachable("libpq refused the pipeline mode");
  }
}

void Connection::connect(const DatabaseSettings& settings, const std::string& host,
                         sdk::Deadline deadline) {
  const std::vector<Keyword> keywords = connectionKeywords(settings, host);
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const Keyword& keyword : keywords) {
    names.push_back(keyword.name.c_str());
    values.push_back(keyword.value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  if (connection_ == nullptr) {
    throw unreachable("libpq is out of memory");
  }
  PGconn* connection = connection_.get();
  PQsetErrorVerbosity(connection, PQERRORS_SQLSTATE);
  PQsetNoticeReceiver(connection, noteWarning, &warned_);

  const std::string place = host + ":" + std::to_string(settings.port);
  auto wanted =
      PQstatus(connection) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (wanted != PGRES_POLLING_OK) {
    if (wanted == PGRES_POLLING_FAILED) {
      throw connectError(connection, settings, place);
    }
    const short events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!waitFor(PQsocket(connection), events, deadline)) {
      throw unreachable("database '" + settings.database + "' at '" + place +
                        "' did not accept a connection in time");
    }
    wanted = PQconnectPoll(connection);
  }
}

std::vector<Rows> Connection::run(std::span<const Call> calls, sdk::Deadline deadline) {
  try {
    return runBatch(calls, deadline);
  } catch (const Failure& failure) {
    if (failure.isShutdown() || failure.isReadOnly()) {
      abandon();
    }
    if (usable_ && PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) {
      rollBack(deadline);
    }
    throw;
  }
}

void Connection::rollBack(sdk::Deadline deadline) {
  const Call rollback = Call::query("ROLLBACK");
  try {
    runBatch({&rollback, 1}, deadline);
  } catch (const Failure&) {
    abandon();
  }
}

std::vector<Rows> Connection::runBatch(std::span<const Call> calls, sdk::Deadline deadline) {
  if (Clock::now() >= deadline) {
    throw Failure(Failure::Kind::Expired, "", false);
  }
  warned_ = false;
  for (const Call& call : calls) {
    if (!send(call)) {
      abandon();
      throw Failure(Failure::Kind::Lost, "", false);
    }
  }
  std::vector<Rows> answers;
  std::optional<Failure> failure;
  if (PQpipelineSync(connection_.get()) != 1) {
    failure.emplace(Failure::Kind::Lost, "", true);
  }
  while (!failure || failure->kind == Failure::Kind::Refused) {
    PGresult* result = nullptr;
    try {
      result = nextResult(deadline);
    } catch (const Failure& broken) {
      // What the server said before it hung up says more than that it hung up.
      failure = failure.value_or(broken);
      abandon();
      break;
    }
    if (result == nullptr) {
      continue;
    }
    Rows rows(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_PIPELINE_SYNC) {
      break;
    }
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
      answers.push_back(std::move(rows));
    } else if (status != PGRES_PIPELINE_ABORTED && !failure) {
      // A statement that the server refused did nothing. What comes after the last answer may
      // follow the commit, and a server that goes down amid COMMIT may have done it.
      const bool after_all = answers.size() == calls.size();
      const bool amid_commit =
          answers.size() + 1 == calls.size() && std::string_view(calls.back().name) == kCommit.name;
      const std::string state = sqlstateOf(result);
      const bool lost = state.empty();
      failure.emplace(lost ? Failure::Kind::Lost : Failure::Kind::Refused, state,
                      lost || after_all || (amid_commit && state.starts_with("57P")));
    }
  }
  if (failure) {
    if (failure->kind != Failure::Kind::Refused) {
      abandon();
    }
    throw Failure(*failure);
  }
  return answers;
}

bool Connection::send(const Call& call) {
  PGconn* connection = connection_.get();
  if (call.kind == Call::Kind::Prepare) {
    return PQsendPrepare(connection, call.name, call.sql, 0, nullptr) == 1;
  }
  const int count = static_cast<int>(call.parameters.size());
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const Parameter& parameter : call.parameters) {
    values.push_back(parameter.bytes.data());
    lengths.push_back(static_cast<int>(parameter.bytes.size()));
  }
  const std::vector<int> formats(call.parameters.size(), kBinaryFormat);
  if (call.kind == Call::Kind::Query) {
    return PQsendQueryParams(connection, call.sql, count, nullptr, values.data(), lengths.data(),
                             formats.data(), kTextFormat) == 1;
  }
  return PQsendQueryPrepared(connection, call.name, count, values.data(), lengths.data(),
                             formats.data(), kBinaryFormat) == 1;
}

PGresult* Connection::nextResult(sdk::Deadline deadline) {
  PGconn* connection = connection_.get();
  while (PQisBusy(connection) != 0) {
    const int unsent = PQflush(connection);
    const short events = static_cast<short>(POLLIN | (unsent > 0 ? POLLOUT : 0));
    if (unsent >= 0 && !waitFor(PQsocket(connection), events, deadline)) {
      throw Failure(Failure::Kind::Expired, "", true);
    }
    if (PQconsumeInput(connection) != 1) {
      break;
    }
  }
  PGresult* result = PQgetResult(connection);
  if (result == nullptr && PQstatus(connection) == CONNECTION_BAD) {
    throw Failure(Failure::Kind::Lost, "", true);
  }
  return result;
}

bool Connection::isQuiet() const {
  pollfd input{PQsocket(connection_.get()), POLLIN, 0};
  return usable_ && PQstatus(connection_.get()) == CONNECTION_OK && ::poll(&input, 1, 0) == 0;
}

}  // namespace token_service::store_postgres
