#include "signing/key_file.hpp"

#include "hs256_signer.hpp"
#include "plugin_settings.hpp"
#include "refusal.hpp"
#include "rs256_signer.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace token_service::signers_test {
namespace {

using sdk::ErrorCode;
using sdk::Mode;
using signer_hs256::Hs256Signer;
using signer_rs256::Rs256Signer;

template <typename PluginSigner>
constexpr const char* kFileSetting = "secret_file";
template <>
constexpr const char* kFileSetting<Rs256Signer> = "private_key_file";

// What both signers do with the file of a key.
template <typename PluginSigner>
class KeyFileTest : public testing::Test {
 protected:
  std::vector<std::pair<std::string, std::string>> values(const std::string& file,
                                                          bool create_missing) const {
    return {{kFileSetting<PluginSigner>, file},
            {"create_missing", create_missing ? "true" : "false"}};
  }

  std::string kidOf(const std::string& file, bool create_missing, Mode mode) {
    PluginSettings settings(folder_.path(), values(file, create_missing));
    return PluginSigner(settings.settings(), host_, mode).keys().at(0).kid;
  }

  std::optional<Refusal> refusal(const std::string& file, bool create_missing, Mode mode) {
    return refusalOf<PluginSigner>(folder_.path(), values(file, create_missing), mode);
  }

  static Refusal because(ErrorCode code, const std::string& what) {
    return {code, std::string("config.yaml:11: signer.settings.") + kFileSetting<PluginSigner> +
                      ": " + what};
  }

  TemporaryFolder folder_;
  SilentHost host_;
};

using Signers = testing::Types<Hs256Signer, Rs256Signer>;
TYPED_TEST_SUITE(KeyFileTest, Signers);

TYPED_TEST(KeyFileTest, ServeMakesAMissingKeyOnceIfAsked) {
  const std::string kid = this->kidOf("key", true, Mode::Serve);
  EXPECT_EQ(this->folder_.names(), std::vector<std::string>{"key"});
  EXPECT_EQ(this->kidOf("key", true, Mode::Serve), kid);
  EXPECT_EQ(this->kidOf("key", false, Mode::Serve), kid);
  EXPECT_EQ(this->kidOf("key", true, Mode::Generate), kid);
}

TYPED_TEST(KeyFileTest, ServeMakesNothingUnlessAsked) {
  EXPECT_EQ(this->refusal("key", false, Mode::Serve),
            this->because(ErrorCode::InvalidConfig,
                          "there is no such file: make the key, or set create_missing: true"));
  EXPECT_TRUE(this->folder_.names().empty());
}

TYPED_TEST(KeyFileTest, GenerateMakesAMissingKeyWithoutBeingAsked) {
  const std::string kid = this->kidOf("key", false, Mode::Generate);
  EXPECT_EQ(this->folder_.names(), std::vector<std::string>{"key"});
  EXPECT_EQ(this->kidOf("key", false, Mode::Serve), kid);
}

TYPED_TEST(KeyFileTest, CheckTakesAKeyThatServeWouldMakeAndMakesNothing) {
  EXPECT_FALSE(this->kidOf("key", true, Mode::Check).empty());
  EXPECT_FALSE(this->kidOf("folder/key", true, Mode::Check).empty());
  EXPECT_TRUE(this->folder_.names().empty());
}

TYPED_TEST(KeyFileTest, CheckRefusesAKeyThatServeWouldNotMake) {
  EXPECT_EQ(this->refusal("key", false, Mode::Check),
            this->because(ErrorCode::InvalidConfig,
                          "there is no such file: make the key, or set create_missing: true"));
  EXPECT_TRUE(this->folder_.names().empty());
}

TYPED_TEST(KeyFileTest, FileAndFolderArePrivateWhateverTheUmask) {
  const mode_t before = ::umask(0);
  this->kidOf("folder/key", true, Mode::Serve);
  ::umask(before);
  EXPECT_EQ(this->folder_.mode("folder"), 0700U);
  EXPECT_EQ(this->folder_.mode("folder/key"), 0600U);
  EXPECT_EQ(this->folder_.names("folder"), std::vector<std::string>{"key"});
}

TYPED_TEST(KeyFileTest, LeavesTheModeOfAFolderThatIsThere) {
  std::filesystem::create_directory(this->folder_.path("folder"));
  ::chmod(this->folder_.path("folder").c_str(), 0750);
  this->kidOf("folder/key", true, Mode::Serve);
  EXPECT_EQ(this->folder_.mode("folder"), 0750U);
}

TYPED_TEST(KeyFileTest, AnAbsolutePathStandsForItself) {
  const TemporaryFolder elsewhere;
  this->kidOf(elsewhere.path("key"), true, Mode::Serve);
  EXPECT_EQ(elsewhere.names(), std::vector<std::string>{"key"});
}

TYPED_TEST(KeyFileTest, AllWhoStartAtOnceEndWithOneKey) {
  constexpr std::size_t kThreads = 8;
  std::vector<std::string> kids(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::string& kid : kids) {
      threads.emplace_back([&] { kid = this->kidOf("folder/key", true, Mode::Serve); });
    }
  }
  EXPECT_EQ(std::set<std::string>(kids.begin(), kids.end()).size(), 1U);
  EXPECT_EQ(kids[0], this->kidOf("folder/key", false, Mode::Serve));
  EXPECT_EQ(this->folder_.names("folder"), std::vector<std::string>{"key"});
}

TYPED_TEST(KeyFileTest, NeverReplacesAFileItCannotUse) {
  this->folder_.write("key", "x");
  for (const Mode mode : {Mode::Serve, Mode::Check, Mode::Generate}) {
    EXPECT_TRUE(this->refusal("key", true, mode));
    EXPECT_EQ(this->folder_.read("key"), "x");
  }
}

TYPED_TEST(KeyFileTest, RefusesToMakeAFileWhoseFolderCannotBeMade) {
  for (const Mode mode : {Mode::Serve, Mode::Check, Mode::Generate}) {
    EXPECT_EQ(this->refusal("no/such/key", true, mode),
              this->because(ErrorCode::InvalidConfig,
                            "there is no such file, and it cannot be made: No such file or "
                            "directory: make its folder, or name another file"));
  }
  EXPECT_TRUE(this->folder_.names().empty());
}

TYPED_TEST(KeyFileTest, RefusesToWriteThroughALinkToNothing) {
  std::filesystem::create_symlink("elsewhere", this->folder_.path("key"));
  EXPECT_EQ(this->refusal("key", true, Mode::Serve),
            this->because(ErrorCode::InvalidConfig,
                          "there is no such file, and it cannot be made: File exists: make its "
                          "folder, or name another file"));
  EXPECT_EQ(this->folder_.names(), std::vector<std::string>{"key"});
}

TYPED_TEST(KeyFileTest, RefusesAFolderItMayNotWriteTo) {
  ::chmod(this->folder_.path().c_str(), 0555);
  // Nothing is forbidden to root.
  constexpr uid_t kNobody = 65534;
  const uid_t before = ::geteuid();
  if (before == 0) {
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  const std::optional<Refusal> in_check = this->refusal("key", true, Mode::Check);
  const std::optional<Refusal> in_serve = this->refusal("key", true, Mode::Serve);
  ASSERT_EQ(::seteuid(before), 0);
  ::chmod(this->folder_.path().c_str(), 0755);
  const Refusal expected =
      this->because(ErrorCode::PermissionDenied,
                    "there is no such file, and it cannot be made: Permission denied: let the "
                    "service write to its folder, or make the key yourself");
  EXPECT_EQ(in_check, expected);
  EXPECT_EQ(in_serve, expected);
}

}  // namespace
}  // namespace token_service::signers_test
