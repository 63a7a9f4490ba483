#include "tally.hpp"

#include <cstdio>

namespace token_service::history {
namespace {

std::string line(const std::string& name, const std::array<std::uint64_t, 3>& counts) {
  char text[80];
  std::snprintf(text, sizeof(text), "%-12s %9llu %9llu %9llu\n", name.c_str(),
                static_cast<unsigned long long>(counts[0]),
                static_cast<unsigned long long>(counts[1]),
                static_cast<unsigned long long>(counts[2]));
  return text;
}

}  // namespace

void Tally::add(const Operation& operation) {
  for (std::size_t index = 0; index < kResults.size(); ++index) {
    if (operation.result == kResults[index]) {
      ++counts_[static_cast<std::size_t>(operation.kind)][index];
    }
  }
}

void Tally::add(const Tally& other) {
  for (std::size_t kind = 0; kind < counts_.size(); ++kind) {
    for (std::size_t index = 0; index < kResults.size(); ++index) {
      counts_[kind][index] += other.counts_[kind][index];
    }
  }
}

std::uint64_t Tally::count() const {
  std::uint64_t count = 0;
  for (const Result result : kResults) {
    count += this->count(result);
  }
  return count;
}

std::uint64_t Tally::count(Result result) const {
  std::uint64_t count = 0;
  for (std::size_t index = 0; index < kResults.size(); ++index) {
    for (const auto& of_kind : counts_) {
      count += kResults[index] == result ? of_kind[index] : 0;
    }
  }
  return count;
}

std::string Tally::table() const {
  std::string text = "operation           ok        no   unknown\n";
  for (std::size_t kind = 0; kind < counts_.size(); ++kind) {
    text += line(nameOf(static_cast<Kind>(kind)), counts_[kind]);
  }
  return text + line("all", {count(Result::Ok), count(Result::No), count(Result::Unknown)});
}

}  // namespace token_service::history
