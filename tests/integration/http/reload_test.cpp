#include "contract_test.hpp"
#include "leak_check.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr const char* kReloaded = "info reloaded keys and service secrets";
constexpr const char* kRefused =
    "error reload refused: the old keys and service secrets stay in force";
constexpr const char* kOld = ServiceSetup::kSecret;
constexpr const char* kNew = "the-next-service-secret-of-these-tests";

std::string kidOf(const std::string& token) { return memberOf(partsOf(token).header, "kid"); }

std::string timeText(system_clock::time_point time) {
  const std::time_t seconds = system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) {
    ++found;
  }
  return found;
}

std::string secretsSection(const std::vector<std::pair<std::string, std::string>>& secrets) {
  std::string text;
  for (const auto& [name, secret] : secrets) {
    text.append(text.empty() ? "{name: " : ", {name: ").append(name);
    text.append(", secret: ").append(secret).append("}");
  }
  return "[" + text + "]";
}

Call logInCall(std::int64_t id) {
  return jsonCall(kGenTokens, "{\"id\":" + std::to_string(id) + ",\"username\":\"ada\"}");
}

// The file is exchanged as a whole, as tools do it.
void replaceFile(const std::filesystem::path& file, const std::string& content) {
  const std::filesystem::path next = file.string() + ".next";
  std::ofstream(next) << content;
  std::filesystem::rename(next, file);
}

class ReloadTest : public OwnServiceTest {
 protected:
  ReloadTest() {
    setup.set("key_set", "{max_age: 1s}");
    rememberSecret(kNew);
  }

  // The signer of the setup and its next key, which signs from then on.
  std::string signerWithNext(const std::string& published_from, const std::string& active_from,
                             bool keep_first = true) const {
    const bool hs256 = GetParam().signer == SignerKind::Hs256;
    const std::string setting = hs256 ? "secret_file" : "private_key_file";
    return "{plugin: signer-" + std::string(hs256 ? "hs256" : "rs256") +
           ", settings: {create_missing: true, keys: [" +
           (keep_first ? "{" + setting + ": signer.key}, " : "") + "{" + setting +
           ": next.key, published_from: " + published_from + ", active_from: " + active_from +
           "}]}}";
  }

  // Gives the service the setup's present configuration with a signal, and waits for what the log
  // says of it.
  void reload(ServiceProcess& service, const char* outcome = kReloaded) {
    const int before = count(service.log(), outcome);
    replaceFile(service.configFile(), setup.configText());
    service.sendSignal(SIGHUP);
    expectSoon(service, outcome, before + 1);
  }

  static void expectSoon(const ServiceProcess& service, const char* event, int times = 1) {
    const auto deadline = steady_clock::now() + 15s;
    while (count(service.log(), event) < times && steady_clock::now() < deadline) {
      std::this_thread::sleep_for(5ms);
    }
    EXPECT_EQ(count(service.log(), event), times) << event << "\n" << service.log();
  }
};

// What no store has a part in.
class ReloadRulesTest : public ReloadTest {};
class ReloadOnReplicasTest : public ReloadTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, ReloadTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, ReloadRulesTest,
                         testing::Values(Pair{SignerKind::Hs256, StoreKind::Sqlite},
                                         Pair{SignerKind::Rs256, StoreKind::Sqlite}),
                         pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, ReloadOnReplicasTest, kPostgresPairs, pairName);

// Log-ins, validations and refreshes, from several connections, until it is destroyed; none may
// fail, whatever the service exchanges meanwhile.
class Load {
 public:
  Load(const ServiceProcess& service, const char* secret) : secret_(secret) {
    for (int client = 0; client < 4; ++client) {
      clients_.emplace_back([this, &service] { run(service); });
    }
  }

  ~Load() { stop(); }

  void use(const char* secret) { secret_ = secret; }

  void stop() {
    stopped_ = true;
    clients_.clear();
  }

  // After stop.
  const std::set<std::string>& kids() const { return kids_; }
  int requests() const { return requests_; }

 private:
  void run(const ServiceProcess& service) {
    try {
      TokenApi api(service);
      const std::int64_t user = newUser();
      const TokenPair first = logIn(api, user);
      while (!stopped_) {
        const std::int64_t id = newUser();
        const TokenPair tokens = logIn(api, id);
        validate(api, id, tokens.access);
        validate(api, id, api.refreshed(id, tokens.refresh));
        validate(api, user, first.access);
        api.refreshed(user, first.refresh);
        requests_ += 6;
      }
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }

  TokenPair logIn(TokenApi& api, std::int64_t id) {
    const Reply reply = api.send(withSecret(logInCall(id), secret_.load()));
    EXPECT_EQ(reply.status, 201) << reply.body;
    TokenPair tokens{reply.text("refresh"), reply.text("access")};
    const std::scoped_lock lock(mutex_);
    kids_.insert(kidOf(tokens.access));
    return tokens;
  }

  void validate(TokenApi& api, std::int64_t id, const std::string& access) {
    expectValid(api.send(withSecret(
        jsonCall(kValidate, "{\"id\":" + std::to_string(id) + ",\"access\":\"" + access + "\"}"),
        secret_.load())));
  }

  std::atomic<const char*> secret_;
  std::atomic<bool> stopped_ = false;
  std::atomic<int> requests_ = 0;
  std::mutex mutex_;
  std::set<std::string> kids_;
  std::vector<std::jthread> clients_;
};

TEST_P(ReloadTest, keyAndSecretRotateUnderLoad) {
  setup.set("server", "{port: 0, reload_on_change: false}");
  ServiceProcess service(setup);
  TokenApi api(service);
  const std::string first_kid = kidOf(api.logIn(newUser()).access);
  Load load(service, kOld);

  setup.set("service_secrets", secretsSection({{"old", kOld}, {"new", kNew}}));
  reload(service);
  load.use(kNew);
  // A request that was on its way.
  std::this_thread::sleep_for(200ms);
  setup.set("service_secrets", secretsSection({{"new", kNew}}));
  reload(service);
  expectError(api.genTokens(1), kUnauthorizedRequest);

  const auto now = system_clock::now();
  const auto active_from = now + 4s;
  setup.set("signer", signerWithNext(timeText(now), timeText(active_from)));
  reload(service);
  std::this_thread::sleep_until(active_from + 1s);
  for (int round = 0; round < 20; ++round) {
    service.sendSignal(SIGHUP);
    std::this_thread::sleep_for(20ms);
  }
  load.stop();

  EXPECT_GT(load.requests(), 500);
  EXPECT_EQ(load.kids().size(), 2U);
  EXPECT_TRUE(load.kids().contains(first_kid));
  EXPECT_EQ(count(service.log(), "request failed"), 0) << service.log();
  EXPECT_EQ(count(service.log(), kRefused), 0) << service.log();
  EXPECT_EQ(count(service.log(), "came late"), 0) << service.log();
}

TEST_P(ReloadTest, aKeyThatIsGoneStopsAtOnce_T38) {
  ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  const auto now = system_clock::now();
  setup.set("signer", signerWithNext(timeText(now - 10s), timeText(now - 5s), false));
  reload(service);
  expectError(api.validate(1, tokens.access), kInvalidToken);
  expectError(api.refresh(1, tokens.refresh), kInvalidToken);
  EXPECT_EQ(count(service.log(),
                  "warning a key is gone: tokens that it signed are refused from now "
                  "on kid=" +
                      kidOf(tokens.access)),
            1)
      << service.log();
  EXPECT_EQ(count(service.log(), "warning a new key signs before everybody can know it"), 1);
  EXPECT_TRUE(api.isValid(1, api.logIn(1).access));
}

TEST_P(ReloadRulesTest, aScheduleThatCannotBeUsedChangesNothing) {
  ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  setup.set("service_secrets", secretsSection({{"new", kNew}}))
      .set("signer", signerWithNext("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"));
  reload(service, kRefused);
  EXPECT_EQ(count(service.log(), "becomes active less than the 1 s after published_from"), 1)
      << service.log();
  EXPECT_TRUE(api.isValid(1, tokens.access));
  EXPECT_EQ(kidOf(api.logIn(1).access), kidOf(tokens.access));
  expectError(api.send(withSecret(logInCall(1), kNew)), kUnauthorizedRequest);
  std::this_thread::sleep_for(2500ms);
  EXPECT_EQ(count(service.log(), kRefused), 1) << "once is enough: " << service.log();
}

TEST_P(ReloadRulesTest, aScheduleThatCannotBeUsedIsNoStart) {
  setup.set("signer", signerWithNext("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"));
  try {
    const ServiceProcess service(setup);
    ADD_FAILURE() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("the service ended with 78"), std::string::npos)
        << error.what();
    EXPECT_NE(std::string(error.what()).find("becomes active less than the 1 s"),
              std::string::npos);
  }
}

TEST_P(ReloadRulesTest, aChangedFileNeedsNoSignal) {
  const std::filesystem::path file = setup.folder() / "service.secret";
  std::ofstream(file) << kOld << "\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  setup.set("service_secrets", "[{name: tests, secret: \"${file:service.secret}\"}]");
  const ServiceProcess service(setup);
  TokenApi api(service);
  EXPECT_EQ(api.send(withSecret(logInCall(1), kOld)).status, 201);

  const std::filesystem::path next = setup.folder() / "service.secret.next";
  std::ofstream(next) << kNew << "\n";
  std::filesystem::permissions(next, std::filesystem::perms::owner_read);
  std::filesystem::rename(next, file);
  expectSoon(service, kReloaded);
  EXPECT_EQ(api.send(withSecret(logInCall(1), kNew)).status, 201);
  expectError(api.send(withSecret(logInCall(1), kOld)), kUnauthorizedRequest);

  std::filesystem::permissions(file, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  expectSoon(service, kRefused);
  EXPECT_EQ(api.send(withSecret(logInCall(1), kNew)).status, 201);
  std::filesystem::permissions(file, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::remove);
  expectSoon(service, kReloaded, 2);
}

TEST_P(ReloadRulesTest, aFileThatIsBeingWrittenIsNotTaken) {
  const ServiceProcess service(setup);
  TokenApi api(service);
  setup.set("service_secrets", secretsSection({{"old", kOld}, {"new", kNew}}));
  const std::string content = setup.configText();
  std::ofstream stream(service.configFile());
  const std::size_t part = content.size() / 6 + 1;
  for (std::size_t at = 0; at < content.size(); at += part) {
    stream << content.substr(at, part) << std::flush;
    std::this_thread::sleep_for(500ms);
  }
  stream.close();
  expectSoon(service, kReloaded);
  EXPECT_EQ(count(service.log(), kRefused), 0) << service.log();
  EXPECT_EQ(api.send(withSecret(logInCall(1), kNew)).status, 201);
}

TEST_P(ReloadRulesTest, otherSectionsWaitForARestart) {
  setup.set("server", "{port: 0, reload_on_change: false}");
  ServiceProcess service(setup);
  setup.set("tokens", "{access_lifetime: 1s}")
      .set("service_secrets", secretsSection({{"n", kNew}}));
  reload(service);
  expectSoon(service, "warning changed in the configuration, needs a restart section=tokens\n");
  TokenApi api(service);
  const Reply reply = api.send(withSecret(logInCall(1), kNew));
  EXPECT_EQ(reply.status, 201);
  const std::string claims = partsOf(reply.text("access")).claims;
  EXPECT_EQ(std::stoll(memberOf(claims, "exp")) - std::stoll(memberOf(claims, "iat")), 900);
}

TEST_P(ReloadRulesTest, terminationDoesNotWaitForASlowOne) {
  setup.set("server", "{port: 0, shutdown_timeout: 1s}");
  // Many keys, which RS256 takes seconds to make.
  const bool hs256 = GetParam().signer == SignerKind::Hs256;
  const std::string setting = hs256 ? "secret_file" : "private_key_file";
  std::string keys = "{" + setting + ": signer.key}";
  for (int key = 1; key < 16; ++key) {
    const std::string year = std::to_string(2030 + key);
    keys.append(", {").append(setting).append(": ").append(year).append(".key");
    keys.append(", published_from: ").append(year).append("-01-01T00:00:00Z");
    keys.append(", active_from: ").append(year).append("-02-01T00:00:00Z}");
  }
  ServiceProcess service(setup);
  setup.set("signer", std::string("{plugin: signer-") + (hs256 ? "hs256" : "rs256") +
                          ", settings: {create_missing: true, keys: [" + keys + "]}}");
  replaceFile(service.configFile(), setup.configText());
  service.sendSignal(SIGHUP);
  std::this_thread::sleep_for(20ms);
  const auto start = steady_clock::now();
  EXPECT_EQ(service.stop(), 0);
  EXPECT_LT(steady_clock::now() - start, 2s);
}

TEST_P(ReloadTest, aSecretIsGoodForWhatItIsAllowedOnly) {
  setup.set("service_secrets", std::string("[{name: all, secret: ") + kOld +
                                   "}, {name: reader, secret: " + kNew + ", allow: [validate]}]");
  ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  const std::string body = R"({"id":1,"access":")" + tokens.access + "\"}";
  const Call introspection{"POST",
                           "/oauth2/introspect",
                           "token=" + tokens.access,
                           "application/x-www-form-urlencoded",
                           {}};
  expectError(api.send(withSecret(logInCall(1), kNew)), kUnauthorizedRequest);
  expectValid(api.send(withSecret(jsonCall(kValidate, body), kNew)));
  expectError(api.send(withSecret(jsonCall(kInvalidate, body), kNew)), kUnauthorizedRequest);
  EXPECT_EQ(api.send(withSecret(introspection, kNew)).status, 401);
  EXPECT_EQ(api.send(withSecret(introspection, kOld)).status, 200);

  setup.set("service_secrets", std::string("[{name: all, secret: ") + kOld +
                                   ", allow: [issue]}, {name: reader, secret: " + kNew +
                                   ", allow: [introspect, invalidate]}]");
  reload(service);
  EXPECT_EQ(api.send(withSecret(logInCall(2), kOld)).status, 201);
  expectError(api.send(withSecret(jsonCall(kValidate, body), kOld)), kUnauthorizedRequest);
  expectError(api.send(withSecret(jsonCall(kValidate, body), kNew)), kUnauthorizedRequest);
  EXPECT_EQ(api.send(withSecret(introspection, kOld)).status, 401);
  EXPECT_EQ(api.send(withSecret(introspection, kNew)).status, 200);
  expectLoggedOut(api.send(withSecret(jsonCall(kInvalidate, body), kNew)));
}

TEST_P(ReloadOnReplicasTest, oldAndNewScheduleVerifyEachOthersTokens) {
  setup.set("server", "{port: 0, reload_on_change: false}");
  ServiceProcess first_process(setup);
  ServiceProcess second_process(setup);
  TokenApi first(first_process);
  TokenApi second(second_process);
  const std::string old_kid = kidOf(first.logIn(1).access);
  const auto now = system_clock::now();
  const auto active_from = now + 5s;
  setup.set("signer", signerWithNext(timeText(now), timeText(active_from)));
  reload(first_process);
  for (int round = 0; round < 5; ++round) {
    const TokenPair from_first = first.logIn(1);
    const TokenPair from_second = second.logIn(1);
    EXPECT_TRUE(second.isValid(1, second.refreshed(1, from_first.refresh)));
    EXPECT_TRUE(first.isValid(1, first.refreshed(1, from_second.refresh)));
  }
  const TokenPair tokens = first.logIn(1);
  EXPECT_EQ(kidOf(tokens.access), old_kid);

  reload(second_process);
  std::this_thread::sleep_until(active_from + 1s);
  const TokenPair from_first = first.logIn(1);
  EXPECT_NE(kidOf(from_first.access), old_kid);
  EXPECT_TRUE(second.isValid(1, from_first.access));
  EXPECT_EQ(kidOf(second.logIn(1).access), kidOf(from_first.access));
  for (TokenApi* replica : {&first, &second}) {
    EXPECT_TRUE(replica->isValid(1, tokens.access));
    EXPECT_TRUE(replica->canRefresh(1, tokens.refresh));
  }
}

}  // namespace
}  // namespace token_service::test
