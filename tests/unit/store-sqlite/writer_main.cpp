// Logs user 1 in again and again, and prints each session's number once it has been acknowledged,
// until it is killed.

#include "support.hpp"

#include <cstdio>
#include <limits>
#include <string>

int main(int count, char** arguments) {
  using namespace token_service::store_sqlite;
  if (count != 2) {
    return 64;
  }
  try {
    const auto store = openStore(arguments[1], "sessions.db");
    for (std::uint32_t number = 0;; ++number) {
      store->create(session(1, std::to_string(number)), std::numeric_limits<int>::max(), kNow,
                    soon());
      std::fwrite(&number, sizeof(number), 1, stdout);
      std::fflush(stdout);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
