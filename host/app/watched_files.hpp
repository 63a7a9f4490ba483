#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace token_service::app {

// Tells when files have changed, by what the file system says of them; symbolic links are followed.
// For one thread.
class WatchedFiles {
 public:
  // Watches one file, from now on.
  explicit WatchedFiles(const std::string& file) { watch({file}); }

  // Watches these files and no others: those that were watched already since they were last looked
  // at, the others from now on. A file that is not there is waited for.
  void watch(const std::vector<std::string>& files);

  // Looks at all files, once. True if one has changed since the last change that was told, and
  // has not changed any more since the look before: a file that is being written is not told yet.
  bool settledChange();

  // Looks at all files and takes what they are now for told.
  void take();

 private:
  struct State {
    dev_t device;
    ino_t inode;
    off_t size;
    // Nanoseconds since 1970. The time of change covers what the other one does not: the mode.
    std::int64_t modified;
    std::int64_t changed;

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
