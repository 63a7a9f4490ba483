#include "hs256_signer.hpp"
#include "plugin_settings.hpp"
#include "process_memory.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace token_service::signers_test {
namespace {

constexpr std::size_t kEnough = 24;

// In a process of its own, so that this one's memory has nothing of it.
void elsewhere(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
}

// One byte at a time: a buffer would hold what is looked for.
SoughtBytes bytesOfFile(const std::string& path, std::size_t start) {
  std::ifstream file;
  file.rdbuf()->pubsetbuf(nullptr, 0);
  file.open(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(start));
  SoughtBytes bytes;
  for (char byte = 0; bytes.size() < kEnough && file.get(byte);) {
    bytes.push(byte);
  }
  EXPECT_EQ(bytes.size(), kEnough);
  return bytes;
}

const std::vector<std::string> kNames = {"a", "b", "c"};

template <typename PluginSigner>
std::unique_ptr<PluginSigner> make(const TemporaryFolder& folder, const std::string& file_setting) {
  SilentHost host;
  std::vector<Values> keys;
  for (const std::string& name : kNames) {
    Values& entry = keys.emplace_back(Values{{file_setting, name}});
    if (name != kNames.front()) {
      entry.emplace_back("published_from", "2026-11-23T00:00:00Z");
      entry.emplace_back("active_from", "2026-11-24T00:00:00Z");
    }
  }
  PluginSettings settings(folder.path(), {}, keys);
  return std::make_unique<PluginSigner>(settings.settings(), host, sdk::Mode::Serve);
}

template <typename PluginSigner>
void signWithEach(PluginSigner& signer) {
  for (const sdk::Key& key : signer.keys()) {
    signer.sign(key.kid, "bytes", {});
  }
}

TEST(WipedKeys, NothingOfASecretIsLeftOfADestroyedSigner_P57) {
  const TemporaryFolder folder;
  elsewhere([&] {
    SilentHost host;
    for (const std::string& name : kNames) {
      PluginSettings settings(folder.path(), {{"secret_file", name}});
      signer_hs256::Hs256Signer(settings.settings(), host, sdk::Mode::Generate);
    }
  });
  std::vector<SoughtBytes> secrets;
  for (const std::string& name : kNames) {
    secrets.push_back(bytesOfFile(folder.path(name), 8));
    EXPECT_EQ(countInMemory(secrets.back()), 0);
  }
  auto signer = make<signer_hs256::Hs256Signer>(folder, "secret_file");
  signWithEach(*signer);
  for (const SoughtBytes& secret : secrets) {
    EXPECT_EQ(countInMemory(secret), 1) << "the key that signs, and nothing of the file";
  }
  signer.reset();
  for (const SoughtBytes& secret : secrets) {
    EXPECT_EQ(countInMemory(secret), 0);
  }
}

}  // namespace
}  // namespace token_service::signers_test
