#include "app/watched_files.hpp"

#include "signers/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace token_service::app {
namespace {

using signers_test::TemporaryFolder;

class WatchedFilesTest : public testing::Test {
 protected:
  // As the file system has it after an edit, also if its clock has not moved meanwhile.
  void change(const std::string& name) { folder_.write(name, content_ += "x"); }

  TemporaryFolder folder_;
  std::string content_ = "content";
  std::string file_ = folder_.write("f", content_);
  WatchedFiles watched_{file_};
};

TEST_F(WatchedFilesTest, NothingChangedIsNothingToTell) {
  EXPECT_FALSE(watched_.settledChange());
  EXPECT_FALSE(watched_.settledChange());
}

TEST_F(WatchedFilesTest, AChangeIsToldOnceItIsSettled) {
  change("f");
  EXPECT_FALSE(watched_.settledChange()) << "it may still be written";
  EXPECT_TRUE(watched_.settledChange());
  EXPECT_FALSE(watched_.settledChange()) << "it was told";
}

TEST_F(WatchedFilesTest, AFileThatIsBeingWrittenIsNotTold) {
  for (int part = 0; part < 5; ++part) {
    change("f");
    EXPECT_FALSE(watched_.settledChange());
  }
  EXPECT_TRUE(watched_.settledChange());
}

TEST_F(WatchedFilesTest, AnotherFileOfThatNameIsAChange) {
  folder_.write("g", content_);
  std::filesystem::rename(folder_.path("g"), file_);
  watched_.settledChange();
  EXPECT_TRUE(watched_.settledChange());
}

TEST_F(WatchedFilesTest, AFileThatChangedWhileItWasReadHasChanged) {
  const std::int64_t before_reading = WatchedFiles::now();
  watched_.watch({file_, folder_.write("secret", "new")}, before_reading);
  EXPECT_TRUE(watched_.settledChange());
  EXPECT_FALSE(watched_.settledChange());
}

TEST_F(WatchedFilesTest, AnotherModeIsAChange) {
  ::chmod(file_.c_str(), 0640);
  watched_.settledChange();
  EXPECT_TRUE(watched_.settledChange());
}

TEST_F(WatchedFilesTest, GoingAndComingAreChanges) {
  std::filesystem::remove(file_);
  watched_.settledChange();
  EXPECT_TRUE(watched_.settledChange());
  folder_.write("f", content_);
  watched_.settledChange();
  EXPECT_TRUE(watched_.settledChange());
}

// How Kubernetes exchanges a mounted secret: one link of several is renamed.
TEST_F(WatchedFilesTest, ALinkThatPointsElsewhereIsAChange) {
  namespace fs = std::filesystem;
  fs::create_directory(folder_.path("one"));
  fs::create_directory(folder_.path("two"));
  folder_.write("one/secret", "same");
  folder_.write("two/secret", "same");
  fs::create_symlink("one", folder_.path("data"));
  fs::create_symlink("data/secret", folder_.path("secret"));
  watched_.watch({folder_.path("secret")});
  EXPECT_FALSE(watched_.settledChange());
  fs::create_symlink("two", folder_.path("data.new"));
  fs::rename(folder_.path("data.new"), folder_.path("data"));
  watched_.settledChange();
  EXPECT_TRUE(watched_.settledChange());
}

TEST_F(WatchedFilesTest, WatchingMoreForgetsNoChange) {
  change("f");
  watched_.watch({file_, folder_.path("missing")});
  watched_.settledChange();
  EXPECT_TRUE(watched_.settledChange());
  folder_.write("missing", "now it is there");
  watched_.settledChange();
  EXPECT_TRUE(watched_.settledChange());
}

TEST_F(WatchedFilesTest, WhatIsNotWatchedAnyMoreIsNotTold) {
  watched_.watch({folder_.path("missing")});
  change("f");
  watched_.settledChange();
  EXPECT_FALSE(watched_.settledChange());
}

TEST_F(WatchedFilesTest, WhatWasTakenIsNotTold) {
  change("f");
  watched_.take();
  EXPECT_FALSE(watched_.settledChange());
  EXPECT_FALSE(watched_.settledChange());
}

}  // namespace
}  // namespace token_service::app
