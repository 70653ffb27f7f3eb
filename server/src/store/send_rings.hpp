// The last 64 accepted sends of each device by tag, so that a repeated send gets its first answer; and, for devices
// that send more, every send whose event is still in the log. Only the writer thread uses it.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "store/store.hpp"

namespace kith::store {

constexpr size_t kRingSends = 64;
constexpr size_t kRingEntryBytes = 17;  // tag 8, room 4, seq 5

/// Sends that left their device's ring while their event is unpacked: an open-addressing table that forgets what is
/// packed when it grows.
class SpilledSends {
 public:
  void insert(DeviceId device, uint64_t tag, const Sent& sent, Pos pos, Pos cut);
  [[nodiscard]] std::optional<Sent> find(DeviceId device, uint64_t tag, Pos cut) const;
  [[nodiscard]] size_t slots() const { return slots_.size(); }

 private:
  struct Slot {
    int64_t device = 0;
    uint64_t tag = 0;
    int64_t room = 0;
    Seq seq = 0;
    Pos pos = 0;  // 0: never used
  };
  void place(const Slot& slot, Pos cut);
  void grow(Pos cut);

  std::vector<Slot> slots_;
  size_t used_ = 0;
};

class SendRings {
 public:
  explicit SendRings(size_t devices_max) : devices_max_(devices_max) {}

  /// True if the device's stored ring was not read yet: `load` comes before `find`.
  [[nodiscard]] bool needs_load(DeviceId device) const;
  /// Merges the stored ring (oldest first, empty if there is none) under what the log has already given.
  void load(DeviceId device, std::string_view stored);
  [[nodiscard]] std::optional<Sent> find(DeviceId device, uint64_t tag);
  /// Remembers a send. Until `keep` it can be taken back by `forget`.
  void add(DeviceId device, uint64_t tag, const Sent& sent, Pos pos);
  void keep();
  void forget();

  /// True if the ring holds sends that its row does not.
  [[nodiscard]] bool is_dirty(DeviceId device) const;
  /// The ring as its row stores it.
  [[nodiscard]] std::string stored_form(DeviceId device) const;
  void mark_stored(DeviceId device);
  /// Events up to `cut` are packed: their sends are remembered by the rings alone.
  void set_cut(Pos cut) { cut_ = cut; }
  [[nodiscard]] size_t devices() const { return rings_.size(); }

 private:
  struct Entry {
    Sent sent;
    Pos pos = 0;  // 0 if it came from the stored ring
  };
  struct Ring {
    std::vector<uint64_t> tags;  // apart from the entries: a search touches only these
    std::vector<Entry> entries;
    size_t start = 0;  // the oldest, once it is full
    bool loaded = false;
    bool dirty = false;
    Pos spilled = 0;  // newest pos that left the ring
    std::list<DeviceId>::iterator recent;
  };
  struct Undo {
    DeviceId device;
    std::optional<std::pair<uint64_t, Entry>> displaced;
    bool was_dirty = false;
  };

  Ring& touch(DeviceId device);
  std::optional<std::pair<uint64_t, Entry>> append(Ring& ring, DeviceId device, uint64_t tag, const Entry& entry);
  void shrink();

  size_t devices_max_;
  Pos cut_ = 0;
  Pos newest_pos_ = 0;
  std::unordered_map<DeviceId, Ring> rings_;
  std::list<DeviceId> recent_;  // most recently used first
  SpilledSends spilled_;
  std::vector<Undo> undo_;
};

}  // namespace kith::store
