#include "connection.hpp"
#include "forwarder.hpp"
#include "store_settings.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace token_service::test {
namespace {

std::ptrdiff_t openFiles() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

long residentPages() {
  long total = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident;
}

void failToConnect(const store_postgres::DatabaseSettings& settings, int times) {
  for (int count = 0; count < times; ++count) {
    EXPECT_THROW(store_postgres::Connection::open(settings, in(2s)), sdk::Error);
  }
}

TEST(Leak, FailedConnectsLeaveNothingBehind) {
  const Conninfo cluster = testCluster();
  const Forwarder refusing(cluster.at("host"), cluster.at("port"), Forwarder::Mode::Refuse);
  store_postgres::DatabaseSettings refused;
  refused.hosts = {"127.0.0.1"};
  refused.port = std::stoi(refusing.port());
  refused.database = "postgres";
  refused.user = "nobody at all";
  refused.password = "wrong";
  refused.sslmode = "prefer";
  store_postgres::DatabaseSettings denied = refused;
  denied.port = std::stoi(cluster.at("port"));

  failToConnect(refused, 50);
  failToConnect(denied, 20);
  const std::ptrdiff_t files = openFiles();
  const long pages = residentPages();
  failToConnect(refused, 500);
  failToConnect(denied, 100);
  EXPECT_EQ(openFiles(), files);
  EXPECT_LT((residentPages() - pages) * ::sysconf(_SC_PAGESIZE), 2 * 1024 * 1024);
}

}  // namespace
}  // namespace token_service::test
