#pragma once

namespace token_service::store_sqlite {

/// What befalls the writes and syncs of this process from now on. Ends with this object.
class DiskFaults {
 public:
  DiskFaults() = default;
  DiskFaults(const DiskFaults&) = delete;
  DiskFaults& operator=(const DiskFaults&) = delete;
  ~DiskFaults();

  /// Every write, or sync, fails with this error; 0 ends that.
  static void failWrites(int error);
  static void failSyncs(int error);

  /// From now on a sync waits until `releaseSyncs`.
  static void holdSyncs();
  /// Returns when a sync waits.
  static void waitForHeldSync();
  static void releaseSyncs();

  /// How many syncs there have been.
  static int syncs();
};

}  // namespace token_service::store_sqlite
