#pragma once

#include <filesystem>
#include <string>

namespace token_service::test {

// A folder that only this user may enter; lives as long as the object.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string readFile(const std::filesystem::path& file);

}  // namespace token_service::test
