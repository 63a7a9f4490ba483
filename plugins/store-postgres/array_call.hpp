#pragma once

#include "binary_array.hpp"

#include <cstddef>
#include <initializer_list>
#include <vector>

namespace token_service::store_postgres {

// A statement over arrays that does the work of many: one array for each parameter that the
// statement for one would have. Its answers name the element that they belong to, from 1.
class ArrayCall {
 public:
  ArrayCall(const char* name, std::initializer_list<ElementType> types)
      : name_(name), columns_(types.begin(), types.end()) {}

  // The work that its owner knows by `number`; a value for each of the types.
  void add(std::size_t number, std::initializer_list<Parameter> values) {
    auto column = columns_.begin();
    for (const Parameter& value : values) {
      (column++)->add(value);
    }
    numbers_.push_back(number);
  }

  bool empty() const { return numbers_.empty(); }
  const std::vector<std::size_t>& numbers() const { return numbers_; }
  std::size_t numberOf(std::int64_t element) const {
    return numbers_.at(static_cast<std::size_t>(element - 1));
  }

  Call call() const {
    std::vector<Parameter> parameters;
    parameters.reserve(columns_.size());
    for (const BinaryArray& column : columns_) {
      parameters.push_back(column.parameter());
    }
    return Call::execute(name_, std::move(parameters));
  }

 private:
  const char* name_;
  std::vector<BinaryArray> columns_;
  std::vector<std::size_t> numbers_;
};

}  // namespace token_service::store_postgres
