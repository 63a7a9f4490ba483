#pragma once

#include "service_setup.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace token_service::test {

// A running process of the service's own binary.
class ServiceProcess {
 public:
  // Returns once it listens. Throws with what it wrote if it ends or does not listen in time.
  explicit ServiceProcess(const ServiceSetup& setup);
  // Stops it if it runs; a test fails if it does not then end well.
  ~ServiceProcess();
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  std::uint16_t port() const { return port_; }
  // Of `server.admin`. Throws if the log names none.
  std::uint16_t adminPort() const;
  // The file that it reads, no other process does.
  const std::filesystem::path& configFile() const { return config_file_; }
  pid_t pid() const { return pid_; }
  // What it wrote to standard error so far.
  std::string log() const;

  void sendSignal(int signal) const;
  // Waits for the end and gives the exit code, or minus the signal that ended it. Throws if it
  // still runs after `patience`; then it is killed.
  int wait(std::chrono::milliseconds patience = std::chrono::seconds(15));
  // SIGTERM, and wait.
  int stop();
  // As a crash would end it.
  void kill();

 private:
  std::filesystem::path config_file_;
  std::filesystem::path log_file_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace token_service::test
