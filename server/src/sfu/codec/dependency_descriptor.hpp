// The dependency descriptor header extension (AV1 RTP specification v1.0.0, appendix A): which viewers need a frame and
// on what it rests, for any codec. Sent by browsers for AV1 and VP9.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "rtc/bytes.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

/// What a frame is for a decode target (A.8.3.2, DTI).
enum class DecodeTargetIndication : uint8_t { kNotPresent, kDiscardable, kSwitch, kRequired };

inline constexpr size_t kDecodeTargetsMax = 32;
inline constexpr size_t kTemplatesMax = 64;

/// The templates of a key frame, valid for the frames after it (A.8.2, A.8.3.3).
struct DependencyStructure {
  struct Template {
    Layer layer;
    std::array<DecodeTargetIndication, kDecodeTargetsMax> indications{};
    std::array<uint8_t, kDecodeTargetsMax> chain_distances{};  ///< per chain; 0: the chain begins here
  };
  uint8_t template_id_offset = 0;
  uint8_t decode_target_count = 0;
  uint8_t chain_count = 0;
  std::vector<Template> templates;
  std::array<Layer, kDecodeTargetsMax> target_layers{};    ///< what a decode target shows at best
  std::array<uint8_t, kDecodeTargetsMax> target_chains{};  ///< the chain that protects a decode target
  /// The decode target a viewer of a layer is sent, by spatial and temporal layer: the best that is not above it.
  /// −1: there is none.
  std::array<std::array<int8_t, kTemporalLayersMax>, kSpatialLayersMax> targets{};
};

/// One packet's descriptor, resolved with its structure.
struct DependencyDescriptor {
  bool starts_frame = false;
  bool ends_frame = false;
  uint16_t frame_number = 0;
  Layer layer;
  bool has_structure = false;  ///< a new structure came with it: a key frame
  uint8_t decode_target_count = 0;
  uint8_t chain_count = 0;
  std::array<DecodeTargetIndication, kDecodeTargetsMax> indications{};
  std::array<uint8_t, kDecodeTargetsMax> chain_distances{};
  std::optional<uint32_t> active_decode_targets;  ///< bit i: target i is being sent
  uint16_t mask_at_bit = 0;  ///< where the mask stands, or would stand; 0 if only the three mandatory bytes came
  bool operator==(const DependencyDescriptor&) const = default;
};

/// Remembers the newest structure of one source and reads descriptors with it.
class DependencyDescriptorParser {
 public:
  /// nullopt if the value is malformed or refers to a structure that never came.
  std::optional<DependencyDescriptor> parse(rtc::Bytes value);
  [[nodiscard]] const std::optional<DependencyStructure>& structure() const { return structure_; }

 private:
  std::optional<DependencyStructure> structure_;
};

/// `structure`: the one `descriptor` was read with.
FrameInfo frame_info(const DependencyDescriptor& descriptor, const DependencyStructure& structure);

/// The decode targets that show at most `layer`: what a viewer of that layer is sent.
uint32_t decode_targets_up_to(const DependencyStructure& structure, Layer layer);

/// Writes `value` again with `mask` as its active decode targets, whether it had a mask or not, so that a receiver does
/// not wait for layers it is not sent. `out` needs five bytes more than `value`. `decode_target_count` and
/// `mask_at_bit`: from the parsed descriptor. Returns the size; 0 if `value` and `mask_at_bit` do not fit together.
size_t rewrite_active_decode_targets(rtc::Bytes value, uint8_t decode_target_count, uint16_t mask_at_bit, uint32_t mask,
                                     rtc::MutableBytes out);

}  // namespace kith::sfu
