#include "app/openssl_memory.hpp"
#include "hs256_signer.hpp"
#include "plugin_settings.hpp"
#include "process_memory.hpp"
#include "rs256_signer.hpp"
#include "temporary_folder.hpp"
#include "test_keys.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
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

// As the service does, before anything else uses OpenSSL.
const bool kWiping = app::wipeWhatOpenSslFrees();

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
std::unique_ptr<PluginSigner> make(const TemporaryFolder& folder, const std::string& file_setting,
                                   const Values& others = {}) {
  SilentHost host;
  std::vector<Values> keys;
  for (const std::string& name : kNames) {
    Values& entry = keys.emplace_back(Values{{file_setting, name}});
    if (name != kNames.front()) {
      entry.emplace_back("published_from", "2026-11-23T00:00:00Z");
      entry.emplace_back("active_from", "2026-11-24T00:00:00Z");
    }
  }
  PluginSettings settings(folder.path(), others, keys);
  return std::make_unique<PluginSigner>(settings.settings(), host, sdk::Mode::Serve);
}

template <typename PluginSigner>
void signWithEach(PluginSigner& signer) {
  for (const sdk::Key& key : signer.keys()) {
    signer.sign(key.kid, "bytes", {});
  }
}

TEST(WipedKeys, OpenSslWipesFromTheStart) { EXPECT_TRUE(kWiping); }

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
    EXPECT_EQ(countInMemory(secret), 2)
        << "the key and the copy of it that signed on this thread, and nothing of the file";
  }
  signer.reset();
  for (const SoughtBytes& secret : secrets) {
    EXPECT_EQ(countInMemory(secret), 0);
  }
}

// What is looked for of an RSA key: its first prime as DER has it, as OpenSSL computes with it,
// least byte first, and a piece of the PEM file.
struct SoughtKey {
  SoughtBytes encoded, number, text;
};

void writePrime(const TemporaryFolder& folder, const std::string& name, const EVP_PKEY* key) {
  const RsaNumbers numbers = numbersOf(key);
  std::string prime(static_cast<std::size_t>(BN_num_bytes(numbers.p.get())), '\0');
  BN_bn2bin(numbers.p.get(), reinterpret_cast<unsigned char*>(prime.data()));
  folder.write(name + ".prime", prime);
}

SoughtKey soughtKey(const TemporaryFolder& folder, const std::string& name) {
  const SoughtBytes prime = bytesOfFile(folder.path(name + ".prime"), 16);
  return {prime, prime.reversed(), bytesOfFile(folder.path(name), 900)};
}

void expectNothingLeft(const SoughtKey& key) {
  EXPECT_EQ(countInMemory(key.text), 0);
  EXPECT_EQ(countInMemory(key.encoded), 0);
  EXPECT_EQ(countInMemory(key.number), 0);
}

class WipedRsaKeys : public testing::TestWithParam<std::string> {
 protected:
  void writeKeys() const {
    elsewhere([&] {
      for (const std::string& name : kNames) {
        const signing::KeyPointer key(EVP_RSA_gen(2048));
        folder_.write(name, privatePem(key.get(), GetParam()));
        writePrime(folder_, name, key.get());
      }
    });
  }

  std::unique_ptr<signer_rs256::Rs256Signer> makeSigner() const {
    if (GetParam().empty()) {
      return make<signer_rs256::Rs256Signer>(folder_, "private_key_file");
    }
    folder_.write("passphrase", GetParam());
    return make<signer_rs256::Rs256Signer>(folder_, "private_key_file",
                                           {{"passphrase_file", "passphrase"}});
  }

  TemporaryFolder folder_;
};

TEST_P(WipedRsaKeys, NothingIsLeftOfADestroyedSigner_P57) {
  writeKeys();
  std::vector<SoughtKey> keys;
  for (const std::string& name : kNames) {
    keys.push_back(soughtKey(folder_, name));
    expectNothingLeft(keys.back());
  }
  auto signer = makeSigner();
  signWithEach(*signer);
  for (const SoughtKey& key : keys) {
    EXPECT_EQ(countInMemory(key.text), 0);
    EXPECT_EQ(countInMemory(key.encoded), 0);
    EXPECT_GE(countInMemory(key.number), 1) << "the search finds what is there";
  }
  signer.reset();
  for (const SoughtKey& key : keys) {
    expectNothingLeft(key);
  }
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutPassphrase, WipedRsaKeys,
                         testing::Values("", "a passphrase"));

TEST(WipedKeys, NothingIsLeftOfAKeyThatTheSignerMade_P57) {
  const TemporaryFolder folder;
  SilentHost host;
  {
    PluginSettings settings(folder.path(), {{"private_key_file", "a"}, {"create_missing", "true"}});
    signer_rs256::Rs256Signer signer(settings.settings(), host, sdk::Mode::Serve);
    signWithEach(signer);
  }
  elsewhere([&] {
    const signing::BioPointer file(BIO_new_file(folder.path("a").c_str(), "r"));
    const signing::KeyPointer key(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr));
    writePrime(folder, "a", key.get());
  });
  expectNothingLeft(soughtKey(folder, "a"));
}

}  // namespace
}  // namespace token_service::signers_test
