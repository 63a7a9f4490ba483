#pragma once

#include <sys/types.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace token_service::app {

// Tells when files have changed, by what the file system says of them; symbolic links are followed.
// For one thread.
class WatchedFiles {
 public:
  // Watches one file, which is read later.
  explicit WatchedFiles(const std::string& file) { watch({file}); }

  // Nanoseconds since 1970 by the clock that files are stamped with.
  static std::int64_t now();

  // Watches these files and no others. Those that were watched already count as they were when last
  // looked at, the others as they are now; with `since`, a time before they were read, a change
  // after that is still told. A file that is not there is waited for.
  void watch(const std::vector<std::string>& files,
             std::int64_t since = std::numeric_limits<std::int64_t>::max());

  // Looks at all files, once. True if one has changed since the last change that was told, and
  // has not changed any more since the look before: a file that is being written is not told yet.
  bool settledChange();

  // Looks at all files and takes what they are now for told.
  void take();

 private:
  struct State {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    // Nanoseconds since 1970. The time of change covers what the other one does not: the mode.
    std::int64_t modified = 0;
    std::int64_t changed = 0;

    bool operator==(const State&) const = default;
  };
  // None: there is no such file.
  using States = std::map<std::string, std::optional<State>>;

  static std::optional<State> stateOf(const std::string& file);
  States look() const;

  States told_;
  States last_;
};

}  // namespace token_service::app
