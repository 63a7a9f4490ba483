#pragma once

#include "service_setup.hpp"
#include "violation.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace token_service::history {

extern const char* const kHelp;

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Options {
  bool help = false;
  std::uint64_t operations = 100'000;
  std::chrono::seconds most_time = std::chrono::hours(24);
  int clients = 32;
  int hosts = 3;
  test::Pair pair{test::SignerKind::Hs256, test::StoreKind::Postgres};
  bool rotation = false;
  bool kill_hosts = false;
  std::uint64_t seed = 1;
  // A plugin to be used in place of the store's own one.
  std::optional<std::filesystem::path> store_plugin;
  // The run is to find a violation of this rule, and ends when it does.
  std::optional<Rule> expected;
};

// The default number of operations is TOKEN_SERVICE_HISTORY, if it is set. Throws UsageError.
Options parseOptions(const std::vector<std::string>& arguments);

}  // namespace token_service::history
