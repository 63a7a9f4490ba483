#include "service_setup.hpp"

#include <sqlite3.h>

#include <atomic>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace token_service::test {
namespace {

constexpr const char* kSqliteFile = "sessions.db";

std::string withoutNewline(std::string text) {
  if (text.ends_with('\n')) {
    text.pop_back();
  }
  return text;
}

// The rows that a statement gives, each with its columns one after the other.
std::vector<std::string> sqliteRows(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sql + ": " + sqlite3_errmsg(database));
  }
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, sqlite3_finalize);
  std::vector<std::string> rows;
  while (sqlite3_step(prepared) == SQLITE_ROW) {
    std::string row;
    for (int column = 0; column < sqlite3_column_count(prepared); ++column) {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(prepared, column));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(prepared, column));
      row.append(column == 0 ? "" : "|").append(bytes == nullptr ? "" : bytes, size);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

using SqliteDatabase = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;

SqliteDatabase openSqlite(const std::filesystem::path& file) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  SqliteDatabase database(opened, sqlite3_close);
  if (result != SQLITE_OK) {
    throw std::runtime_error("cannot open " + file.string());
  }
  return database;
}

std::vector<std::string> sqliteContent(sqlite3* database) {
  std::vector<std::string> all;
  for (const std::string& table :
       sqliteRows(database, "SELECT name FROM sqlite_master WHERE type = 'table'")) {
    for (std::string& row : sqliteRows(database, "SELECT * FROM '" + table + "'")) {
      all.push_back(std::move(row));
    }
  }
  return all;
}

std::vector<std::string> postgresContent(const Database& database) {
  std::vector<std::string> all;
  for (const std::string& table :
       database.sql("SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) "
                    "FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', "
                    "'information_schema')")) {
    for (std::string& row : database.sql("SELECT t::text FROM " + table + " t")) {
      all.push_back(std::move(row));
    }
  }
  return all;
}

}  // namespace

std::string nameOf(const Pair& pair) {
  return std::string(pair.signer == SignerKind::Hs256 ? "hs256" : "rs256") +
         (pair.store == StoreKind::Sqlite ? "_sqlite" : "_postgres");
}

std::ostream& operator<<(std::ostream& stream, const Pair& pair) { return stream << nameOf(pair); }

ServiceSetup::ServiceSetup(const Pair& pair)
    : ServiceSetup(pair,
                   pair.store == StoreKind::Postgres ? std::make_unique<Database>() : nullptr) {}

ServiceSetup::ServiceSetup(const Pair& pair, const Conninfo& cluster)
    : ServiceSetup(pair, pair.store == StoreKind::Postgres ? std::make_unique<Database>(cluster)
                                                           : nullptr) {}

ServiceSetup::ServiceSetup(const Pair& pair, std::unique_ptr<Database> database)
    : pair_(pair), database_(std::move(database)) {
  if (database_) {
    store_port_ = postgresPort();
  }
  store_plugin_ = database_ ? "store-postgres" : "store-sqlite";
  set("server", "{address: 127.0.0.1, port: 0}");
  set("signer",
      pair.signer == SignerKind::Hs256
          ? "{plugin: signer-hs256, settings: {secret_file: signer.key, create_missing: true}}"
          : "{plugin: signer-rs256, settings: {private_key_file: signer.key, create_missing: "
            "true}}");
  setStoreSection();
  set("service_secrets", std::string("[{name: tests, secret: ") + kSecret + "}]");
  set("log", "{level: debug}");
}

ServiceSetup& ServiceSetup::set(const std::string& section, const std::string& yaml) {
  sections_[section] = yaml;
  return *this;
}

ServiceSetup& ServiceSetup::setStore(const std::string& plugin, const std::string& more_settings) {
  store_plugin_ = plugin;
  store_settings_ = more_settings;
  return setStoreSection();
}

ServiceSetup& ServiceSetup::setPluginFolder(const std::filesystem::path& folder) {
  plugin_folder_ = folder;
  return *this;
}

ServiceSetup& ServiceSetup::setOpenFiles(std::size_t count) {
  open_files_ = count;
  return *this;
}

ServiceSetup& ServiceSetup::setPostgresPort(const std::string& port) {
  store_port_ = port;
  return setStoreSection();
}

std::filesystem::path ServiceSetup::writeConfig() const {
  static std::atomic<int> count = 0;
  std::filesystem::path file = folder() / ("config." + std::to_string(++count) + ".yaml");
  writeConfig(file);
  return file;
}

void ServiceSetup::writeConfig(const std::filesystem::path& file) const {
  const std::filesystem::path complete = file.string() + ".new";
  std::ofstream(complete) << configText();
  std::filesystem::rename(complete, file);
}

std::string ServiceSetup::configText() const {
  std::string text;
  for (const auto& [section, yaml] : sections_) {
    text.append(section).append(": ").append(yaml).append("\n");
  }
  return text;
}

std::string ServiceSetup::postgresPort() const { return database_->superuser().at("port"); }

std::string ServiceSetup::signerKey() const {
  return withoutNewline(readFile(folder() / "signer.key"));
}

std::string ServiceSetup::refreshSignerKey() const {
  return withoutNewline(readFile(folder() / "refresh.key"));
}

std::string ServiceSetup::refreshSignerSection() {
  return "{plugin: signer-hs256, settings: {secret_file: refresh.key, create_missing: true}}";
}

std::vector<std::string> ServiceSetup::storedRows() const {
  return database_ ? postgresContent(*database_)
                   : sqliteContent(openSqlite(folder() / kSqliteFile).get());
}

std::vector<std::string> ServiceSetup::query(const std::string& sql) const {
  return database_ ? database_->sql(sql)
                   : sqliteRows(openSqlite(folder() / kSqliteFile).get(), sql);
}

std::vector<std::string> ServiceSetup::secrets() const {
  std::vector<std::string> all = {kSecret};
  std::istringstream key(signerKey());
  for (std::string line; std::getline(key, line);) {
    if (!line.starts_with("-----")) {
      all.push_back(line);
    }
  }
  if (std::filesystem::exists(folder() / "refresh.key")) {
    all.push_back(refreshSignerKey());
  }
  if (database_) {
    all.push_back(database_->superuser().at("password"));
  }
  return all;
}

ServiceSetup& ServiceSetup::setStoreSection() {
  std::string settings = std::string("path: ") + kSqliteFile;
  if (database_) {
    const Conninfo& where = database_->superuser();
    settings = "host: " + where.at("host") + ", port: " + store_port_ +
               ", database: " + database_->name() + ", user: " + where.at("user") +
               ", password: \"" + where.at("password") + "\"";
  }
  settings.append(store_settings_.empty() ? "" : ", ").append(store_settings_);
  return set("store", "{plugin: " + store_plugin_ + ", settings: {" + settings + "}}");
}

}  // namespace token_service::test
