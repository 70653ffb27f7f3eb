// Which packets of a track one subscriber gets: the layer it has, the layer it should have, and when it may change.
//
// A viewer changes only where it can go on decoding: to another encoding at a key frame, to another spatial layer at a
// key frame or where the frame's dependencies allow it, up in time where the codec says so, down in time at any frame.
// A frame is forwarded whole or not at all.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <utility>

#include "sfu/media_packet.hpp"

namespace kith::sfu {

class LayerSelector {
 public:
  struct Decision {
    bool is_forwarded = false;
    bool begins = false;        ///< another source than before: this packet starts a key frame of it
    bool ends_picture = false;  ///< last packet of the topmost frame this viewer gets: the marker belongs on it
  };

  /// `is_simulcast`: spatial layers are encodings.
  explicit LayerSelector(bool is_simulcast) : is_simulcast_(is_simulcast) {}

  /// What the allocator grants. None: pause; going on after a pause needs a key frame.
  void set_target(Layer target);
  /// What was forwarded lately did not arrive: only a key frame helps.
  void break_off() { current_ = {}; }
  [[nodiscard]] Layer target() const { return target_; }
  [[nodiscard]] Layer current() const { return current_; }
  /// The spatial layer whose key frame it waits for; nullopt: none.
  [[nodiscard]] std::optional<int8_t> awaited_key_frame() const;
  /// True once since the layers a viewer is sent changed: the receiver must be told (AV1).
  [[nodiscard]] bool take_layer_change();

  /// Quick: false if nothing of this packet can matter to this viewer, `decide` need not be asked.
  [[nodiscard]] bool may_concern(const MediaPacket& packet) const {
    if (!is_simulcast_) return !target_.is_none() || !current_.is_none();
    return packet.encoding == current_.spatial || (packet.encoding == target_.spatial && packet.frame.is_key_frame);
  }
  Decision decide(const MediaPacket& packet);
  /// What was decided of the frame a late packet belongs to. Changes nothing.
  [[nodiscard]] Decision decide_late(const MediaPacket& packet) const;

 private:
  struct Frame {
    uint32_t timestamp = 0;
    int8_t spatial = 0;
    bool is_forwarded = false;
    bool is_used = false;
  };

  Decision begin(const MediaPacket& packet);
  void switch_layers(const MediaPacket& packet);
  void switch_space(Layer goal, const MediaPacket& packet);
  void set_current(Layer layer);
  void check_chains(const MediaPacket& packet);
  void note_frame(const MediaPacket& packet, bool is_forwarded);
  [[nodiscard]] bool is_topmost(const MediaPacket& packet) const;

  bool is_simulcast_;
  bool layers_changed_ = false;
  bool needs_key_frame_ = false;  ///< the chain of the wanted spatial layer was not forwarded
  Layer target_;
  Layer current_;
  uint16_t source_ = 0;
  /// The newest frames and what was decided: late packets follow it.
  std::array<Frame, 16> frames_{};
  size_t newest_frame_ = 0;
  /// Which of the last frames by number were forwarded (dependency descriptor).
  std::bitset<256> forwarded_;
  uint16_t newest_number_ = 0;
  std::array<bool, kSpatialLayersMax> is_chain_broken_{};  ///< by spatial layer
};

}  // namespace kith::sfu
