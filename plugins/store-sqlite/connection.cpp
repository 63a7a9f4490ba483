#include "connection.hpp"

#include "failure.hpp"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Exception.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <string_view>

namespace token_service::store_sqlite {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongestWait = 1000ms;
// Poco tries an open that fails again until its time-out, 60 s unless told.
constexpr std::size_t kOpenTimeoutSeconds = 1;

// Poco lets SQLite read every path as a URI. Written as one, a path means nothing but itself.
std::string uri(const std::string& path, Connection::Access access) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result = "file:";
  for (const char character : path) {
    if (std::string_view("%?#").find(character) == std::string_view::npos) {
      result += character;
      continue;
    }
    const auto byte = static_cast<unsigned char>(character);
    result.append({'%', kHex[byte >> 4], kHex[byte & 0xf]});
  }
  switch (access) {
    case Connection::Access::ReadWrite:
      return result + "?mode=rw";
    case Connection::Access::ReadOnly:
      return result + "?mode=ro";
    case Connection::Access::Frozen:
      return result + "?mode=ro&immutable=1";
  }
  return result;
}

Poco::Data::Session open(const std::string& path, Connection::Access access) {
  try {
    return {Poco::Data::SQLite::Connector::KEY, uri(path, access), kOpenTimeoutSeconds};
  } catch (const Poco::Exception&) {
    throw Failure(SQLITE_CANTOPEN);
  }
}

}  // namespace

ConnectorRegistration::ConnectorRegistration() {
  Poco::Data::SQLite::Connector::registerConnector();
}

ConnectorRegistration::~ConnectorRegistration() {
  Poco::Data::SQLite::Connector::unregisterConnector();
}

Connection::Connection(const std::string& path, Access access)
    : session_(open(path, access)), handle_(Poco::Data::SQLite::Utility::dbHandle(session_)) {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, static_cast<int>(kLongestWait.count()));
}

void Connection::waitForLocksUntil(sdk::Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  sqlite3_busy_timeout(handle_, static_cast<int>(std::clamp(left, 0ms, kLongestWait).count()));
}

void Connection::run(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    throw Failure(code);
  }
}

}  // namespace token_service::store_sqlite
