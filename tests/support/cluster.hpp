#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace token_service::test {

// Where the test cluster is and how its superuser gets in: host, port, dbname, user, password.
using Conninfo = std::map<std::string, std::string>;

// From TOKEN_SERVICE_TEST_POSTGRES. Throws, and so fails the test, if it is not set.
Conninfo testCluster();

// The first column of what the superuser's statement gives back. Throws with the server's text.
std::vector<std::string> runSql(const Conninfo& where, const std::string& sql);

// A database that lives as long as the object.
class Database {
 public:
  explicit Database(Conninfo cluster = testCluster(), const std::string& suffix = "");
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::string& name() const { return name_; }
  const Conninfo& superuser() const { return conninfo_; }
  std::vector<std::string> sql(const std::string& text) const { return runSql(conninfo_, text); }

 private:
  Conninfo cluster_;
  std::string name_;
  Conninfo conninfo_;
};

// A log-in role that lives as long as the object.
class Role {
 public:
  explicit Role(const std::string& password, const std::string& suffix = "");
  ~Role();
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;

  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

// A cluster of the test's own, to be stopped and started again.
class OwnCluster {
 public:
  OwnCluster();
  ~OwnCluster();
  OwnCluster(const OwnCluster&) = delete;
  OwnCluster& operator=(const OwnCluster&) = delete;

  const Conninfo& conninfo() const { return conninfo_; }
  void halt() const;
  void resume() const;

 private:
  std::string folder_;
  Conninfo conninfo_;
};

// An SQL identifier in quotes.
std::string identifier(const std::string& name);

}  // namespace token_service::test
