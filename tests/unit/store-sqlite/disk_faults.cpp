#include "disk_faults.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace {

std::atomic<int> write_error = 0;
std::atomic<int> sync_error = 0;
std::atomic<int> sync_count = 0;
std::atomic<bool> syncs_held = false;
std::atomic<int> waiting_syncs = 0;

}  // namespace

// In place of the C library's, which SQLite finds after these.
extern "C" ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t offset) {
  if (write_error != 0) {
    errno = write_error;
    return -1;
  }
  return ::syscall(SYS_pwrite64, file, bytes, count, offset);
}

extern "C" int fdatasync(int file) {
  ++sync_count;
  ++waiting_syncs;
  waiting_syncs.notify_all();
  syncs_held.wait(true);
  --waiting_syncs;
  if (sync_error != 0) {
    errno = sync_error;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace token_service::store_sqlite {

DiskFaults::~DiskFaults() {
  failWrites(0);
  failSyncs(0);
  releaseSyncs();
}

void DiskFaults::failWrites(int error) { write_error = error; }

void DiskFaults::failSyncs(int error) { sync_error = error; }

void DiskFaults::holdSyncs() { syncs_held = true; }

void DiskFaults::waitForHeldSync() { waiting_syncs.wait(0); }

void DiskFaults::releaseSyncs() {
  syncs_held = false;
  syncs_held.notify_all();
}

int DiskFaults::syncs() { return sync_count; }

}  // namespace token_service::store_sqlite
