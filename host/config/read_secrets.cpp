#include "config/read_secrets.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace token_service::config {
namespace {

using sdk::Settings;

constexpr std::size_t kMinSecretSize = 32;
constexpr std::size_t kMaxNameSize = 64;

// By Operation.
constexpr std::string_view kOperations[] = {"issue", "validate", "invalidate", "introspect",
                                            "sessions"};

bool isName(std::string_view name) {
  return name.size() <= kMaxNameSize &&
         name.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
             std::string_view::npos;
}

std::vector<Operation> readAllow(Settings& settings, const sdk::SettingsReport& report) {
  std::vector<Operation> allow;
  const std::size_t problems = report.problems.size();
  const std::vector<std::string> words = settings.strings("allow");
  if (!settings.has("allow")) {
    return {Operation::Issue, Operation::Validate, Operation::Invalidate, Operation::Introspect,
            Operation::Sessions};
  }
  if (words.empty() && report.problems.size() == problems) {
    settings.problem("allow", "is empty: leave it out to allow everything, or remove the secret");
  }
  for (const std::string& word : words) {
    const auto index =
        std::find(std::begin(kOperations), std::end(kOperations), word) - std::begin(kOperations);
    const auto operation = static_cast<Operation>(index);
    if (index == std::ssize(kOperations)) {
      settings.problem("allow",
                       "must hold words of: issue, validate, invalidate, introspect, sessions");
    } else if (std::find(allow.begin(), allow.end(), operation) != allow.end()) {
      settings.problem("allow", "holds '" + word + "' twice: remove one of the two");
    } else {
      allow.push_back(operation);
    }
  }
  return allow;
}

void checkName(Settings& settings, const std::string& name,
               const std::vector<ServiceSecret>& earlier) {
  if (!isName(name)) {
    settings.problem("name", "must be at most 64 characters of A-Z a-z 0-9 . _ -");
  }
  if (std::any_of(earlier.begin(), earlier.end(),
                  [&](const ServiceSecret& other) { return other.name == name; })) {
    settings.problem("name", "is the name of an earlier secret, too: choose another");
  }
}

void checkSecret(Settings& settings, const std::string& secret,
                 const std::vector<ServiceSecret>& earlier, bool loopback) {
  if (secret.empty()) {
    return;
  }
  if (std::any_of(earlier.begin(), earlier.end(),
                  [&](const ServiceSecret& other) { return other.secret == secret; })) {
    settings.problem("secret",
                     "is the value of an earlier secret, too: give each name a secret of its own");
  } else if (!loopback && secret == kDevelopmentSecret) {
    settings.problem("secret",
                     "is the development secret, which everybody knows: make one of your own, "
                     "for example with 'openssl rand -hex 32'");
  } else if (!loopback && secret.size() < kMinSecretSize) {
    settings.problem("secret",
                     "has fewer than 32 bytes: make one with 'openssl rand -hex 32', or listen "
                     "on a loopback address only");
  }
}

}  // namespace

std::vector<ServiceSecret> readSecrets(Settings& root, const sdk::SettingsReport& report,
                                       bool loopback) {
  std::vector<ServiceSecret> secrets;
  const std::size_t problems = report.problems.size();
  std::vector<Settings> list = root.sections("service_secrets");
  if (list.empty() && report.problems.size() == problems) {
    root.problem("service_secrets", "is required: name at least one secret");
  }
  for (Settings& settings : list) {
    ServiceSecret secret{settings.string("name"), settings.string("secret"),
                         readAllow(settings, report)};
    checkName(settings, secret.name, secrets);
    checkSecret(settings, secret.secret, secrets, loopback);
    secrets.push_back(std::move(secret));
  }
  return secrets;
}

}  // namespace token_service::config
