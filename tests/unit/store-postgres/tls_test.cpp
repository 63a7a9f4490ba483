#include "store_settings.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace token_service::test {
namespace {

// A cluster that speaks TLS, with a certificate for 127.0.0.1 that signs itself.
class Tls : public ::testing::Test {
 protected:
  Tls() {
    runSql(cluster_.conninfo(), "ALTER SYSTEM SET ssl = on");
    useNewCertificate();
    // A server reloads its configuration when it gets round to it.
    EXPECT_TRUE(eventually(
        [&] {
          return runSql(cluster_.conninfo(),
                        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                     .front() == "t";
        },
        5s));
    std::string path = std::filesystem::temp_directory_path() / "ts-root.XXXXXX";
    ::close(::mkstemp(path.data()));
    certificate_ = path;
    std::ofstream(certificate_)
        << runSql(cluster_.conninfo(), "SELECT pg_read_file('server.crt')").front();
    settings_ = settingsFor(cluster_.conninfo());
    settings_["sslmode"] = "verify-full";
    settings_["sslrootcert"] = certificate_;
    settings_["connections"] = "1";
  }
  ~Tls() override { std::filesystem::remove(certificate_); }

  // The server's own user makes it, in the server's data folder.
  void useNewCertificate() const {
    runSql(cluster_.conninfo(),
           "COPY (SELECT 1) TO PROGRAM 'cat >&2; umask 077; openssl req -x509 -newkey rsa:2048"
           " -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1"
           " -keyout server.key -out server.crt'");
    runSql(cluster_.conninfo(), "SELECT pg_reload_conf()");
  }

  std::vector<std::string> backends() const {
    return runSql(cluster_.conninfo(),
                  "SELECT pid FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)"
                  " WHERE application_name = 'token-service' AND ssl");
  }

  OwnCluster cluster_;
  RecordingHost host_;
  std::string certificate_;
  StoreSettings settings_;
};

TEST_F(Tls, AVerifiedConnectionWorksAndIsKept) {
  const auto store = makeStore(settings_, host_);
  store->check(in(2s));
  const std::vector<std::string> before = backends();
  EXPECT_EQ(before.size(), 1U);
  for (int count = 0; count < 20; ++count) {
    store->create(session(1, std::to_string(count)), 100, kNow, in(2s));
  }
  EXPECT_EQ(backends(), before);
}

TEST_F(Tls, AServerThatCannotProveItsNameIsNotUsed) {
  settings_["host"] = "localhost";
  const sdk::Error error = errorOf([&] { makeStore(settings_, host_, sdk::Mode::Check); });
  EXPECT_EQ(error.code(), sdk::ErrorCode::Unavailable);
  EXPECT_NE(std::string(error.what()).find("does not match host name"), std::string::npos)
      << error.what();
}

TEST_F(Tls, AServerOfAnotherAuthorityIsNotUsed) {
  useNewCertificate();
  sdk::Error error(sdk::ErrorCode::Internal, "");
  EXPECT_TRUE(eventually(
      [&] {
        error = errorOf([&] { makeStore(settings_, host_, sdk::Mode::Check); });
        return error.code() != sdk::ErrorCode::Internal;
      },
      5s));
  EXPECT_EQ(error.code(), sdk::ErrorCode::Unavailable);
  EXPECT_NE(std::string(error.what()).find("certificate verify failed"), std::string::npos)
      << error.what();
}

}  // namespace
}  // namespace token_service::test
