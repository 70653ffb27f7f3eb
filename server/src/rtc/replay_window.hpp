// Which packet indexes were seen: the newest and the 1023 before it (RFC 3711 §3.3.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kith::rtc {

/// A ring of bits, a word longer than the window: the word that the newest index enters is cleared whole. A loss
/// repaired a second late at a thousand packets a second still fits.
class ReplayWindow {
 public:
  static constexpr uint64_t kSize = 1024;

  /// False: seen before, or too old to tell.
  [[nodiscard]] bool is_new(uint64_t index) const {
    if (is_empty_ || index > highest_) return true;
    return highest_ - index < kSize && (seen_[slot(index)] & bit(index)) == 0;
  }
  /// Remembers an index that `is_new`.
  void accept(uint64_t index) {
    if (is_empty_ || index > highest_) advance(index);
    seen_[slot(index)] |= bit(index);
  }
  /// The highest accepted index; 0 before the first.
  [[nodiscard]] uint64_t highest() const { return highest_; }
  [[nodiscard]] bool is_empty() const { return is_empty_; }

 private:
  static constexpr size_t kWords = kSize / 64 + 1;

  static uint64_t bit(uint64_t index) { return uint64_t{1} << (index % 64); }
  static size_t slot(uint64_t index) { return index / 64 % kWords; }
  void advance(uint64_t index) {
    const uint64_t entered = index / 64 - highest_ / 64;
    if (is_empty_ || entered >= kWords) {
      seen_.fill(0);
    } else {
      for (uint64_t i = 0; i < entered; ++i) seen_[(index / 64 - i) % kWords] = 0;
    }
    highest_ = index;
    is_empty_ = false;
  }

  std::array<uint64_t, kWords> seen_{};
  uint64_t highest_ = 0;
  bool is_empty_ = true;
};

}  // namespace kith::rtc
