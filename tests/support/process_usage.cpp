#include "process_usage.hpp"

#include "test_folder.hpp"

#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <sstream>
#include <string>

namespace token_service::test {
namespace {

std::filesystem::path folderOf(pid_t process) {
  return std::filesystem::path("/proc") / std::to_string(process);
}

}  // namespace

std::size_t residentBytes(pid_t process) {
  const std::string status = readFile(folderOf(process) / "status");
  const std::string name = "VmRSS:";
  return std::stoul(status.substr(status.find(name) + name.size())) * 1024;
}

std::chrono::milliseconds processorTime(pid_t process) {
  const std::string stat = readFile(folderOf(process) / "stat");
  // The second word is the program's name, which may hold spaces; the 14th and 15th are the times.
  std::istringstream words(stat.substr(stat.rfind(')') + 1));
  std::string word;
  for (int skipped = 3; skipped <= 13; ++skipped) {
    words >> word;
  }
  long user = 0;
  long kernel = 0;
  words >> user >> kernel;
  return std::chrono::milliseconds((user + kernel) * 1000 / ::sysconf(_SC_CLK_TCK));
}

std::size_t openFiles(pid_t process) {
  const std::filesystem::directory_iterator files(folderOf(process) / "fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace token_service::test
