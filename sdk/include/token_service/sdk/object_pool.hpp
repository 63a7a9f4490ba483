#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

namespace token_service::sdk {

/// Objects of one thing that are dear to make, serve one caller at a time and can be used again: a
/// key's contexts, for example. `take` gives one that is idle, `give` keeps it for the next caller.
/// Holds at most kSize of them and destroys them when it goes. Never waits; safe for use from many
/// threads at once.
///
/// Unlike thread_local ones, they live no longer than what they belong to, and there are no more of
/// them than kSize however many threads come and go.
template <typename Object, typename Deleter = std::default_delete<Object>>
class ObjectPool {
 public:
  using Pointer = std::unique_ptr<Object, Deleter>;

  static constexpr std::size_t kSize = 16;

  ObjectPool() = default;
  ObjectPool(const ObjectPool&) = delete;
  ObjectPool& operator=(const ObjectPool&) = delete;
  ~ObjectPool() {
    for (Place& place : places_) {
      Pointer(place.idle.load(std::memory_order_acquire));
    }
  }

  /// An idle object, or null: then the caller makes one.
  Pointer take() { return Pointer(place().idle.exchange(nullptr, std::memory_order_acquire)); }

  /// Keeps it. One that is in its place already is destroyed.
  void give(Pointer object) {
    Pointer(place().idle.exchange(object.release(), std::memory_order_acq_rel));
  }

 private:
  // A cache line each, so that threads do not slow each other down.
  struct alignas(64) Place {
    std::atomic<Object*> idle = nullptr;
  };

  // Each thread has its place; those of more than kSize threads are shared.
  Place& place() {
    static std::atomic<std::size_t> threads = 0;
    thread_local std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
    return places_[number % kSize];
  }

  std::array<Place, kSize> places_;
};

}  // namespace token_service::sdk
