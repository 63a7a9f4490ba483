// Why store-postgres does not use Poco::Data::PostgreSQL 1.11 (docs/adr/0006). If one of these
// fails, Poco has changed and the decision can be looked at again.

#include "cluster.hpp"

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/PostgreSQL/SessionHandle.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <malloc.h>

namespace token_service::test {
namespace {

using Poco::Data::PostgreSQL::SessionHandle;

std::string conninfoText(const Conninfo& conninfo) {
  std::string text;
  for (const auto& [name, value] : conninfo) {
    text += name + "=" + value + " ";
  }
  return text;
}

// Traps D1: disconnect() calls PQfinish only on a connection that works, so that one which never
// did stays.
TEST(PocoTraps, EveryFailedConnectLeaksItsConnection) {
  const auto fail = [] {
    SessionHandle handle;
    EXPECT_ANY_THROW(handle.connect("host=127.0.0.1 port=1 connect_timeout=2"));
  };
  const auto fail_with_libpq = [] {
    PGconn* connection = PQconnectdb("host=127.0.0.1 port=1 connect_timeout=2");
    EXPECT_EQ(PQstatus(connection), CONNECTION_BAD);
    PQfinish(connection);
  };
  const auto growth = [](auto operation) {
    constexpr int kTimes = 200;
    for (int count = 0; count < 10; ++count) {
      operation();
    }
    const std::size_t before = ::mallinfo2().uordblks;
    for (int count = 0; count < kTimes; ++count) {
      operation();
    }
    return (static_cast<double>(::mallinfo2().uordblks) - static_cast<double>(before)) / kTimes;
  };
  constexpr double kBytesOfAConnection = 10'000;
  EXPECT_GT(growth(fail), kBytesOfAConnection);
  EXPECT_LT(growth(fail_with_libpq), 100);
}

// Traps D2: the server answers COMMIT of a failed transaction with the tag ROLLBACK.
TEST(PocoTraps, CommitOfAFailedTransactionLooksLikeSuccess) {
  const Database database;
  database.sql("CREATE TABLE t (n int)");
  SessionHandle handle;
  handle.connect(conninfoText(database.superuser()));
  handle.startTransaction();
  PQclear(PQexec(handle, "INSERT INTO t VALUES (1)"));
  PQclear(PQexec(handle, "INSERT INTO no_such_table VALUES (1)"));
  EXPECT_NO_THROW(handle.commit());
  EXPECT_TRUE(database.sql("SELECT n FROM t").empty());
}

// Traps D4: the connection string is cut at spaces whatever is in quotes.
TEST(PocoTraps, AValueWithASpaceCannotBeWritten) {
  const Database database(testCluster(), " with space");
  Conninfo conninfo = database.superuser();
  conninfo["dbname"] = "'" + database.name() + "'";
  PGconn* connection = PQconnectdb(conninfoText(conninfo).c_str());
  EXPECT_EQ(PQstatus(connection), CONNECTION_OK) << PQerrorMessage(connection);
  PQfinish(connection);

  Poco::Data::PostgreSQL::Connector connector;
  EXPECT_ANY_THROW(connector.createSession(conninfoText(conninfo), 2));
}

}  // namespace
}  // namespace token_service::test
