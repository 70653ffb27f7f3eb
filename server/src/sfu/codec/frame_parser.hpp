// From a payload and its dependency descriptor to what forwarding needs, whatever the codec.
#pragma once

#include <cstdint>
#include <optional>

#include "rtc/rtp_packet.hpp"
#include "sfu/codec/dependency_descriptor.hpp"
#include "sfu/media_packet.hpp"

namespace kith::sfu {

/// Keeps what the packets of one source need of those before: the dependency structure, the newest frame's timestamp.
class FrameParser {
 public:
  /// True if the codec's layers are read from the dependency descriptor, so that subscribers need it too.
  static bool passes_descriptor(Codec codec) { return codec == Codec::kAv1 || codec == Codec::kVp9; }

  /// Fills `frame` and the codec's fields of `packet`, whose `codec`, `sequence`, `timestamp`, `marker`, `payload` and
  /// `is_late` are set. `descriptor`: value of the dependency descriptor extension. False: the payload is malformed,
  /// drop the packet.
  bool parse(std::optional<rtc::Bytes> descriptor, MediaPacket& packet);
  /// Another source: what came before does not count.
  void reset() { *this = {}; }
  /// The newest dependency structure, if the source has one.
  [[nodiscard]] const std::optional<DependencyStructure>& structure() const { return descriptors_.structure(); }

 private:
  bool parse_payload(MediaPacket& packet);
  void widen_picture_id(MediaPacket& packet);
  void parse_descriptor(rtc::Bytes value, MediaPacket& packet);
  [[nodiscard]] bool is_new_frame(const MediaPacket& packet) const;

  DependencyDescriptorParser descriptors_;
  uint32_t active_decode_targets_ = 0;
  std::optional<uint32_t> newest_timestamp_;
  uint16_t newest_picture_id_ = 0;
};

}  // namespace kith::sfu
