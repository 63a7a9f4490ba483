#pragma once

#include "rotating_test.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace token_service::test {

// The keys of a deployment's signers. A key of the schedule stands for one of each signer.
class Schedule {
 public:
  Schedule(const Deployment& deployment, ServiceSetup& setup);

  // A new key. The first one has no dates.
  Schedule& add(const std::string& name);
  Schedule& add(const std::string& name, std::chrono::sys_seconds published_from,
                std::chrono::sys_seconds active_from);
  Schedule& remove(const std::string& name);

  // Puts it into the configuration that the setup writes from now on.
  void apply();

 private:
  struct Key {
    std::string name;
    std::string dates;
  };

  void makeFile(const std::string& name, SignerKind kind) const;
  std::string section(SignerKind kind, const std::string& suffix) const;

  Deployment deployment_;
  ServiceSetup& setup_;
  std::vector<Key> keys_;
};

// Now, to the second; not later than now.
std::chrono::sys_seconds thisSecond();

}  // namespace token_service::test
