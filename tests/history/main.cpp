// token-service-history: see --help.

#include "client.hpp"
#include "options.hpp"

#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <thread>

namespace {

using namespace token_service;
using namespace token_service::history;
using namespace std::chrono_literals;

constexpr int kUsers = 24;
constexpr int kMaxPerUser = 5;

Time now() { return std::chrono::steady_clock::now().time_since_epoch(); }

std::string titleOf(const Options& options) {
  return test::nameOf(options.pair) + ", " + std::to_string(options.hosts) + " hosts, " +
         std::to_string(options.clients) + " clients, rotation " +
         (options.rotation ? "on" : "off") + (options.kill_hosts ? ", hosts killed" : "") +
         (options.store_plugin ? ", " + options.store_plugin->stem().string() : "");
}

// The real signers and the store under test, in a folder that nobody else may write to.
void usePlugin(const std::filesystem::path& store_plugin, test::ServiceSetup& setup) {
  const std::filesystem::path folder = setup.folder() / "plugins";
  std::filesystem::create_directory(folder);
  for (const char* signer : {"signer-hs256.so", "signer-rs256.so"}) {
    std::filesystem::copy_file(std::filesystem::path(TOKEN_SERVICE_PLUGINS) / signer,
                               folder / signer);
  }
  std::filesystem::copy_file(store_plugin, folder / store_plugin.filename());
  setup.setPluginFolder(folder).setStore(store_plugin.stem());
}

// Tokens and sessions live longer than any run.
void configure(const Options& options, test::ServiceSetup& setup) {
  setup.set("tokens", "{access_lifetime: 10d, refresh_lifetime: 10d}")
      .set("refresh", std::string("{rotation: ") + (options.rotation ? "on" : "off") + "}")
      .set("sessions", "{max_per_user: " + std::to_string(kMaxPerUser) + "}")
      .set("log", "{level: info}");
  if (options.pair.signer == test::SignerKind::Rs256) {
    setup.set("refresh_signer", test::ServiceSetup::refreshSignerSection());
  }
  if (options.store_plugin) {
    usePlugin(*options.store_plugin, setup);
  }
}

// Kills one host after the other, one a second.
void killHosts(Hosts& hosts, Run& run, const std::atomic<bool>& over, std::exception_ptr& failure) {
  try {
    for (int host = 0; !over; host = (host + 1) % hosts.count()) {
      const Time due = now() + 1s;
      while (!over && now() < due) {
        std::this_thread::sleep_for(10ms);
      }
      hosts.restart(host);
    }
  } catch (...) {
    failure = std::current_exception();
    run.stopped = true;
  }
}

Tally load(const Options& options, Hosts& hosts, Run& run) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int number = 0; number < options.clients; ++number) {
    clients.push_back(std::make_unique<Client>(
        run, number, options.seed * 1000 + static_cast<std::uint64_t>(number)));
  }
  std::atomic<bool> over = false;
  std::exception_ptr failure;
  {
    std::jthread nemesis;
    if (options.kill_hosts) {
      nemesis = std::jthread([&] { killHosts(hosts, run, over, failure); });
    }
    {
      std::vector<std::jthread> threads;
      for (const std::unique_ptr<Client>& client : clients) {
        threads.emplace_back([&client] { client->act(); });
      }
    }
    over = true;
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
  Tally tally;
  for (const std::unique_ptr<Client>& client : clients) {
    tally.add(client->tally());
  }
  return tally;
}

int verdict(const Options& options, const Tally& tally, const Findings& findings) {
  for (int rule = 0; rule < kRules; ++rule) {
    if (const auto first = findings.firstOf(static_cast<Rule>(rule))) {
      std::printf("%s: %llu, the first after %.3f s\n", nameOf(static_cast<Rule>(rule)).c_str(),
                  static_cast<unsigned long long>(findings.count(static_cast<Rule>(rule))),
                  std::chrono::duration<double>(*first).count());
    }
  }
  if (options.expected) {
    const bool found = findings.count(*options.expected) > 0;
    std::printf("%s was %s, as it should have been%s\n", nameOf(*options.expected).c_str(),
                found ? "found" : "not found", found ? "" : ": the checker proves nothing");
    return found ? 0 : 1;
  }
  if (findings.count() > 0) {
    return 1;
  }
  if (tally.count(Result::Ok) * 5 < tally.count()) {
    std::printf("fewer than a fifth succeeded: this proves nothing\n");
    return 2;
  }
  std::printf("no violation\n");
  return 0;
}

int run(const Options& options) {
  test::ServiceSetup setup(options.pair);
  configure(options, setup);
  Hosts hosts(setup, options.hosts);
  Policy policy;
  policy.rotation = options.rotation;
  policy.max_per_user = kMaxPerUser;
  Population population(kUsers, policy);
  const Time start = now();
  Findings findings(start, options.expected);
  Run shared{hosts, population, findings, policy, options.operations, start + options.most_time};
  std::printf("%s, seed %llu\n", titleOf(options).c_str(),
              static_cast<unsigned long long>(options.seed));
  std::fflush(stdout);
  const Tally tally = load(options, hosts, shared);
  const double seconds = std::chrono::duration<double>(now() - start).count();
  hosts.stop();
  std::printf("%s%llu operations in %.1f s, %.0f/s\n", tally.table().c_str(),
              static_cast<unsigned long long>(tally.count()), seconds,
              static_cast<double>(tally.count()) / seconds);
  return verdict(options, tally, findings);
}

}  // namespace

int main(int count, char** arguments) {
  ::umask(022);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const Options options = parseOptions({arguments + 1, arguments + count});
    if (options.help) {
      std::fputs(kHelp, stdout);
      return 0;
    }
    return run(options);
  } catch (const UsageError& error) {
    std::fprintf(stderr, "%s: try --help\n", error.what());
    return 64;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 70;
  }
}
