#include "schedule.hpp"

#include "leak_check.hpp"
#include "token_forge.hpp"

#include <ctime>
#include <fstream>
#include <random>

namespace token_service::test {
namespace {

constexpr const char* kRefreshSuffix = ".refresh";

std::string randomSecret() {
  std::random_device random;
  std::string bytes;
  while (bytes.size() < 32) {
    bytes.push_back(static_cast<char>(random()));
  }
  return encodeBase64Url(bytes);
}

// `2026-11-23T18:00:00Z`
std::string written(std::chrono::sys_seconds time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::string text(20, '\0');
  std::strftime(text.data(), text.size() + 1, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace

Schedule::Schedule(const Deployment& deployment, ServiceSetup& setup)
    : deployment_(deployment), setup_(setup) {}

Schedule& Schedule::add(const std::string& name) {
  makeFile(name, deployment_.plugins.signer);
  if (deployment_.refresh_signer) {
    makeFile(name + kRefreshSuffix, SignerKind::Hs256);
  }
  keys_.push_back({name, ""});
  return *this;
}

Schedule& Schedule::add(const std::string& name, std::chrono::sys_seconds published_from,
                        std::chrono::sys_seconds active_from) {
  add(name);
  keys_.back().dates = ", published_from: \"" + written(published_from) + "\", active_from: \"" +
                       written(active_from) + "\"";
  return *this;
}

Schedule& Schedule::remove(const std::string& name) {
  std::erase_if(keys_, [&](const Key& key) { return key.name == name; });
  return *this;
}

void Schedule::apply() {
  setup_.set("signer", section(deployment_.plugins.signer, ""));
  if (deployment_.refresh_signer) {
    setup_.set("refresh_signer", section(SignerKind::Hs256, kRefreshSuffix));
  }
}

void Schedule::makeFile(const std::string& name, SignerKind kind) const {
  const std::string key = kind == SignerKind::Hs256 ? randomSecret() : makeRsaKey();
  const std::filesystem::path file = setup_.folder() / (name + ".key");
  std::ofstream(file) << key;
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  // Past the first line of a PEM file.
  rememberSecret(key.substr(kind == SignerKind::Hs256 ? 0 : key.find('\n') + 1));
}

std::string Schedule::section(SignerKind kind, const std::string& suffix) const {
  const bool hmac = kind == SignerKind::Hs256;
  std::string list;
  for (const Key& key : keys_) {
    list.append(list.empty() ? "{" : ", {").append(hmac ? "secret_file: " : "private_key_file: ");
    list.append(key.name).append(suffix).append(".key").append(key.dates).append("}");
  }
  return std::string("{plugin: ") + (hmac ? "signer-hs256" : "signer-rs256") +
         ", settings: {keys: [" + list + "]}}";
}

std::chrono::sys_seconds thisSecond() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace token_service::test
