#include "plugin/plugin_file.hpp"

#include "plugin_test.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace token_service::plugin {
namespace {

using Code = PluginError::Code;
namespace fs = std::filesystem;

constexpr uid_t kAnotherUser = 65534;

class PluginFileTest : public PluginTest {
 protected:
  static void setMode(const fs::path& path, unsigned mode) {
    fs::permissions(path, fs::perms{mode});
  }

  void expectRefused(const std::string& name, Code code, const std::string& sentence) {
    const Refusal refusal = refusalOf(name);
    EXPECT_EQ(refusal.code, code);
    EXPECT_EQ(refusal.message, "signer(" + name + "): " + sentence);
    EXPECT_FALSE(codeRan());
  }

  std::string notThere(const std::string& name) const {
    return "there is no " + name + ".so in " + folder().string() +
           ": install it there or choose one that `token-service plugins` lists";
  }
};

TEST_F(PluginFileTest, OnlyNamesAreNames) {
  for (const char* name : {"a", "0", "signer-hs256", "a-b-c", "42-a"}) {
    EXPECT_TRUE(isPluginName(name)) << name;
  }
  for (const char* name : {"", "-", "-a", "a-", "a--b", "A", "signer_x", "a.so", "../a", "/a",
                           "a/b", ".", "..", "a b", "a\n", "\xc3\xa4"}) {
    EXPECT_FALSE(isPluginName(name)) << name;
  }
  EXPECT_FALSE(isPluginName(std::string_view("a\0b", 3)));
  EXPECT_TRUE(isPluginName(std::string(64, 'a')));
  EXPECT_FALSE(isPluginName(std::string(65, 'a')));
}

TEST_F(PluginFileTest, PathsForNamesAreRefused) {
  install("good-signer");
  fs::create_directory(folder() / "a");
  fs::copy_file(pathOf("good-signer"), folder() / "a" / "b.so");
  fs::copy_file(pathOf("good-signer"), folder().parent_path() / "evil.so");
  const std::string sentence =
      "this is no plugin name: write the file's name without folder and .so, which is lower-case "
      "words joined by single hyphens, at most 64 characters";
  expectRefused("../evil", Code::InvalidConfig, sentence);
  expectRefused((folder().parent_path() / "evil.so").string(), Code::InvalidConfig, sentence);
  expectRefused("a/b", Code::InvalidConfig, sentence);
  expectRefused("good-signer.so", Code::InvalidConfig, sentence);

  const Refusal nul = refusalOf(std::string("good-signer\0x", 13));
  EXPECT_EQ(nul.message, "signer(good-signer?x): " + sentence);
  const Refusal lengthy = refusalOf(std::string(300, 'a'));
  EXPECT_EQ(lengthy.code, Code::InvalidConfig);
  EXPECT_EQ(lengthy.message, "signer(" + std::string(64, 'a') + "...): " + sentence);
  EXPECT_FALSE(codeRan());
}

TEST_F(PluginFileTest, OnlyThePluginFolderIsSearched) {
  // The tests run with the fixtures' folder in LD_LIBRARY_PATH.
  ASSERT_STREQ(std::getenv("LD_LIBRARY_PATH"), FIXTURE_PLUGIN_FOLDER);
  const fs::path before = fs::current_path();
  fs::current_path(FIXTURE_PLUGIN_FOLDER);
  expectRefused("good-signer", Code::InvalidConfig, notThere("good-signer"));
  fs::current_path(before);
}

TEST_F(PluginFileTest, NamesAreNotDecorated) {
  fs::copy_file(install("good-signer"), folder() / "libhs256.so");
  fs::copy_file(pathOf("good-signer"), folder() / "hs256");
  expectRefused("hs256", Code::InvalidConfig, notThere("hs256"));
}

TEST_F(PluginFileTest, LinksOutOfTheFolderAreRefused) {
  const fs::path outside = folder().parent_path() / "good-signer.so";
  fs::copy_file(install("good-signer"), outside);
  fs::remove(pathOf("good-signer"));
  fs::create_symlink(outside, pathOf("good-signer"));
  expectRefused("good-signer", Code::PermissionDenied,
                pathOf("good-signer").string() + " leads out of the plugin folder, to " +
                    outside.string() + ": put the file itself into the folder");
  fs::create_symlink(folder() / "nowhere", pathOf("dangling"));
  expectRefused("dangling", Code::InvalidConfig, notThere("dangling"));
}

TEST_F(PluginFileTest, LinksInsideTheFolderAreFollowed) {
  fs::rename(install("good-signer"), folder() / "good-signer.so.1");
  fs::create_symlink("good-signer.so.1", pathOf("good-signer"));
  EXPECT_EQ(loader().load("good-signer", sdk::PluginKind::Signer).path,
            folder() / "good-signer.so.1");
}

TEST_F(PluginFileTest, WhatIsNotARegularFileIsRefusedAtOnce) {
  const std::string sentence = " is not a regular file: install the plugin's file there";
  fs::create_directory(pathOf("directory"));
  expectRefused("directory", Code::InvalidConfig, pathOf("directory").string() + sentence);

  ASSERT_EQ(::mkfifo(pathOf("fifo").c_str(), 0644), 0);
  expectRefused("fifo", Code::InvalidConfig, pathOf("fifo").string() + sentence);

  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string path = pathOf("socket").string();
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  ASSERT_EQ(::bind(listener, static_cast<const sockaddr*>(static_cast<const void*>(&address)),
                   sizeof(address)),
            0);
  ::close(listener);
  expectRefused("socket", Code::InvalidConfig, path + sentence);

  // Only root can make a device; the link to one leaves the folder.
  if (::mknod(pathOf("device").c_str(), S_IFCHR | 0644, makedev(1, 5)) == 0) {
    expectRefused("device", Code::InvalidConfig, pathOf("device").string() + sentence);
  }
  fs::create_symlink("/dev/zero", pathOf("zero"));
  expectRefused("zero", Code::PermissionDenied,
                pathOf("zero").string() +
                    " leads out of the plugin folder, to /dev/zero: put the file itself into the "
                    "folder");
}

TEST_F(PluginFileTest, FilesOthersCanWriteAreRefused) {
  const fs::path path = install("good-signer");
  for (const unsigned mode : {0664U, 0646U, 0777U}) {
    setMode(path, mode);
    expectRefused("good-signer", Code::PermissionDenied,
                  path.string() + " can be changed by other users: chmod 644 it");
  }
}

TEST_F(PluginFileTest, FilesOfOthersAreRefused) {
  const fs::path path = install("good-signer");
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path.c_str(), kAnotherUser, kAnotherUser), 0);
    expectRefused("good-signer", Code::PermissionDenied,
                  path.string() +
                      " belongs to user 65534: chown it to root or to the user the service runs "
                      "as");
    ASSERT_EQ(::chown(path.c_str(), 0, 0), 0);
  } else {
    // Root's files are no one else's, either.
    EXPECT_EQ(trustedFolder("/usr"), "/usr");
  }
  EXPECT_NO_THROW(loader().load("good-signer", sdk::PluginKind::Signer));
}

TEST_F(PluginFileTest, UnreadableFilesAreRefused) {
  const fs::path path = install("good-signer");
  const bool is_root = ::geteuid() == 0;
  setMode(path, 0);
  if (is_root) {
    // Root reads everything, so the file is looked at as another user, to whom it belongs.
    ASSERT_EQ(::chmod(folder().parent_path().c_str(), 0755), 0);
    ASSERT_EQ(::chown(path.c_str(), kAnotherUser, kAnotherUser), 0);
    ASSERT_EQ(::seteuid(kAnotherUser), 0);
  }
  const Refusal refusal = refusalOf("good-signer");
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_EQ(refusal.code, Code::PermissionDenied);
  EXPECT_EQ(refusal.message,
            "signer(good-signer): " + path.string() + " cannot be opened: Permission denied");
}

TEST_F(PluginFileTest, FoldersOthersCanWriteAreRefused) {
  install("good-signer");
  for (const unsigned mode : {0775U, 0757U, 01777U}) {
    setMode(folder(), mode);
    expectRefused("good-signer", Code::PermissionDenied,
                  folder().string() + " can be changed by other users: chmod 755 it");
  }
  setMode(folder(), 0755);

  const fs::path above = folder().parent_path();
  setMode(above, 0777);
  expectRefused("good-signer", Code::PermissionDenied,
                above.string() + ", which holds the plugin folder " + folder().string() +
                    ", can be changed by other users: chmod 755 it");
  setMode(above, 01777);
  EXPECT_NO_THROW(loader().load("good-signer", sdk::PluginKind::Signer));
}

TEST_F(PluginFileTest, FoldersOfOthersAreRefused) {
  install("good-signer");
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(folder().c_str(), kAnotherUser, kAnotherUser), 0);
    expectRefused("good-signer", Code::PermissionDenied,
                  folder().string() +
                      " belongs to user 65534: chown it to root or to the user the service runs "
                      "as");
    ASSERT_EQ(::chown(folder().c_str(), 0, 0), 0);
  }
  EXPECT_EQ(trustedFolder(folder()), folder());
}

TEST_F(PluginFileTest, MissingFoldersAreRefused) {
  Loader elsewhere(folder() / "none");
  try {
    elsewhere.load("good-signer", sdk::PluginKind::Signer);
    FAIL() << "was loaded";
  } catch (const PluginError& error) {
    EXPECT_EQ(error.code(), Code::InvalidConfig);
    EXPECT_EQ(error.what(), "signer(good-signer): the plugin folder " +
                                (folder() / "none").string() +
                                " cannot be used: No such file or directory: install the plugins "
                                "there or name their folder with --plugin-dir");
  }
}

TEST_F(PluginFileTest, TheDigestMustMatch) {
  const fs::path path = install("good-signer");
  const std::string digest = openPluginFile(folder(), "good-signer", std::nullopt).sha256;
  // `sha256sum` of an empty file.
  write("empty", "");
  EXPECT_EQ(openPluginFile(folder(), "empty", std::nullopt).sha256,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

  const std::string zeros(64, '0');
  Refusal refusal = refusalOf("good-signer", sdk::PluginKind::Signer, zeros);
  EXPECT_EQ(refusal.code, Code::InvalidConfig);
  EXPECT_EQ(refusal.message, "signer(good-signer): " + path.string() + " has the SHA-256 " +
                                 digest + ", the configuration says " + zeros +
                                 ": install the file that is meant or correct sha256");
  refusal = refusalOf("good-signer", sdk::PluginKind::Signer, "abc");
  EXPECT_EQ(refusal.message,
            "signer(good-signer): sha256 must be 64 hexadecimal digits, as sha256sum prints them");
  EXPECT_FALSE(codeRan());

  std::string upper = digest;
  std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
  EXPECT_EQ(loader().load("good-signer", sdk::PluginKind::Signer, upper).sha256, digest);
  // Loaded or not, the digest counts.
  refusal = refusalOf("good-signer", sdk::PluginKind::Signer, zeros);
  EXPECT_EQ(refusal.code, Code::InvalidConfig);
}

}  // namespace
}  // namespace token_service::plugin
