#include "sfu/layer_selector.hpp"

#include <algorithm>

namespace kith::sfu {

void LayerSelector::set_target(Layer target) {
  target_ = target;
  needs_key_frame_ = false;
}

std::optional<int8_t> LayerSelector::awaited_key_frame() const {
  if (target_.is_none() || current_.spatial == target_.spatial) return std::nullopt;
  const bool is_upwards = current_.spatial < target_.spatial;
  if (is_simulcast_ || is_upwards || needs_key_frame_) return target_.spatial;
  return std::nullopt;
}

bool LayerSelector::take_layer_change() { return std::exchange(layers_changed_, false); }

LayerSelector::Decision LayerSelector::decide(const MediaPacket& packet) {
  if (current_.is_none() || packet.source != source_) return begin(packet);
  const Frame& newest = frames_[newest_frame_];
  if (newest.timestamp != packet.timestamp || newest.spatial != packet.frame.spatial) {
    check_chains(packet);
    switch_layers(packet);
    if (current_.is_none()) return {};
    note_frame(packet, (packet.frame.needed_by & layer_bit(current_)) != 0);
  }
  return {.is_forwarded = frames_[newest_frame_].is_forwarded, .begins = false, .ends_picture = is_topmost(packet)};
}

LayerSelector::Decision LayerSelector::begin(const MediaPacket& packet) {
  const bool is_wanted = !target_.is_none() && (!is_simulcast_ || packet.encoding == target_.spatial);
  if (!is_wanted || !packet.frame.is_key_frame) {
    // What was forwarded until now began anew: only a key frame helps.
    if (!is_simulcast_ || packet.encoding == current_.spatial) current_ = {};
    return {};
  }
  source_ = packet.source;
  needs_key_frame_ = false;
  frames_ = {};
  forwarded_.reset();
  is_chain_broken_ = {};
  set_current(target_);
  note_frame(packet, true);
  return {.is_forwarded = true, .begins = true, .ends_picture = is_topmost(packet)};
}

LayerSelector::Decision LayerSelector::decide_late(const MediaPacket& packet) const {
  if (current_.is_none() || packet.source != source_) return {};
  const auto found = std::ranges::find_if(frames_, [&packet](const Frame& frame) {
    return frame.is_used && frame.timestamp == packet.timestamp && frame.spatial == packet.frame.spatial;
  });
  const bool is_forwarded =
      found != frames_.end() ? found->is_forwarded : (packet.frame.needed_by & layer_bit(current_)) != 0;
  return {.is_forwarded = is_forwarded, .begins = false, .ends_picture = is_topmost(packet)};
}

/// Called at the first packet of each frame that goes on the stream being forwarded.
void LayerSelector::switch_layers(const MediaPacket& packet) {
  if (current_ == target_) return;
  if (target_.is_none()) {
    current_ = {};
    return;
  }
  Layer goal = target_;
  if (is_simulcast_) goal.spatial = current_.spatial;
  if (packet.frame.is_key_frame) {
    needs_key_frame_ = false;
    set_current(goal);
    return;
  }
  // Down between pictures, so that one is not left without its end; up also where a higher layer of it opens.
  const bool begins_picture = packet.timestamp != frames_[newest_frame_].timestamp;
  if (goal.spatial > current_.spatial || (goal.spatial < current_.spatial && begins_picture))
    switch_space(goal, packet);
  const auto next_up = static_cast<int8_t>(current_.temporal + 1);
  const LayerSet above = layer_bit({.spatial = current_.spatial, .temporal = next_up});
  if (goal.temporal < current_.temporal && begins_picture) {
    set_current({.spatial = current_.spatial, .temporal = goal.temporal});
  } else if (goal.temporal > current_.temporal && (packet.frame.switch_at & above) != 0) {
    set_current({.spatial = current_.spatial, .temporal = next_up});
  }
}

/// Between spatial layers of one stream, away from key frames. Without chains all lower layers are being sent, so that
/// down is possible at any picture and up never. With them it is where the frame says so and its chain was sent.
void LayerSelector::switch_space(Layer goal, const MediaPacket& packet) {
  if (!packet.frame.has_chains) {
    if (goal.spatial < current_.spatial) set_current({.spatial = goal.spatial, .temporal = current_.temporal});
    return;
  }
  if ((packet.frame.switch_at & layer_bit(goal)) == 0) return;
  if (is_chain_broken_[static_cast<size_t>(goal.spatial)]) {
    needs_key_frame_ = true;
  } else {
    set_current(goal);
  }
}

/// A chain stays broken from the first frame of it that was not forwarded until it begins again.
void LayerSelector::check_chains(const MediaPacket& packet) {
  if (!packet.frame.has_chains) return;
  for (size_t spatial = 0; spatial < kSpatialLayersMax; ++spatial) {
    const uint8_t distance = packet.frame.chain_distance[spatial];
    const bool is_whole = distance == 0 || forwarded_.test(static_cast<uint8_t>(packet.frame_number - distance));
    is_chain_broken_[spatial] = distance != 0 && (is_chain_broken_[spatial] || !is_whole);
  }
}

void LayerSelector::set_current(Layer layer) {
  layers_changed_ = layers_changed_ || current_ != layer;
  current_ = layer;
}

void LayerSelector::note_frame(const MediaPacket& packet, bool is_forwarded) {
  newest_frame_ = (newest_frame_ + 1) % frames_.size();
  frames_[newest_frame_] = {
      .timestamp = packet.timestamp, .spatial = packet.frame.spatial, .is_forwarded = is_forwarded, .is_used = true};
  if (!packet.frame.has_chains) return;
  const auto advanced = static_cast<uint16_t>(packet.frame_number - newest_number_);
  if (advanced >= forwarded_.size()) {
    forwarded_.reset();
  } else {
    for (uint16_t i = 1; i <= advanced; ++i) forwarded_.reset(static_cast<uint8_t>(newest_number_ + i));
  }
  newest_number_ = packet.frame_number;
  forwarded_.set(static_cast<uint8_t>(packet.frame_number), is_forwarded);
}

bool LayerSelector::is_topmost(const MediaPacket& packet) const {
  const bool ends_highest = packet.frame.ends_frame && packet.frame.spatial == current_.spatial;
  return packet.marker || (!is_simulcast_ && ends_highest);
}

}  // namespace kith::sfu
