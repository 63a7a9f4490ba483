#include "options.hpp"

#include <charconv>
#include <cstdlib>
#include <limits>
#include <map>
#include <string_view>

namespace token_service::history {
namespace {

std::uint64_t numberOf(const std::string& option, const std::string& text, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0 || number > most) {
    throw UsageError(option + " must be a number from 1 to " + std::to_string(most));
  }
  return number;
}

template <typename Value>
Value choiceOf(const std::string& option, const std::string& text,
               const std::map<std::string, Value>& choices) {
  const auto found = choices.find(text);
  if (found == choices.end()) {
    std::string names;
    for (const auto& [name, value] : choices) {
      names += (names.empty() ? "" : ", ") + name;
    }
    throw UsageError(option + " must be one of: " + names);
  }
  return found->second;
}

std::map<std::string, Rule> rules() {
  std::map<std::string, Rule> all;
  for (int rule = 0; rule < kRules; ++rule) {
    all.emplace(nameOf(static_cast<Rule>(rule)), static_cast<Rule>(rule));
  }
  return all;
}

}  // namespace

const char* const kHelp =
    R"(token-service-history: holds several hosts of the service to what they answered before

Starts the service, lets many clients log in, refresh, validate and log out the same users through
different hosts, and checks every answer against all those before it.

  --operations N          how many requests (TOKEN_SERVICE_HISTORY, or 100000)
  --share K               only one K-th of them, as one of K runs
  --seconds N             at most so long
  --clients N             (32)
  --hosts N               processes of the service (3; one with SQLite)
  --signer hs256|rs256    rs256: of access tokens, with HS256 for refresh tokens (hs256)
  --store postgres|sqlite (postgres: the cluster of TOKEN_SERVICE_TEST_POSTGRES)
  --rotation on|off       of refresh tokens (off)
  --nemesis none|kill     kill: every second one host is killed and started again (none)
  --seed N                of the clients' choices (1)
  --store-plugin FILE.so  a store to be used in place of the real one, with the same settings
  --expect RULE           the run is good if it finds a violation of this rule, and ends with it
  --help

Exit codes: 0 no violation, 1 a violation, 2 too few operations succeeded to prove anything,
64 usage, 70 the run itself failed.
)";

Options parseOptions(const std::vector<std::string>& arguments) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  Options options;
  std::uint64_t share = 1;
  bool hosts_given = false;
  if (const char* operations = std::getenv("TOKEN_SERVICE_HISTORY")) {
    options.operations = numberOf("TOKEN_SERVICE_HISTORY", operations, kMost);
  }
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    const std::string& option = arguments[index];
    if (option == "--help") {
      options.help = true;
      return options;
    }
    if (++index == arguments.size()) {
      throw UsageError(option + " needs a value, or is not an option");
    }
    const std::string& value = arguments[index];
    if (option == "--operations") {
      options.operations = numberOf(option, value, kMost);
    } else if (option == "--share") {
      share = numberOf(option, value, 1000);
    } else if (option == "--seconds") {
      options.most_time =
          std::chrono::seconds(static_cast<std::int64_t>(numberOf(option, value, 86'400)));
    } else if (option == "--clients") {
      options.clients = static_cast<int>(numberOf(option, value, 200));
    } else if (option == "--hosts") {
      options.hosts = static_cast<int>(numberOf(option, value, 20));
      hosts_given = true;
    } else if (option == "--signer") {
      options.pair.signer = choiceOf<test::SignerKind>(
          option, value, {{"hs256", test::SignerKind::Hs256}, {"rs256", test::SignerKind::Rs256}});
    } else if (option == "--store") {
      options.pair.store = choiceOf<test::StoreKind>(
          option, value,
          {{"postgres", test::StoreKind::Postgres}, {"sqlite", test::StoreKind::Sqlite}});
    } else if (option == "--rotation") {
      options.rotation = choiceOf<bool>(option, value, {{"on", true}, {"off", false}});
    } else if (option == "--nemesis") {
      options.kill_hosts = choiceOf<bool>(option, value, {{"kill", true}, {"none", false}});
    } else if (option == "--seed") {
      options.seed = numberOf(option, value, kMost);
    } else if (option == "--store-plugin") {
      options.store_plugin = value;
    } else if (option == "--expect") {
      options.expected = choiceOf<Rule>(option, value, rules());
    } else {
      throw UsageError(option + " is not an option");
    }
  }
  options.operations = std::max<std::uint64_t>(options.operations / share, 1);
  if (options.pair.store == test::StoreKind::Sqlite) {
    if (hosts_given && options.hosts != 1) {
      throw UsageError("SQLite serves one host");
    }
    options.hosts = 1;
  }
  return options;
}

}  // namespace token_service::history
