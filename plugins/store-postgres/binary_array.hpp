#pragma once

#include "call.hpp"

#include <cstdint>
#include <string>

namespace token_service::store_postgres {

// The types of array elements, by the numbers that PostgreSQL's catalog gives them for ever.
enum class ElementType : std::uint32_t { Bigint = 20, Text = 25, Json = 114 };

// A one-dimensional array without nulls, in PostgreSQL's binary format.
class BinaryArray {
 public:
  explicit BinaryArray(ElementType type) : type_(type) {}

  void add(const Parameter& element) {
    appendWord(elements_, static_cast<std::uint32_t>(element.bytes.size()));
    elements_.append(element.bytes);
    ++count_;
  }

  Parameter parameter() const {
    constexpr std::uint32_t kDimensions = 1;
    constexpr std::uint32_t kHasNulls = 0;
    constexpr std::uint32_t kFirstIndex = 1;
    std::string bytes;
    bytes.reserve(elements_.size() + 5 * sizeof(std::uint32_t));
    for (const std::uint32_t word :
         {kDimensions, kHasNulls, static_cast<std::uint32_t>(type_), count_, kFirstIndex}) {
      appendWord(bytes, word);
    }
    bytes.append(elements_);
    return std::string_view(bytes);
  }

 private:
  static void appendWord(std::string& bytes, std::uint32_t word) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<char>((word >> shift) & 0xff));
    }
  }

  ElementType type_;
  std::uint32_t count_ = 0;
  std::string elements_;
};

}  // namespace token_service::store_postgres
