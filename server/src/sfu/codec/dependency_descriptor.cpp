#include "sfu/codec/dependency_descriptor.hpp"

#include <algorithm>

#include "sfu/codec/bit_reader.hpp"

namespace kith::sfu {

namespace {

constexpr size_t kMandatorySize = 3;
constexpr size_t kFlagsAtBit = 24;
constexpr size_t kMaskFlagAtBit = 25;
constexpr size_t kFlagsWidth = 5;

DecodeTargetIndication indication(BitReader& reader) { return static_cast<DecodeTargetIndication>(reader.bits(2)); }

/// template_layers (A.8.2): each template's layer is told as a step from the one before.
bool read_layers(BitReader& reader, DependencyStructure& structure) {
  enum : uint32_t { kSame = 0, kNextTemporal = 1, kNextSpatial = 2, kEnd = 3 };
  int spatial = 0;
  int temporal = 0;
  while (structure.templates.size() < kTemplatesMax) {
    DependencyStructure::Template& next = structure.templates.emplace_back();
    next.layer = {.spatial = static_cast<int8_t>(spatial), .temporal = static_cast<int8_t>(temporal)};
    const uint32_t step = reader.bits(2);
    if (!reader.ok()) return false;
    if (step == kEnd) return true;
    if (step == kNextTemporal) ++temporal;
    if (step == kNextSpatial) {
      ++spatial;
      temporal = 0;
    }
    if (spatial >= static_cast<int>(kSpatialLayersMax) || temporal >= static_cast<int>(kTemporalLayersMax))
      return false;
  }
  return false;
}

/// Frame differences are told in nibbles with a flag after each; forwarding has no use for them.
void skip_template_differences(BitReader& reader, size_t templates) {
  for (size_t i = 0; i < templates; ++i) {
    while (reader.flag()) reader.bits(4);
  }
}

void read_chains(BitReader& reader, DependencyStructure& structure) {
  structure.chain_count = static_cast<uint8_t>(reader.one_of(structure.decode_target_count + 1U));
  if (structure.chain_count == 0) return;
  for (size_t target = 0; target < structure.decode_target_count; ++target) {
    structure.target_chains[target] = static_cast<uint8_t>(reader.one_of(structure.chain_count));
  }
  for (DependencyStructure::Template& each : structure.templates) {
    for (size_t chain = 0; chain < structure.chain_count; ++chain) {
      each.chain_distances[chain] = static_cast<uint8_t>(reader.bits(4));
    }
  }
}

/// decode_target_layers (A.8.2): a target shows the highest layers among the frames present in it.
void derive_targets(DependencyStructure& structure) {
  for (size_t target = 0; target < structure.decode_target_count; ++target) {
    Layer& best = structure.target_layers[target];
    best = {.spatial = 0, .temporal = 0};
    for (const DependencyStructure::Template& each : structure.templates) {
      if (each.indications[target] == DecodeTargetIndication::kNotPresent) continue;
      best.spatial = std::max(best.spatial, each.layer.spatial);
      best.temporal = std::max(best.temporal, each.layer.temporal);
    }
  }
  for (size_t spatial = 0; spatial < kSpatialLayersMax; ++spatial) {
    for (size_t temporal = 0; temporal < kTemporalLayersMax; ++temporal) {
      int8_t& chosen = structure.targets[spatial][temporal];
      chosen = -1;
      for (size_t target = 0; target < structure.decode_target_count; ++target) {
        const Layer layer = structure.target_layers[target];
        const bool fits = layer.spatial <= static_cast<int>(spatial) && layer.temporal <= static_cast<int>(temporal);
        if (!fits) continue;
        if (chosen < 0 || layer > structure.target_layers[static_cast<size_t>(chosen)]) {
          chosen = static_cast<int8_t>(target);
        }
      }
    }
  }
}

/// template_dependency_structure (A.8.2).
std::optional<DependencyStructure> read_structure(BitReader& reader) {
  DependencyStructure structure;
  structure.template_id_offset = static_cast<uint8_t>(reader.bits(6));
  structure.decode_target_count = static_cast<uint8_t>(reader.bits(5) + 1);
  if (!read_layers(reader, structure)) return std::nullopt;
  for (DependencyStructure::Template& each : structure.templates) {
    for (size_t target = 0; target < structure.decode_target_count; ++target) {
      each.indications[target] = indication(reader);
    }
  }
  skip_template_differences(reader, structure.templates.size());
  read_chains(reader, structure);
  derive_targets(structure);
  if (reader.flag()) {
    for (int spatial = 0; spatial <= structure.templates.back().layer.spatial; ++spatial) reader.bits(32);
  }
  return reader.ok() ? std::optional(std::move(structure)) : std::nullopt;
}

struct CustomFields {
  bool indications = false;
  bool differences = false;
  bool chains = false;
};

/// frame_dependency_definition (A.8.3): the template's values, or the frame's own.
bool define_frame(BitReader& reader, const DependencyStructure& structure, uint8_t template_id, CustomFields custom,
                  DependencyDescriptor& descriptor) {
  const size_t index = (template_id + kTemplatesMax - structure.template_id_offset) % kTemplatesMax;
  if (index >= structure.templates.size()) return false;
  const DependencyStructure::Template& source = structure.templates[index];
  descriptor.layer = source.layer;
  descriptor.decode_target_count = structure.decode_target_count;
  descriptor.chain_count = structure.chain_count;
  descriptor.indications = source.indications;
  descriptor.chain_distances = source.chain_distances;
  if (custom.indications) {
    for (size_t target = 0; target < structure.decode_target_count; ++target) {
      descriptor.indications[target] = indication(reader);
    }
  }
  if (custom.differences) {
    while (const uint32_t nibbles = reader.bits(2)) reader.bits(4 * size_t{nibbles});
  }
  if (custom.chains) {
    for (size_t chain = 0; chain < structure.chain_count; ++chain) {
      descriptor.chain_distances[chain] = static_cast<uint8_t>(reader.bits(8));
    }
  }
  return reader.ok();
}

}  // namespace

std::optional<DependencyDescriptor> DependencyDescriptorParser::parse(rtc::Bytes value) {
  BitReader reader(value);
  DependencyDescriptor descriptor;
  descriptor.starts_frame = reader.flag();
  descriptor.ends_frame = reader.flag();
  const auto template_id = static_cast<uint8_t>(reader.bits(6));
  descriptor.frame_number = static_cast<uint16_t>(reader.bits(16));
  if (!reader.ok()) return std::nullopt;
  std::optional<DependencyStructure> fresh;
  CustomFields custom;
  if (value.size() > kMandatorySize) {
    descriptor.has_structure = reader.flag();
    const bool has_mask = reader.flag();
    custom = {.indications = reader.flag(), .differences = reader.flag(), .chains = reader.flag()};
    if (descriptor.has_structure) {
      fresh = read_structure(reader);
      if (!fresh) return std::nullopt;
    }
    descriptor.mask_at_bit = static_cast<uint16_t>(reader.position());
    const DependencyStructure* structure = fresh ? &*fresh : structure_ ? &*structure_ : nullptr;
    if (has_mask && structure != nullptr)
      descriptor.active_decode_targets = reader.bits(structure->decode_target_count);
  }
  if (!fresh && !structure_) return std::nullopt;
  if (!define_frame(reader, fresh ? *fresh : *structure_, template_id, custom, descriptor)) return std::nullopt;
  if (fresh) structure_ = std::move(fresh);
  return descriptor;
}

FrameInfo frame_info(const DependencyDescriptor& descriptor, const DependencyStructure& structure) {
  FrameInfo info;
  info.starts_frame = descriptor.starts_frame;
  info.ends_frame = descriptor.ends_frame;
  info.spatial = descriptor.layer.spatial;
  info.temporal = descriptor.layer.temporal;
  info.is_key_frame = descriptor.has_structure && descriptor.starts_frame && descriptor.layer.spatial == 0;
  info.has_chains = descriptor.chain_count > 0;
  info.needed_by = kNoLayers;
  for (size_t spatial = 0; spatial < kSpatialLayersMax; ++spatial) {
    for (size_t temporal = 0; temporal < kTemporalLayersMax; ++temporal) {
      const int8_t target = structure.targets[spatial][temporal];
      if (target < 0) continue;
      const LayerSet bit =
          layer_bit({.spatial = static_cast<int8_t>(spatial), .temporal = static_cast<int8_t>(temporal)});
      const DecodeTargetIndication use = descriptor.indications[static_cast<size_t>(target)];
      if (use != DecodeTargetIndication::kNotPresent) info.needed_by |= bit;
      if (use == DecodeTargetIndication::kSwitch) info.switch_at |= bit;
      info.chain_distance[spatial] = descriptor.chain_distances[structure.target_chains[static_cast<size_t>(target)]];
    }
  }
  if (info.is_key_frame) info.switch_at = kAllLayers;
  return info;
}

uint32_t decode_targets_up_to(const DependencyStructure& structure, Layer layer) {
  uint32_t mask = 0;
  for (size_t target = 0; target < structure.decode_target_count; ++target) {
    const Layer shown = structure.target_layers[target];
    if (shown.spatial <= layer.spatial && shown.temporal <= layer.temporal) mask |= 1U << target;
  }
  return mask;
}

size_t rewrite_active_decode_targets(rtc::Bytes value, uint8_t decode_target_count, uint16_t mask_at_bit, uint32_t mask,
                                     rtc::MutableBytes out) {
  BitReader reader(value);
  BitWriter writer(out);
  const bool is_extended = value.size() > kMandatorySize;
  const auto copy = [&reader, &writer](size_t width) {
    for (; width > 0; --width) writer.bits(reader.bits(1), 1);
  };
  if (value.size() < kMandatorySize || decode_target_count > kDecodeTargetsMax) return 0;
  if (!is_extended) {
    copy(kFlagsAtBit);
    writer.bits(0b01000, kFlagsWidth);
    writer.bits(mask, decode_target_count);
    return writer.ok() ? writer.size() : 0;
  }
  if (mask_at_bit < kFlagsAtBit + kFlagsWidth || mask_at_bit > value.size() * 8) return 0;
  copy(kMaskFlagAtBit);
  const bool had_mask = reader.flag();
  writer.bits(1, 1);
  copy(mask_at_bit - reader.position());
  writer.bits(mask, decode_target_count);
  if (had_mask) reader.bits(decode_target_count);
  copy(value.size() * 8 - reader.position());
  return reader.ok() && writer.ok() ? writer.size() : 0;
}

}  // namespace kith::sfu
