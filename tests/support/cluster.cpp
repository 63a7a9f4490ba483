#include "cluster.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace token_service::test {
namespace {

Conninfo parsed(const std::string& text) {
  Conninfo result;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    result[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return result;
}

std::string uniqueName() {
  static std::atomic<int> count = 0;
  return "ts_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

std::string scriptOutput(const std::string& arguments) {
  const std::string command = std::string("'") + POSTGRES_CLUSTER_SCRIPT + "' " + arguments;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string output;
  std::array<char, 256> buffer{};
  while (pipe && std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) {
    output += buffer.data();
  }
  return output;
}

std::string literal(const std::string& text) {
  std::string result = "'";
  for (const char character : text) {
    result.append(character == '\'' ? 2 : 1, character);
  }
  return result + "'";
}

}  // namespace

std::string identifier(const std::string& name) {
  std::string result = "\"";
  for (const char character : name) {
    result.append(character == '"' ? 2 : 1, character);
  }
  return result + "\"";
}

Conninfo testCluster() {
  const char* text = std::getenv("TOKEN_SERVICE_TEST_POSTGRES");
  if (text == nullptr) {
    throw std::runtime_error(
        "TOKEN_SERVICE_TEST_POSTGRES is not set: run the tests with ./dev test, which starts a "
        "PostgreSQL cluster for them");
  }
  return parsed(text);
}

std::vector<std::string> runSql(const Conninfo& where, const std::string& sql) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : where) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectdbParams(names.data(), values.data(), 0), PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                             PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
  }
  std::vector<std::string> column;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    column.emplace_back(PQgetvalue(result.get(), row, 0));
  }
  return column;
}

Database::Database(Conninfo cluster, const std::string& suffix)
    : cluster_(std::move(cluster)), name_(uniqueName() + suffix), conninfo_(cluster_) {
  conninfo_["dbname"] = name_;
  runSql(cluster_, "CREATE DATABASE " + identifier(name_));
}

Database::~Database() {
  try {
    runSql(cluster_, "DROP DATABASE " + identifier(name_) + " WITH (FORCE)");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
}

Role::Role(const std::string& password, const std::string& suffix) : name_(uniqueName() + suffix) {
  runSql(testCluster(),
         "CREATE ROLE " + identifier(name_) + " LOGIN PASSWORD " + literal(password));
}

Role::~Role() {
  try {
    runSql(testCluster(), "DROP ROLE " + identifier(name_));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
}

OwnCluster::OwnCluster() {
  std::string folder = std::filesystem::temp_directory_path() / "ts-own-cluster.XXXXXX";
  folder_ = ::mkdtemp(folder.data());
  const std::string line = scriptOutput("start '" + folder_ + "'");
  constexpr std::string_view kName = "TOKEN_SERVICE_TEST_POSTGRES=";
  if (!line.starts_with(kName)) {
    throw std::runtime_error("no cluster of its own for the test");
  }
  conninfo_ = parsed(line.substr(kName.size()));
}

OwnCluster::~OwnCluster() {
  scriptOutput("stop '" + folder_ + "'");
  std::filesystem::remove_all(folder_);
}

void OwnCluster::halt() const { scriptOutput("halt '" + folder_ + "'"); }

void OwnCluster::resume() const { scriptOutput("resume '" + folder_ + "'"); }

}  // namespace token_service::test
