#pragma once

#include "app/reload.hpp"
#include "app/watched_files.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace token_service::app {

// Runs the reloads of a service in a thread of its own: when it is asked to and, with `on_change`,
// when one of the files has changed and then kept still for a second. A reload that a change set
// off and that was refused is tried again after the next change. What it is given outlives it and
// is used by nobody else meanwhile.
class ReloadThread {
 public:
  ReloadThread(Reload& reload, WatchedFiles& files, bool on_change);
  ReloadThread(const ReloadThread&) = delete;
  ReloadThread& operator=(const ReloadThread&) = delete;
  // Waits for a reload that runs.
  ~ReloadThread();

  // One reload more, soon.
  void request();

  // From now on no reload begins.
  void stop();

  // After `stop`: waits for a reload that runs. False if it still runs then.
  bool waitUntil(std::chrono::steady_clock::time_point time);

 private:
  void run();

  Reload& reload_;
  WatchedFiles& files_;
  const bool on_change_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool requested_ = false;
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace token_service::app
