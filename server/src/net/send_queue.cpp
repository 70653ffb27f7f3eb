#include "net/send_queue.hpp"

#include <cassert>
#include <utility>

namespace kith::net {

void SendQueue::push(SharedBuffer buffer) {
  if (count_ == capacity_) grow();
  bytes_ += buffer->size();
  slot(count_) = std::move(buffer);
  ++count_;
}

void SendQueue::grow() {
  auto larger = std::make_unique<SharedBuffer[]>(size_t{capacity_} * 4);
  for (uint32_t i = 0; i < count_; ++i) larger[i] = std::move(slot(i));
  ring_ = std::move(larger);
  capacity_ *= 4;
  head_ = 0;
}

void SendQueue::pop() {
  slot(0).reset();
  head_ = (head_ + 1) & (capacity_ - 1);
  --count_;
}

void SendQueue::consume(size_t bytes) {
  assert(bytes <= bytes_);
  bytes_ -= bytes;
  bytes += std::exchange(sent_of_first_, 0);
  while (count_ > 0 && bytes >= slot(0)->size()) {
    bytes -= slot(0)->size();
    pop();
  }
  sent_of_first_ = bytes;
}

void SendQueue::drop_unsent(size_t keep_bytes) {
  uint32_t kept = 0;
  size_t kept_bytes = 0;
  while (kept < count_ && (kept_bytes < keep_bytes || (kept == 0 && sent_of_first_ > 0))) {
    kept_bytes += slot(kept)->size() - (kept == 0 ? sent_of_first_ : 0);
    ++kept;
  }
  while (count_ > kept) slot(--count_).reset();
  bytes_ = kept_bytes;
}

void SendQueue::clear() {
  while (count_ > 0) pop();
  bytes_ = 0;
  sent_of_first_ = 0;
}

void SendQueue::shrink() {
  if (count_ > 0 || !ring_) return;
  ring_.reset();
  capacity_ = kInline;
  head_ = 0;
}

}  // namespace kith::net
