#pragma once

#include "token_service/sdk/host.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace token_service::store_sqlite {

class Connection;

/// A statement that is prepared once. Must not outlive its connection.
class Statement {
 public:
  /// Throws Failure.
  Statement(const Connection& connection, std::string_view sql);

 private:
  friend class Run;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// One execution of a statement, which is ready for the next one when this ends, however it ends.
/// Texts are not copied: they must live as long as the run. All functions throw Failure.
class Run {
 public:
  template <typename... Values>
  explicit Run(Statement& statement, const Values&... values)
      : statement_(statement.statement_.get()), guard_(statement_) {
    int index = 0;
    (bind(++index, values), ...);
  }

  /// Goes to the next row; false when there is none.
  bool nextRow();

  std::int64_t integer(int column) const;
  sdk::Time time(int column) const;
  std::string text(int column) const;

 private:
  struct Reset {
    void operator()(sqlite3_stmt* statement) const;
  };

  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view value);
  void bind(int index, sdk::Time value) { bind(index, value.time_since_epoch().count()); }

  sqlite3_stmt* statement_;
  std::unique_ptr<sqlite3_stmt, Reset> guard_;
};

}  // namespace token_service::store_sqlite
