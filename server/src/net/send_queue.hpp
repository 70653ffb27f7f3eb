// What one socket still has to send: shared buffers in order, counted in bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "net/buffer.hpp"

namespace kith::net {

/// A ring of references. A few fit inside; more move it to the heap, and `shrink` gives the heap back.
class SendQueue {
 public:
  static constexpr uint32_t kInline = 2;

  void push(SharedBuffer buffer);
  /// Forgets the first `bytes` bytes, which were sent.
  void consume(size_t bytes);
  /// Drops what need not be sent: everything behind the first `keep_bytes` bytes, in whole buffers. A buffer whose
  /// beginning has already left is kept, since dropping its rest would corrupt the stream.
  void drop_unsent(size_t keep_bytes);
  void clear();
  /// Gives back the heap ring if it is empty.
  void shrink();

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] size_t bytes() const { return bytes_; }
  [[nodiscard]] uint32_t count() const { return count_; }
  /// `index` < count(), oldest first.
  [[nodiscard]] const SharedBuffer& at(uint32_t index) const { return slot(index); }
  /// Bytes of the first buffer that have already left.
  [[nodiscard]] size_t sent_of_first() const { return sent_of_first_; }

 private:
  [[nodiscard]] const SharedBuffer& slot(uint32_t index) const {
    const uint32_t position = (head_ + index) & (capacity_ - 1);
    return ring_ ? ring_[position] : inline_[position];
  }
  SharedBuffer& slot(uint32_t index) { return const_cast<SharedBuffer&>(std::as_const(*this).slot(index)); }
  void pop();
  void grow();

  std::array<SharedBuffer, kInline> inline_;
  std::unique_ptr<SharedBuffer[]> ring_;
  size_t bytes_ = 0;
  size_t sent_of_first_ = 0;
  uint32_t head_ = 0;
  uint32_t count_ = 0;
  uint32_t capacity_ = kInline;  ///< a power of two
};

}  // namespace kith::net
