#include "store_settings.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace token_service::test {
namespace {

const StoreSettings kComplete = {
    {"host", "127.0.0.1"}, {"port", "1"}, {"user", "u"}, {"password", "secret-word"}};

sdk::Error refusalOf(StoreSettings settings, const std::string& key, const std::string& value) {
  RecordingHost host;
  settings[key] = value;
  return errorOf([&] { makeStore(settings, host); });
}

void expectRefused(const std::string& key, const std::string& value, const std::string& part) {
  const sdk::Error error = refusalOf(kComplete, key, value);
  EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig) << error.what();
  EXPECT_NE(std::string(error.what()).find("store.settings." + key), std::string::npos)
      << error.what();
  EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
}

TEST(PostgresSettings, RefusesWhatCannotWorkAndNamesTheKey) {
  expectRefused("port", "0", "from 1 to 65535");
  expectRefused("connections", "65", "from 1 to 64");
  expectRefused("connect_timeout", "2", "a duration");
  expectRefused("statement_timeout", "1ms", "from 100ms");
  expectRefused("sslmode", "verify", "must be one of");
  expectRefused("sslrootcert", "/no/such/file", "cannot be read");
  expectRefused("batching", "yes", "must be one of");
  expectRefused("host", "a,,b", "empty name");
  expectRefused("host", std::string("a\0b", 3), "zero byte");
  expectRefused("database", std::string("a\0b", 3), "zero byte");
  expectRefused("password_file", "/no/such/file", "both set");
  expectRefused("databse", "x", "did you mean 'database'?");
}

TEST(PostgresSettings, VerifyingModesNeedARootCertificate) {
  const sdk::Error error = refusalOf(kComplete, "sslmode", "verify-full");
  EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig);
  EXPECT_NE(std::string(error.what()).find("store.settings.sslrootcert: is required"),
            std::string::npos)
      << error.what();
}

TEST(PostgresSettings, HostAndUserAreRequired) {
  RecordingHost host;
  const sdk::Error error = errorOf([&] { makeStore({}, host); });
  EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig);
  EXPECT_NE(std::string(error.what()).find("store.settings.host: is required"), std::string::npos);
  EXPECT_NE(std::string(error.what()).find("store.settings.user: is required"), std::string::npos);
}

class PasswordFile : public ::testing::Test {
 protected:
  PasswordFile() {
    std::string path = std::filesystem::temp_directory_path() / "ts-password.XXXXXX";
    ::close(::mkstemp(path.data()));
    path_ = path;
  }
  ~PasswordFile() override { std::filesystem::remove(path_); }

  void write(const std::string& content) { std::ofstream(path_) << content; }

  std::string path_;
};

TEST_F(PasswordFile, LosesOneNewlineOnly) {
  const std::string password = "two words'\"\\\n";
  const Role role(password);
  const Database database;
  database.sql("GRANT CREATE ON SCHEMA public TO " + identifier(role.name()));
  write(password + "\n");
  StoreSettings settings = settingsFor(database.superuser());
  settings["user"] = role.name();
  settings.erase("password");
  settings["password_file"] = path_;
  RecordingHost host;
  EXPECT_NO_THROW(makeStore(settings, host)->check(in(2s)));
}

TEST_F(PasswordFile, IsRefusedIfOthersMayReadIt) {
  write("x");
  ::chmod(path_.c_str(), 0644);
  StoreSettings settings = kComplete;
  settings.erase("password");
  EXPECT_EQ(refusalOf(settings, "password_file", path_).code(), sdk::ErrorCode::PermissionDenied);
}

TEST(Conninfo, NoEnvironmentVariableOverrulesASetting) {
  const Database database;
  const StoreSettings settings = settingsFor(database.superuser());
  RecordingHost host;
  const std::map<std::string, std::string> hostile = {
      {"PGHOST", "192.0.2.1"},        {"PGPORT", "1"},
      {"PGDATABASE", "nonsense"},     {"PGUSER", "nobody"},
      {"PGPASSWORD", "wrong"},        {"PGSSLMODE", "verify-full"},
      {"PGSSLROOTCERT", "/no/file"},  {"PGSSLCERT", "/no/file"},
      {"PGPASSFILE", "/no/file"},     {"PGOPTIONS", "-c synchronous_commit=off"},
      {"PGAPPNAME", "else"},          {"PGTARGETSESSIONATTRS", "read-only"},
      {"PGCLIENTENCODING", "LATIN1"}, {"PGCHANNELBINDING", "require"},
      {"PGGSSENCMODE", "require"},    {"PGCONNECT_TIMEOUT", "1"}};
  for (const auto& [name, value] : hostile) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  EXPECT_NO_THROW(makeStore(settings, host)->check(in(2s)));
  for (const auto& [name, value] : hostile) {
    ::unsetenv(name.c_str());
  }
}

TEST(Conninfo, AVariableThatNoSettingOverrulesIsRefused) {
  RecordingHost host;
  for (const char* name : {"PGSERVICE", "PGHOSTADDR", "PGREQUIREPEER"}) {
    ::setenv(name, "x", 1);
    const sdk::Error error = errorOf([&] { makeStore(kComplete, host); });
    ::unsetenv(name);
    EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig);
    EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
  }
  StoreSettings without_password = kComplete;
  without_password.erase("password");
  ::setenv("PGPASSWORD", "secret-word", 1);
  const sdk::Error error = errorOf([&] { makeStore(without_password, host); });
  ::unsetenv("PGPASSWORD");
  EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig);
  EXPECT_EQ(std::string(error.what()).find("secret-word"), std::string::npos);
}

}  // namespace
}  // namespace token_service::test
