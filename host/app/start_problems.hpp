#pragma once

#include "token_service/sdk/error.hpp"
#include "token_service/sdk/host.hpp"
#include "token_service/sdk/settings.hpp"

#include <string>
#include <vector>

namespace token_service::app {

// Everything that keeps the service from starting, a sentence each.
class StartProblems {
 public:
  void add(sdk::ErrorCode code, const std::string& text);
  void add(const sdk::SettingsReport& report);

  // Throws sdk::Error with all of them, a line each, if there are any. Their common code if they
  // have one, otherwise InvalidConfig.
  void throwIfAny() const;

 private:
  struct Problem {
    sdk::ErrorCode code;
    std::string text;
  };
  std::vector<Problem> problems_;
};

// A clock that was never set would make tokens that others take for expired.
void checkClock(sdk::Time now, StartProblems& problems);

}  // namespace token_service::app
