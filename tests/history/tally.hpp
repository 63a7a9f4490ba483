#pragma once

#include "operation.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace token_service::history {

// How many operations of each kind had which result.
class Tally {
 public:
  void add(const Operation& operation);
  void add(const Tally& other);

  std::uint64_t count() const;
  std::uint64_t count(Result result) const;
  // A line for each kind, and one for all.
  std::string table() const;

 private:
  static constexpr std::array<Result, 3> kResults = {Result::Ok, Result::No, Result::Unknown};

  // By kind and by the place in kResults.
  std::array<std::array<std::uint64_t, kResults.size()>, kKinds> counts_{};
};

}  // namespace token_service::history
