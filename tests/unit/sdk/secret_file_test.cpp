#include "token_service/sdk/secret_file.hpp"

#include "signers/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace token_service::sdk {
namespace {

using signers_test::TemporaryFolder;
using State = SecretFile::State;

constexpr uid_t kNobody = 65534;

void expectRefused(const SecretFile& file, ErrorCode code, const std::string& problem) {
  EXPECT_EQ(file.state, State::Refused);
  EXPECT_EQ(file.code, code);
  EXPECT_NE(file.problem.find(problem), std::string::npos) << file.problem;
  EXPECT_EQ(file.content, "");
}

// What the call gives a process of another user; the exit code says how it ended.
int stateAs(uid_t user, const std::string& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(user) != 0) {
      ::_exit(99);
    }
    const SecretFile file = readSecretFile(path);
    ::_exit(static_cast<int>(file.state) * 10 + static_cast<int>(file.code));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(SecretFile, IsReadAsItIs) {
  const TemporaryFolder folder;
  const std::string content("a\0b\r\n\n", 6);
  for (const mode_t mode : {0600U, 0400U, 0700U}) {
    const SecretFile file = readSecretFile(folder.write("secret", content, mode));
    EXPECT_EQ(file.state, State::Read);
    EXPECT_EQ(file.content, content);
    EXPECT_EQ(file.problem, "");
  }
}

TEST(SecretFile, MayBeMissing) {
  const TemporaryFolder folder;
  folder.write("file", "x");
  for (const char* name : {"none", "none/deeper", "file/below"}) {
    const SecretFile file = readSecretFile(folder.path(name));
    EXPECT_EQ(file.state, State::Missing) << name;
    EXPECT_EQ(file.code, ErrorCode::InvalidConfig);
    EXPECT_EQ(file.problem.find(folder.path()), std::string::npos) << "holds no path";
  }
}

TEST(SecretFile, IsNothingForOthers_C18) {
  const TemporaryFolder folder;
  for (const mode_t mode : {0604U, 0644U, 0602U, 0601U, 0620U, 0660U, 0650U, 0666U, 0777U}) {
    expectRefused(readSecretFile(folder.write("secret", "s", mode)), ErrorCode::PermissionDenied,
                  "chmod 600");
  }
}

TEST(SecretFile, OfRootMayBeReadByAGroup) {
  const TemporaryFolder folder;
  const std::string path = folder.write("secret", "s", 0640);
  if (::geteuid() == 0) {
    EXPECT_EQ(readSecretFile(path).state, State::Read);
  } else {
    expectRefused(readSecretFile(path), ErrorCode::PermissionDenied, "chmod 600");
  }
}

TEST(SecretFile, OfItsOwnUserMayNotBeReadByAGroup) {
  const TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0755);
  const std::string path = folder.write("secret", "s", 0640);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path.c_str(), kNobody, kNobody), 0);
    EXPECT_EQ(stateAs(kNobody, path), 22) << "refused, PermissionDenied";
    ::chmod(path.c_str(), 0600);
    EXPECT_EQ(stateAs(kNobody, path), 1) << "read";
  } else {
    expectRefused(readSecretFile(path), ErrorCode::PermissionDenied, "chmod 600");
  }
}

TEST(SecretFile, BelongsToRootOrToItsReader) {
  if (::geteuid() != 0) {
    expectRefused(readSecretFile("/etc/shadow"), ErrorCode::PermissionDenied, "");
    return;
  }
  const TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0755);
  const std::string path = folder.write("secret", "s", 0600);
  ASSERT_EQ(::chown(path.c_str(), kNobody, kNobody), 0);
  expectRefused(readSecretFile(path), ErrorCode::PermissionDenied, "chown");
  ASSERT_EQ(::chown(path.c_str(), 0, 0), 0);
  EXPECT_EQ(stateAs(kNobody, path), 22) << "cannot be opened, PermissionDenied";
}

TEST(SecretFile, IsCheckedBehindASymbolicLink) {
  const TemporaryFolder folder;
  const std::string link = folder.path("link");
  ASSERT_EQ(::symlink(folder.write("secret", "s", 0600).c_str(), link.c_str()), 0);
  EXPECT_EQ(readSecretFile(link).content, "s");
  folder.write("secret", "s", 0644);
  expectRefused(readSecretFile(link), ErrorCode::PermissionDenied, "chmod 600");
  ::unlink(folder.path("secret").c_str());
  EXPECT_EQ(readSecretFile(link).state, State::Missing);
}

TEST(SecretFile, IsARegularFile) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("fifo").c_str(), 0600), 0);
  for (const std::string& path : {folder.path(), folder.path("fifo"), std::string("/dev/null")}) {
    expectRefused(readSecretFile(path), ErrorCode::InvalidConfig, "is not a regular file");
  }
}

TEST(SecretFile, IsAtMost64KiB) {
  const TemporaryFolder folder;
  EXPECT_EQ(readSecretFile(folder.write("most", std::string(65536, 's'))).content.size(), 65536U);
  expectRefused(readSecretFile(folder.write("more", std::string(65537, 's'))),
                ErrorCode::InvalidConfig, "is larger than 64 KiB");
}

TEST(SecretFile, LosesOneTrailingNewline_C19) {
  EXPECT_EQ(withoutTrailingNewline("s\n"), "s");
  EXPECT_EQ(withoutTrailingNewline("s\n\n"), "s\n");
  EXPECT_EQ(withoutTrailingNewline("s\r\n"), "s\r");
  EXPECT_EQ(withoutTrailingNewline("s "), "s ");
  EXPECT_EQ(withoutTrailingNewline(""), "");
}

}  // namespace
}  // namespace token_service::sdk
