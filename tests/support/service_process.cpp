#include "service_process.hpp"

#include "leak_check.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

pid_t start(const ServiceSetup& setup, const std::filesystem::path& config,
            const std::filesystem::path& log_file) {
  const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  std::vector<std::string> words = {TOKEN_SERVICE_BINARY, "serve", "--config", config};
  if (!setup.pluginFolder().empty()) {
    words.insert(words.end(), {"--plugin-dir", setup.pluginFolder()});
  }
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(log, STDERR_FILENO);
    if (setup.openFiles() > 0) {
      const rlimit limit{setup.openFiles(), setup.openFiles()};
      ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    ::execv(TOKEN_SERVICE_BINARY, arguments.data());
    ::_exit(127);
  }
  ::close(log);
  if (pid < 0) {
    throw std::runtime_error("cannot start a process");
  }
  return pid;
}

// From a line such as `... listening address=127.0.0.1:40123 ...`.
std::optional<std::uint16_t> portIn(const std::string& log, const std::string& event) {
  const std::string marker = event + " address=127.0.0.1:";
  const std::size_t begin = log.find(marker);
  if (begin == std::string::npos || log.find('\n', begin) == std::string::npos) {
    return std::nullopt;
  }
  std::uint16_t port = 0;
  std::from_chars(log.data() + begin + marker.size(), log.data() + log.size(), port);
  return port;
}

std::optional<int> exitCode(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, WNOHANG) != pid) {
    return std::nullopt;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

ServiceProcess::ServiceProcess(const ServiceSetup& setup) : config_file_(setup.writeConfig()) {
  static std::atomic<int> count = 0;
  log_file_ = setup.folder() / ("stderr." + std::to_string(++count));
  pid_ = start(setup, config_file_, log_file_);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (const std::optional<std::uint16_t> port = portIn(log(), "listening")) {
      port_ = *port;
      for (const std::string& secret : setup.secrets()) {
        rememberSecret(secret);
      }
      return;
    }
    if (const std::optional<int> code = exitCode(pid_)) {
      pid_ = -1;
      throw std::runtime_error("the service ended with " + std::to_string(*code) + ": " + log());
    }
    std::this_thread::sleep_for(5ms);
  }
  kill();
  throw std::runtime_error("the service does not listen: " + log());
}

ServiceProcess::~ServiceProcess() {
  if (pid_ > 0) {
    try {
      EXPECT_EQ(stop(), 0) << log();
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
  expectNoSecretIn(log(), "standard error");
}

std::uint16_t ServiceProcess::adminPort() const {
  return portIn(log(), "admin listener open").value();
}

std::string ServiceProcess::log() const { return readFile(log_file_); }

void ServiceProcess::sendSignal(int signal) const { ::kill(pid_, signal); }

int ServiceProcess::wait(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (const std::optional<int> code = exitCode(pid_)) {
      pid_ = -1;
      return *code;
    }
    std::this_thread::sleep_for(2ms);
  }
  kill();
  throw std::runtime_error("the service did not end in time: " + log());
}

int ServiceProcess::stop() {
  sendSignal(SIGTERM);
  return wait();
}

void ServiceProcess::kill() {
  sendSignal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace token_service::test
