#pragma once

#include "sqlite_store.hpp"
#include "token_service/sdk/settings.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace token_service::store_sqlite {

using namespace std::chrono_literals;

inline constexpr sdk::Time kNow{1'000'000'000'000ms};

inline sdk::Deadline soon() { return std::chrono::steady_clock::now() + 10s; }

class QuietHost final : public sdk::Host {
 public:
  void log(sdk::LogLevel level, std::string_view,
           std::span<const sdk::LogField>) noexcept override {
    errors_ += level == sdk::LogLevel::Error ? 1 : 0;
  }
  sdk::Time now() const noexcept override { return kNow; }

  /// How many errors were logged.
  int errors() const { return errors_; }

 private:
  std::atomic<int> errors_ = 0;
};

/// That of all stores of the tests.
inline QuietHost& host() {
  static QuietHost result;
  return result;
}

/// A folder that ends with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "store-sqlite-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    ::chmod(path_.c_str(), 0700);
    std::filesystem::remove_all(path_);
  }

  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

  std::set<std::string> names() const {
    std::set<std::string> result;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      result.insert(entry.path().filename().string());
    }
    return result;
  }

 private:
  std::string path_;
};

/// The store that a configuration file in `folder` with this `path`, and this `cache_sessions`
/// unless it is empty, gives.
inline std::unique_ptr<SqliteStore> openStore(const std::string& folder, const std::string& path,
                                              sdk::Mode mode = sdk::Mode::Serve,
                                              const std::string& cache_sessions = "") {
  sdk::SettingNode node;
  node.kind = sdk::SettingNode::Kind::Map;
  node.line = 7;
  const auto set = [&](const char* key, const std::string& text) {
    sdk::SettingNode& child = node.children.emplace_back();
    child.kind = sdk::SettingNode::Kind::Scalar;
    child.line = 7 + static_cast<std::uint32_t>(node.children.size());
    child.key = key;
    child.text = text;
  };
  set("path", path);
  if (!cache_sessions.empty()) {
    set("cache_sessions", cache_sessions);
  }
  sdk::SettingsReport report;
  report.file = "test.yaml";
  sdk::Settings settings(node, report, folder, "store.settings");
  return std::make_unique<SqliteStore>(settings, host(), mode);
}

/// That the store is refused at once, with this code and this sentence.
inline void expectRefusal(const std::string& folder, const std::string& path, sdk::ErrorCode code,
                          const std::string& sentence, sdk::Mode mode = sdk::Mode::Serve) {
  const auto begin = std::chrono::steady_clock::now();
  try {
    openStore(folder, path, mode);
    ADD_FAILURE() << "not refused: " << path;
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_EQ(error.what(), "test.yaml:8: store.settings.path: " + sentence);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

inline sdk::Session session(std::int64_t user, std::string id) {
  return {.user_id = user,
          .id = std::move(id),
          .username = "ada",
          .token_data = "{}",
          .created_at = kNow,
          .expires_at = kNow + 1h,
          .version = 1};
}

/// Runs SQL on a file from outside of the store.
inline void runSql(const std::string& path, const char* sql) {
  sqlite3* connection = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &connection), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(connection);
  sqlite3_close(connection);
}

/// The first column of the first row, from outside of the store.
inline std::string askSql(const std::string& path, const char* sql) {
  sqlite3* connection = nullptr;
  sqlite3_stmt* statement = nullptr;
  std::string result;
  EXPECT_EQ(sqlite3_open(path.c_str(), &connection), SQLITE_OK);
  EXPECT_EQ(sqlite3_prepare_v2(connection, sql, -1, &statement, nullptr), SQLITE_OK)
      << sqlite3_errmsg(connection);
  if (sqlite3_step(statement) == SQLITE_ROW) {
    const void* text = sqlite3_column_text(statement, 0);
    result = text == nullptr ? "NULL" : static_cast<const char*>(text);
  }
  sqlite3_finalize(statement);
  sqlite3_close(connection);
  return result;
}

inline void writeFile(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

inline std::string readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline mode_t modeOf(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

}  // namespace token_service::store_sqlite
