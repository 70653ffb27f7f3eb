// Datagrams that must leave, in order: filled by the protocols, emptied by whoever owns the sockets.
#pragma once

#include <cassert>
#include <cstring>
#include <vector>

#include "rtc/bytes.hpp"
#include "rtc/path.hpp"

namespace kith::rtc {

/// One slab of bytes and a list of what lies where. After its first passes it allocates nothing.
class Outbox {
 public:
  struct Datagram {
    Path path;
    uint32_t offset = 0;
    uint32_t size = 0;
  };

  /// Room for a datagram of at most `size_max` bytes, valid until the next call of any function here.
  MutableBytes begin(size_t size_max) {
    if (slab_.size() < used_ + size_max) slab_.resize((used_ + size_max) * 2);
    return MutableBytes(slab_).subspan(used_, size_max);
  }
  /// Sends the first `size` bytes of what `begin` gave. One that is not committed was never there.
  void commit(const Path& path, size_t size) {
    assert(used_ + size <= slab_.size());
    datagrams_.push_back({.path = path, .offset = static_cast<uint32_t>(used_), .size = static_cast<uint32_t>(size)});
    used_ += size;
  }
  void send(const Path& path, Bytes bytes) {
    const MutableBytes out = begin(bytes.size());
    std::memcpy(out.data(), bytes.data(), bytes.size());
    commit(path, bytes.size());
  }

  [[nodiscard]] const std::vector<Datagram>& datagrams() const { return datagrams_; }
  [[nodiscard]] Bytes bytes(const Datagram& datagram) const {
    return Bytes(slab_).subspan(datagram.offset, datagram.size);
  }
  [[nodiscard]] bool empty() const { return datagrams_.empty(); }
  [[nodiscard]] size_t size() const { return datagrams_.size(); }
  void clear() {
    datagrams_.clear();
    used_ = 0;
  }

 private:
  std::vector<uint8_t> slab_;
  std::vector<Datagram> datagrams_;
  size_t used_ = 0;
};

}  // namespace kith::rtc
