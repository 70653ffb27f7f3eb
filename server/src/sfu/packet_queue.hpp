// Whole unprotected packets waiting for their turn; memory is held only under congestion.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "rtc/bytes.hpp"
#include "sfu/media_packet.hpp"

namespace kith::sfu {

/// What a packet is to the pacer, most urgent first.
enum class PacketKind : uint8_t { kAudio, kRetransmission, kKeyFrame, kVideo, kPadding };

inline constexpr size_t kVideoQueueBytes = 1024 * 1024;  ///< several key frames of a shared screen
inline constexpr size_t kRetransmissionQueueBytes = 128 * 1024;

/// A packet taken from a queue: header, then everything else. Valid until the queue's next call.
struct QueuedPacket {
  PacketKind kind = PacketKind::kVideo;
  Instant queued_at{};
  uint16_t header_size = 0;
  uint8_t transport_sequence_at = 0;  ///< as in OutgoingPacket
  rtc::MutableBytes bytes;

  [[nodiscard]] rtc::Bytes header() const { return bytes.first(header_size); }
  [[nodiscard]] rtc::Bytes payload() const { return bytes.subspan(header_size); }
  void set_transport_sequence(uint16_t sequence) {
    if (transport_sequence_at != 0) rtc::store_u16(bytes.data() + transport_sequence_at, sequence);
  }
};

class PacketQueue {
 public:
  explicit PacketQueue(size_t bytes_max) : bytes_max_(bytes_max) {}

  /// False: no room.
  bool push(Instant now, PacketKind kind, const OutgoingPacket& packet);
  /// The oldest packet; not to be called on an empty queue.
  [[nodiscard]] QueuedPacket front();
  void pop();
  void clear();

  [[nodiscard]] bool empty() const { return first_ == entries_.size(); }
  [[nodiscard]] size_t bytes() const { return slab_.size() - first_byte_; }
  [[nodiscard]] size_t key_frame_packets() const { return key_frame_packets_; }
  /// When the oldest packet came; not to be called on an empty queue.
  [[nodiscard]] Instant oldest_at() const { return entries_[first_].queued_at; }

 private:
  struct Entry {
    Instant queued_at{};
    uint32_t size = 0;
    uint16_t header_size = 0;
    uint8_t transport_sequence_at = 0;
    PacketKind kind = PacketKind::kVideo;
  };

  void compact();

  size_t bytes_max_;
  // Packets are appended behind and taken from the front; now and then the rest moves forward.
  std::vector<uint8_t> slab_;
  std::vector<Entry> entries_;
  size_t first_ = 0;
  size_t first_byte_ = 0;
  size_t key_frame_packets_ = 0;
};

}  // namespace kith::sfu
