#pragma once

#include "token_service/sdk/error.hpp"
#include "token_service/sdk/host.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <cstdint>
#include <memory>
#include <string_view>

namespace token_service::store_postgres {

// What one statement gave back. Throws sdk::Error (Internal) for a value of another type.
class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result, PQclear) {}

  int count() const { return PQntuples(result_.get()); }
  std::string_view text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
  }
  std::int64_t integer(int row, int column) const {
    return isBinary(column) ? bigint(text(row, column)) : number(text(row, column));
  }
  sdk::Time time(int row, int column) const {
    return sdk::Time(std::chrono::milliseconds(integer(row, column)));
  }
  bool flag(int row, int column) const {
    return text(row, column) == (isBinary(column) ? std::string_view("\1") : "t");
  }

  // How many rows an INSERT, UPDATE or DELETE touched.
  std::int64_t affected() const { return number(PQcmdTuples(result_.get())); }
  // "COMMIT", "INSERT 0 1", ...
  std::string_view tag() const { return PQcmdStatus(result_.get()); }

 private:
  bool isBinary(int column) const { return PQfformat(result_.get(), column) == 1; }

  static std::int64_t bigint(std::string_view bytes) {
    if (bytes.size() != sizeof(std::int64_t)) {
      throw sdk::Error(sdk::ErrorCode::Internal, "the database gave no bigint where one belongs");
    }
    std::uint64_t value = 0;
    for (const char byte : bytes) {
      value = value << 8 | static_cast<unsigned char>(byte);
    }
    return static_cast<std::int64_t>(value);
  }

  static std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
      throw sdk::Error(sdk::ErrorCode::Internal, "the database gave no number where one belongs");
    }
    return value;
  }

  std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

}  // namespace token_service::store_postgres
