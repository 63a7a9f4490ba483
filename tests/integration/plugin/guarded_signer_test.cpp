#include "plugin/guarded_signer.hpp"

#include "plugin/create.hpp"
#include "plugin_test.hpp"

namespace token_service::plugin {
namespace {

using Code = PluginError::Code;

class GuardedSignerTest : public PluginTest {
 protected:
  GuardedSignerTest() : plugin_(loadInstalled("faulty-signer", sdk::PluginKind::Signer)) {}

  std::unique_ptr<GuardedSigner> signerWith(const std::string& fault) {
    TestSettings settings{{"fault", fault}};
    return createSigner(plugin_, settings.get(), host_, sdk::Mode::Serve);
  }

  template <typename Call>
  void expectFailure(const std::string& fault, Call call, Code code, const std::string& message) {
    const auto signer = signerWith(fault);
    try {
      call(*signer);
      FAIL() << "no failure: " << fault;
    } catch (const PluginError& error) {
      EXPECT_EQ(error.code(), code) << fault;
      EXPECT_EQ(error.what(), "signer(faulty-signer): " + message);
    }
  }

  const LoadedPlugin& plugin_;
  RecordingHost host_;
};

constexpr auto kKeys = [](sdk::Signer& signer) { signer.keys(); };
constexpr auto kSign = [](sdk::Signer& signer) { signer.sign("k1", "x", sdk::Deadline::max()); };
constexpr auto kCheck = [](sdk::Signer& signer) { signer.check(sdk::Deadline::max()); };

TEST_F(GuardedSignerTest, GoodResultsPass) {
  const auto signer = signerWith("none");
  EXPECT_EQ(signer->keys().size(), 1U);
  EXPECT_EQ(signer->sign("k1", "x", sdk::Deadline::max()).size(), 2048U);
  EXPECT_NO_THROW(signer->check(sdk::Deadline::max()));
  EXPECT_TRUE(host_.events.empty());
}

TEST_F(GuardedSignerTest, WhateverIsThrownIsAPluginError) {
  const auto expectAll = [&](const std::string& operation, auto call) {
    expectFailure(operation + " throws sdk", call, Code::Unavailable, "the device does not answer");
    expectFailure(operation + " throws unknown code", call, Code::Internal, "what is this");
    expectFailure(operation + " throws std", call, Code::Internal,
                  operation + " threw an exception other than sdk::Error: out of paper");
    expectFailure(operation + " throws int", call, Code::Internal,
                  operation + " threw something that is no exception class");
  };
  expectAll("keys", kKeys);
  expectAll("sign", kSign);
  expectAll("check", kCheck);
}

TEST_F(GuardedSignerTest, KeysThatCannotBeRightAreRefused) {
  const std::string bad_kid =
      "keys returned a kid that is not 1 to 128 characters of A-Z a-z 0-9 - _";
  expectFailure("no keys", kKeys, Code::Internal, "keys returned no key");
  expectFailure("empty kid", kKeys, Code::Internal, bad_kid);
  expectFailure("long kid", kKeys, Code::Internal, bad_kid);
  expectFailure("path for kid", kKeys, Code::Internal, bad_kid);
  expectFailure("same kid twice", kKeys, Code::Internal, "keys returned the kid k1 twice");
  expectFailure("no algorithm", kKeys, Code::Internal,
                "keys returned the key k2 with an algorithm that is not 1 to 32 characters");
  expectFailure("huge jwk", kKeys, Code::Internal,
                "keys returned the key k2 with a public JWK that is not 1 byte to 16 KiB");
}

TEST_F(GuardedSignerTest, SignaturesThatCannotBeRightAreRefused) {
  expectFailure("sign returns nothing", kSign, Code::Internal, "sign returned an empty signature");
  expectFailure("sign returns 2049 bytes", kSign, Code::Internal,
                "sign returned a signature of 2049 bytes, more than 2048");
  expectFailure("sign returns 10 MiB", kSign, Code::Internal,
                "sign returned a signature of 10485760 bytes, more than 2048");
}

TEST_F(GuardedSignerTest, SlowCallsAreLogged) {
  signerWith("sign is slow")->sign("k1", "x", sdk::Deadline::max());
  ASSERT_EQ(host_.events.size(), 1U);
  const RecordingHost::Event& event = host_.events[0];
  EXPECT_EQ(event.level, sdk::LogLevel::Warning);
  EXPECT_EQ(event.text, "slow plugin call");
  EXPECT_EQ(event.fields.count("plugin"), 0U) << "the host names the plugin";
  EXPECT_EQ(event.fields.at("operation"), "sign");
  EXPECT_GE(std::stoi(event.fields.at("milliseconds")), 1100);
}

}  // namespace
}  // namespace token_service::plugin
