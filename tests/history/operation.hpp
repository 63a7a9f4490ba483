#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace token_service::history {

// The steady clock, which all clients share.
using Time = std::chrono::nanoseconds;

enum class Kind { GenTokens, Validate, Introspect, Refresh, Invalidate, Revoke, EndSession };
inline constexpr int kKinds = 7;

// Unknown: no answer, or one that says that nobody can say (a 5xx). It may take effect at any later
// time.
enum class Result { Pending, Ok, No, Unknown };

// One request of one client.
struct Operation {
  std::uint64_t number = 0;
  int client = 0;
  int host = 0;
  Kind kind = Kind::Validate;
  std::int64_t user = 0;
  // Which of the user's sessions, counted from 0: the one that it makes or whose token it presents.
  int session = 0;
  Result result = Result::Pending;
  Time invoked{};
  Time returned{};
};

std::string nameOf(Kind kind);
std::string nameOf(Result result);
// In one line, with times in seconds since `start`.
std::string describe(const Operation& operation, Time start);

}  // namespace token_service::history
