// The last second of one encoding, shared by all its subscribers: NACKs are answered and newcomers started from it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "sfu/media_packet.hpp"

namespace kith::sfu {

/// A ring of bytes and a table of what lies where. Both grow until a second of packets fits and stay so: once warm,
/// nothing is allocated.
class PacketHistory {
 public:
  static constexpr Duration kKeptMax = std::chrono::seconds(1);
  /// Bounds for one encoding, about 32 Mbit/s of video: then the oldest go before their second is over.
  static constexpr size_t kBytesMax = size_t{4} << 20;
  static constexpr size_t kPacketsMax = 4096;

  /// `kept`: how long packets stay, at most kKeptMax; the newest stays anyway.
  explicit PacketHistory(Duration kept = kKeptMax) : kept_(kept) {}

  /// Copies the packet with its extensions and payload. Returns the copy, valid until the next `insert`.
  const MediaPacket& insert(const MediaPacket& packet);
  /// nullptr if it never came or is forgotten. Valid until the next `insert`.
  [[nodiscard]] const MediaPacket* find(int64_t sequence) const {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[static_cast<size_t>(sequence) & (slots_.size() - 1)];
    return slot.is_used && slot.packet.sequence == sequence ? &slot.packet : nullptr;
  }
  /// Where a newcomer may begin: the newest key frame's first packet, if it is at most kKeptMax old and all of the
  /// stream since then is here.
  [[nodiscard]] std::optional<int64_t> newest_key_frame(Instant now) const;
  [[nodiscard]] int64_t newest() const { return newest_; }
  /// Bytes held, for the memory figures.
  [[nodiscard]] size_t capacity() const { return bytes_.size() + slots_.size() * sizeof(Slot); }

 private:
  struct Slot {
    MediaPacket packet;
    bool is_used = false;
  };
  /// What was written, oldest first: positions in `order_` and in `bytes_` are counted without end.
  struct Written {
    int64_t sequence;
    uint64_t end;  ///< of its bytes
    Instant arrival;
  };

  void drop_oldest();
  void make_room(Instant now, size_t size);
  void grow_bytes();
  void grow_slots();
  [[nodiscard]] uint64_t place(size_t size) const;

  Duration kept_;
  std::vector<uint8_t> bytes_;  ///< a power of two
  std::vector<Slot> slots_;     ///< by sequence, a power of two
  std::vector<Written> order_;  ///< a ring as long as slots_
  uint64_t order_begin_ = 0;
  uint64_t order_end_ = 0;
  uint64_t bytes_begin_ = 0;
  uint64_t bytes_end_ = 0;
  int64_t newest_ = -1;
  std::optional<int64_t> key_frame_;
};

}  // namespace kith::sfu
