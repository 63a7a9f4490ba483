#pragma once

#include "token_service/sdk/error.hpp"

#include <exception>
#include <stdexcept>
#include <string>

namespace token_service::store_sqlite {

/// An SQLite call did not succeed. Stays inside the plugin: `what()` names only the kind of fault,
/// never SQL or data.
class Failure : public std::exception {
 public:
  explicit Failure(int extended_code) : code_(extended_code) {}

  const char* what() const noexcept override;
  int extendedCode() const noexcept { return code_; }
  int code() const noexcept { return code_ & 0xff; }
  /// The file does not hold what it should.
  bool isDamage() const noexcept;

 private:
  int code_;
};

/// Why a database cannot be used at start, and what to do about it. The sentence follows the name
/// of the setting.
class Refusal : public std::runtime_error {
 public:
  Refusal(sdk::ErrorCode code, const std::string& sentence)
      : std::runtime_error(sentence), code_(code) {}
  explicit Refusal(const Failure& failure);

  sdk::ErrorCode code() const noexcept { return code_; }

 private:
  sdk::ErrorCode code_;
};

/// What a caller may conclude from a failure before a commit was tried.
sdk::Error operationError(const Failure& failure);

}  // namespace token_service::store_sqlite
