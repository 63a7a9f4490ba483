#include "app/watched_files.hpp"

#include <sys/stat.h>

#include <ctime>
#include <utility>

namespace token_service::app {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::int64_t WatchedFiles::now() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
  return nanoseconds(time);
}

void WatchedFiles::watch(const std::vector<std::string>& files, std::int64_t since) {
  States told;
  States last;
  for (const std::string& file : files) {
    const auto known = told_.find(file);
    if (known == told_.end()) {
      const std::optional<State> state = stateOf(file);
      last[file] = state;
      told[file] = state && state->changed >= since ? State{} : state;
    } else {
      told[file] = known->second;
      last[file] = last_[file];
    }
  }
  told_ = std::move(told);
  last_ = std::move(last);
}

bool WatchedFiles::settledChange() {
  States now = look();
  const bool settled = now == last_;
  last_ = std::move(now);
  if (!settled || last_ == told_) {
    return false;
  }
  told_ = last_;
  return true;
}

void WatchedFiles::take() { told_ = last_ = look(); }

std::optional<WatchedFiles::State> WatchedFiles::stateOf(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return State{status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
               nanoseconds(status.st_ctim)};
}

WatchedFiles::States WatchedFiles::look() const {
  States states;
  for (const auto& [file, state] : told_) {
    states[file] = stateOf(file);
  }
  return states;
}

}  // namespace token_service::app
