#include "plugin/create.hpp"

#include "plugin_test.hpp"

#include <sys/stat.h>

namespace token_service::plugin {
namespace {

using Code = PluginError::Code;

class CreateTest : public PluginTest {
 protected:
  Refusal failureOf(const std::string& fault) {
    const LoadedPlugin& plugin = faultySigner();
    TestSettings settings{{"fault", fault}};
    try {
      createSigner(plugin, settings.get(), host_, sdk::Mode::Serve);
    } catch (const PluginError& error) {
      return {error.code(), error.what()};
    }
    throw std::logic_error("was created: " + fault);
  }

  const LoadedPlugin& faultySigner() {
    if (!std::filesystem::exists(pathOf("faulty-signer"))) {
      install("faulty-signer");
    }
    return loader().load("faulty-signer", sdk::PluginKind::Signer);
  }

  RecordingHost host_;
};

TEST_F(CreateTest, MakesASigner) {
  TestSettings settings{{"stamp", "here: "}};
  const auto signer = createSigner(loadInstalled("good-signer", sdk::PluginKind::Signer),
                                   settings.get(), host_, sdk::Mode::Serve);
  const std::vector<sdk::Key> keys = signer->keys();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(signer->sign(keys[0].kid, "bytes", sdk::Deadline::max()), "here: bytes");
  EXPECT_NO_THROW(signer->check(sdk::Deadline::max()));
}

TEST_F(CreateTest, MakesSeveralObjectsOfOnePlugin) {
  const LoadedPlugin& plugin = loadInstalled("good-signer", sdk::PluginKind::Signer);
  TestSettings one{{"stamp", "1 "}};
  TestSettings two{{"stamp", "2 "}};
  auto first = createSigner(plugin, one.get(), host_, sdk::Mode::Serve);
  const auto second = createSigner(plugin, two.get(), host_, sdk::Mode::Serve);
  first.reset();
  EXPECT_EQ(second->sign("good-key", "x", sdk::Deadline::max()), "2 x");
}

TEST_F(CreateTest, KeysThatNobodyReadAreRefused) {
  // This signer does not call settings.finish().
  const LoadedPlugin& plugin = faultySigner();
  TestSettings settings{{"fault", "none"}, {"falt", "none"}};
  try {
    createSigner(plugin, settings.get(), host_, sdk::Mode::Serve);
    FAIL() << "was created";
  } catch (const PluginError& error) {
    EXPECT_EQ(error.code(), Code::InvalidConfig);
    EXPECT_STREQ(error.what(),
                 "signer(faulty-signer): test.yaml:3: settings.falt: is not a known key, did you "
                 "mean 'fault'?");
  }
}

TEST_F(CreateTest, WhateverIsThrownIsAPluginError) {
  Refusal failure = failureOf("create throws sdk");
  EXPECT_EQ(failure.code, Code::Unavailable);
  EXPECT_EQ(failure.message, "signer(faulty-signer): the device does not answer");
  failure = failureOf("create denied");
  EXPECT_EQ(failure.code, Code::PermissionDenied);
  EXPECT_EQ(failure.message, "signer(faulty-signer): the key file is open to all");
  failure = failureOf("create internal");
  EXPECT_EQ(failure.code, Code::InvalidConfig);
  EXPECT_EQ(failure.message, "signer(faulty-signer): the device is broken");
  failure = failureOf("create throws std");
  EXPECT_EQ(failure.code, Code::InvalidConfig);
  EXPECT_EQ(failure.message,
            "signer(faulty-signer): create threw an exception other than sdk::Error: out of paper");
  failure = failureOf("create throws int");
  EXPECT_EQ(failure.code, Code::InvalidConfig);
  EXPECT_EQ(failure.message,
            "signer(faulty-signer): create threw something that is no exception class");
}

TEST_F(CreateTest, NothingIsNoSigner) {
  TestSettings settings{};
  try {
    createSigner(loadInstalled("returns-null", sdk::PluginKind::Signer), settings.get(), host_,
                 sdk::Mode::Serve);
    FAIL() << "was created";
  } catch (const PluginError& error) {
    EXPECT_EQ(error.code(), Code::InvalidConfig);
    EXPECT_STREQ(error.what(),
                 "signer(returns-null): create returned nothing: install another version of the "
                 "plugin");
  }
}

TEST_F(CreateTest, TheProcessStaysAsItWas) {
  const mode_t mask = ::umask(027);
  const Refusal failure = failureOf("create changes umask");
  EXPECT_EQ(::umask(mask), mode_t{027});
  EXPECT_EQ(failure.code, Code::InvalidConfig);
  EXPECT_EQ(failure.message,
            "signer(faulty-signer): create changed the process's umask: install another version of "
            "the plugin");
}

}  // namespace
}  // namespace token_service::plugin
