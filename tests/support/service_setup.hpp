#pragma once

#include "cluster.hpp"
#include "test_folder.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace token_service::test {

enum class SignerKind { Hs256, Rs256 };
enum class StoreKind { Sqlite, Postgres };

// One of the combinations of plugins that the whole contract is tested with.
struct Pair {
  SignerKind signer;
  StoreKind store;
};

std::string nameOf(const Pair& pair);
std::ostream& operator<<(std::ostream& stream, const Pair& pair);

// What processes of the service run on: configuration, keys and database, all of them thrown away
// with the object. Several processes may run on one setup, at once or one after the other.
class ServiceSetup {
 public:
  static constexpr const char* kSecret = "the-service-secret-of-the-contract-tests";

  explicit ServiceSetup(const Pair& pair);
  // With PostgreSQL, a database of that cluster.
  ServiceSetup(const Pair& pair, const Conninfo& cluster);

  const Pair& pair() const { return pair_; }

  // Sets a top-level section of the configuration, in YAML's one-line form: `{max_per_user: 1}`.
  ServiceSetup& set(const std::string& section, const std::string& yaml);

  // Another plugin for the same database, with settings of its own: `cut: after, at: 3`.
  ServiceSetup& setStore(const std::string& plugin, const std::string& more_settings = "");

  // The folder of the plugins; empty for those that come with the service.
  ServiceSetup& setPluginFolder(const std::filesystem::path& folder);
  const std::filesystem::path& pluginFolder() const { return plugin_folder_; }

  // Lets its processes have that many open files at most; 0 for as many as the tests may have.
  ServiceSetup& setOpenFiles(std::size_t count);
  std::size_t openFiles() const { return open_files_; }

  // Lets the service reach PostgreSQL by another port, such as a Forwarder's.
  ServiceSetup& setPostgresPort(const std::string& port);

  // Writes the configuration to a file of its own; gives its path.
  std::filesystem::path writeConfig() const;
  // To that file, which is never half written.
  void writeConfig(const std::filesystem::path& file) const;
  // The same, as text.
  std::string configText() const;

  const std::filesystem::path& folder() const { return folder_.path(); }

  // The port of the cluster itself.
  std::string postgresPort() const;

  // Of the signer: the secret of HS256, the PEM text of RS256.
  std::string signerKey() const;
  // Of a refresh_signer as `refreshSignerSection` configures it.
  std::string refreshSignerKey() const;
  static std::string refreshSignerSection();

  // Pieces of everything of this setup that nobody may see: keys, service secret, password.
  std::vector<std::string> secrets() const;

  // Every row of every table of the service's database, as text.
  std::vector<std::string> storedRows() const;

  // The rows that a statement gives in the service's database; of PostgreSQL, their first column.
  std::vector<std::string> query(const std::string& sql) const;

 private:
  ServiceSetup(const Pair& pair, std::unique_ptr<Database> database);
  ServiceSetup& setStoreSection();

  Pair pair_;
  TestFolder folder_;
  std::unique_ptr<Database> database_;
  std::string store_plugin_;
  std::string store_port_;
  std::string store_settings_;
  std::filesystem::path plugin_folder_;
  std::size_t open_files_ = 0;
  std::map<std::string, std::string> sections_;
};

}  // namespace token_service::test
