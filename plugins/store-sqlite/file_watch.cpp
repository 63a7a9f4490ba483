#include "file_watch.hpp"

#include "token_service/sdk/error.hpp"

namespace token_service::store_sqlite {

void FileWatch::requireSeenInPlace() const {
  if (!wasInPlace()) {
    throw sdk::Error(sdk::ErrorCode::Unavailable,
                     "the database file was removed or replaced while it was open: restart");
  }
}

bool FileWatch::look() {
  const bool in_place = file_.isSame();
  if (in_place_.exchange(in_place) != in_place) {
    const sdk::LogField fields[] = {{"path", file_.path()}};
    if (in_place) {
      host_.log(sdk::LogLevel::Info, "database file is back", fields);
    } else {
      host_.log(sdk::LogLevel::Error,
                "database file was removed or replaced, put it back or restart", fields);
    }
  }
  return in_place;
}

}  // namespace token_service::store_sqlite
