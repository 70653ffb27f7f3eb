#include "call/data_router.hpp"

#include <algorithm>

#include "call/signal_limits.hpp"
#include "livekit/models.pb.h"

namespace kith::call {
namespace {

/// Puts the truth about its sender into a message. What we do not know of it is kept byte for byte.
void sign(livekit::DataPacket& packet, DataPeer sender, sfu::DataChannel channel) {
  // Some clients write "lossy" on the reliable channel.
  const bool is_reliable = channel == sfu::DataChannel::kReliable;
  packet.set_kind(is_reliable ? livekit::DataPacket::RELIABLE : livekit::DataPacket::LOSSY);
  packet.set_participant_sid(std::string(sender.sid));
  packet.set_participant_identity(std::string(sender.identity));
  if (!packet.has_user()) return;
  packet.mutable_user()->set_participant_sid(std::string(sender.sid));
  packet.mutable_user()->set_participant_identity(std::string(sender.identity));
  *packet.mutable_user()->mutable_destination_identities() = packet.destination_identities();
}

}  // namespace

bool RoutedData::is_for(DataPeer peer) const {
  if (identities.empty() && sids.empty()) return true;
  return std::ranges::find(identities, peer.identity) != identities.end() ||
         std::ranges::find(sids, peer.sid) != sids.end();
}

std::optional<RoutedData> DataRouter::take(Instant now, DataPeer sender, sfu::DataChannel channel,
                                           std::string_view message) {
  if (channel == sfu::DataChannel::kDataTrack) return std::nullopt;  // data tracks are not spoken
  livekit::DataPacket packet;
  if (!packet.ParseFromArray(message.data(), static_cast<int>(message.size()))) return std::nullopt;
  if (packet.has_metrics() || packet.has_transcription()) return std::nullopt;
  const bool is_numbered = channel == sfu::DataChannel::kReliable && packet.sequence() != 0;
  if (is_numbered) {
    // After a resume clients send again what may have come already.
    uint32_t& last = last_sequences_.try_emplace(std::string(sender.sid), 0).first->second;
    if (packet.sequence() <= last) return std::nullopt;
    last = packet.sequence();
  }
  if (packet.destination_identities().empty() && packet.has_user()) {
    *packet.mutable_destination_identities() = packet.user().destination_identities();
  }
  RoutedData routed;
  routed.identities.assign(packet.destination_identities().begin(), packet.destination_identities().end());
  if (packet.has_user()) {
    routed.sids.assign(packet.user().destination_sids().begin(), packet.user().destination_sids().end());
  }
  sign(packet, sender, channel);
  routed.message = packet.SerializeAsString();
  if (is_numbered) {
    keep({.at = now, .sender_sid = std::string(sender.sid), .sequence = packet.sequence(), .data = routed});
  }
  return routed;
}

void DataRouter::keep(Kept kept) {
  kept_bytes_ += kept.data.message.size();
  const Instant now = kept.at;
  kept_.push_back(std::move(kept));
  while (!kept_.empty() && (kept_bytes_ > kReplayBytesMax || kept_.front().at + kReplayTime < now)) {
    kept_bytes_ -= kept_.front().data.message.size();
    kept_.pop_front();
  }
}

uint32_t DataRouter::last_sequence(std::string_view sender_sid) const {
  const auto found = last_sequences_.find(sender_sid);
  return found == last_sequences_.end() ? 0 : found->second;
}

std::vector<std::string> DataRouter::missed(Instant now, DataPeer receiver, std::string_view sender_sid,
                                            uint32_t last_sequence) const {
  std::vector<std::string> messages;
  for (const Kept& kept : kept_) {
    const bool is_fresh = kept.at + kReplayTime >= now;
    const bool is_missed = kept.sender_sid == sender_sid && kept.sequence > last_sequence;
    if (is_fresh && is_missed && kept.data.is_for(receiver)) messages.push_back(kept.data.message);
  }
  return messages;
}

void DataRouter::forget(std::string_view sender_sid) {
  if (const auto found = last_sequences_.find(sender_sid); found != last_sequences_.end()) {
    last_sequences_.erase(found);
  }
}

}  // namespace kith::call
