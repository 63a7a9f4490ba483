#pragma once

#include "cluster.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>
#include <string>

namespace token_service::test {

// Another program's session on the database, with a transaction that stays open.
class OtherSession {
 public:
  OtherSession(const Conninfo& where, const std::string& sql)
      : connection_(PQsetdbLogin(where.at("host").c_str(), where.at("port").c_str(), nullptr,
                                 nullptr, where.at("dbname").c_str(), where.at("user").c_str(),
                                 where.at("password").c_str()),
                    PQfinish) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection_.get(), ("BEGIN; " + sql).c_str()), PQclear);
    EXPECT_TRUE(PQresultStatus(result.get()) == PGRES_TUPLES_OK ||
                PQresultStatus(result.get()) == PGRES_COMMAND_OK)
        << PQerrorMessage(connection_.get());
  }

 private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

}  // namespace token_service::test
