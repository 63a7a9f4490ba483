#include "config/public_url.hpp"

#include "config/config.hpp"
#include "signers/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace token_service::config {
namespace {

using signers_test::TemporaryFolder;

// What is wrong with `server.public_url`, if something is.
std::string problemOf(const std::string& url, const std::string& address) {
  const TemporaryFolder folder;
  sdk::SettingsReport report;
  loadConfig(
      folder.write("f.yaml",
                   "signer: {plugin: s}\nstore: {plugin: t}\n"
                   "service_secrets: [{name: one, secret: 0123456789abcdef0123456789abcdef}]\n"
                   "server: {address: '" +
                       address + "', public_url: '" + url + "'}\n"),
      report);
  if (report.problems.empty()) {
    return "";
  }
  EXPECT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems.front().key, "server.public_url");
  return report.problems.front().what;
}

TEST(PublicUrl, IsAHostPerhapsWithPortAndPath) {
  for (const char* url :
       {"https://tokens.example.org", "http://127.0.0.1:8000", "https://tokens.example.org:65535",
        "https://tokens.example.org/auth", "https://a/b/c-d_e.f~g", "https://[2001:db8::1]",
        "https://[::1]:8443/x", "https://localhost"}) {
    EXPECT_TRUE(isPublicUrl(url)) << url;
  }
}

TEST(PublicUrl, IsNothingElse) {
  for (const char* url : {"",
                          "tokens.example.org",
                          "ftp://tokens.example.org",
                          "HTTPS://tokens.example.org",
                          "https:/tokens.example.org",
                          "https://",
                          "https:///auth",
                          "https://:443",
                          "https://tokens.example.org/",
                          "https://tokens.example.org/auth/",
                          "https://tokens.example.org//auth",
                          "https://tokens.example.org?x=1",
                          "https://tokens.example.org/auth?x=1",
                          "https://tokens.example.org#x",
                          "https://user@tokens.example.org",
                          "https://user:password@tokens.example.org",
                          "https://tokens.example.org:",
                          "https://tokens.example.org:0",
                          "https://tokens.example.org:65536",
                          "https://tokens.example.org:80a",
                          "https://tokens.example.org:+80",
                          "https://tokens.example.org/a b",
                          "https://tokens.example.org/*",
                          "https://tokens.example.org/{id}",
                          "https://tokens.example.org/%41",
                          "https://tokens.example.org/a/../b",
                          "https://tokens.example.org/.",
                          "https://t\xc3\xb6kens.example.org",
                          "https://[]",
                          "https://[::1",
                          "https://[::1]x",
                          "https://[::g]",
                          " https://tokens.example.org",
                          "https://tokens.example.org "}) {
    EXPECT_FALSE(isPublicUrl(url)) << url;
    if (*url != '\0') {
      EXPECT_NE(problemOf(url, "127.0.0.1").find("must be a URL such as"), std::string::npos)
          << url;
    }
  }
}

TEST(PublicUrl, IsHttpsWhereOthersCall) {
  EXPECT_EQ(problemOf("https://tokens.example.org", "0.0.0.0"), "");
  EXPECT_EQ(problemOf("http://localhost:8000", "127.0.0.1"), "");
  EXPECT_EQ(problemOf("http://localhost:8000", "::1"), "");
  for (const char* address : {"0.0.0.0", "::", "10.0.0.1"}) {
    EXPECT_NE(problemOf("http://tokens.example.org", address).find("must be an https:// URL"),
              std::string::npos);
  }
}

TEST(PublicUrl, HasAPath) {
  EXPECT_EQ(pathOfUrl("https://tokens.example.org"), "");
  EXPECT_EQ(pathOfUrl("https://tokens.example.org:8443/a/b"), "/a/b");
  EXPECT_EQ(pathOfUrl("http://[::1]/x"), "/x");
}

}  // namespace
}  // namespace token_service::config
