#include "call/join_response.hpp"

#include <array>

#include "call/client_rules.hpp"
#include "call/media_words.hpp"
#include "call/signal_limits.hpp"

namespace kith::call {
namespace {

// Clients read from the version what a server can do: from 1.8.0 on they use remote procedure calls, beyond 1.13.6
// they send VP9 and AV1 as simulcast. It must be a whole semantic version: some stop the process otherwise.
constexpr const char* kSpokenVersion = "1.9.0";
constexpr int32_t kProtocol = 17;
constexpr const char* kNodeName = "kith";

// An interval of 0 stops the process of some clients.
constexpr int32_t kPingIntervalSeconds = 5;
constexpr int32_t kPingTimeoutSeconds = 15;

/// Video first: clients replace a wanted codec that is missing here by the first video codec.
constexpr std::array kPublishCodecs{sfu::Codec::kVp8, sfu::Codec::kH264, sfu::Codec::kVp9,
                                    sfu::Codec::kAv1, sfu::Codec::kOpus, sfu::Codec::kRed};

livekit::ServerInfo server_info() {
  livekit::ServerInfo info;
  info.set_edition(livekit::ServerInfo::STANDARD);
  info.set_version(kSpokenVersion);
  info.set_protocol(kProtocol);
  info.set_node_id(kNodeName);
  return info;
}

livekit::Codec wire_codec(sfu::Codec codec) {
  livekit::Codec out;
  out.set_mime(std::string(mime_of(codec)));
  return out;
}

}  // namespace

livekit::Room make_room(std::string sid, const std::string& name, int64_t created_at_ms) {
  livekit::Room room;
  room.set_sid(std::move(sid));
  room.set_name(name);
  room.set_empty_timeout(static_cast<uint32_t>(kEmptyTime.count()));
  room.set_departure_timeout(static_cast<uint32_t>(kDepartureTime.count()));
  room.set_max_participants(static_cast<uint32_t>(kParticipantsMax));
  room.set_creation_time(created_at_ms / 1000);
  room.set_creation_time_ms(created_at_ms);
  for (const sfu::Codec codec : kPublishCodecs) *room.add_enabled_codecs() = wire_codec(codec);
  return room;
}

livekit::SignalResponse make_join_response(const CallFacts& facts, const Connect& connect,
                                           const livekit::ParticipantInfo& self,
                                           std::vector<const livekit::ParticipantInfo*> others) {
  livekit::SignalResponse response;
  livekit::JoinResponse& join = *response.mutable_join();
  *join.mutable_room() = facts.room;
  *join.mutable_participant() = self;
  for (const livekit::ParticipantInfo* other : others) *join.add_other_participants() = *other;
  join.set_server_version(kSpokenVersion);
  join.set_subscriber_primary(connect.permissions.can_subscribe);
  *join.mutable_client_configuration() = client_configuration(connect.client);
  join.set_ping_interval(kPingIntervalSeconds);
  join.set_ping_timeout(kPingTimeoutSeconds);
  *join.mutable_server_info() = server_info();
  join.set_sif_trailer(facts.frame_trailer);
  for (const sfu::Codec codec : kPublishCodecs) *join.add_enabled_publish_codecs() = wire_codec(codec);
  return response;
}

livekit::SignalResponse make_reconnect_response(const Connect& connect, uint32_t last_sequence) {
  livekit::SignalResponse response;
  livekit::ReconnectResponse& reconnect = *response.mutable_reconnect();
  *reconnect.mutable_client_configuration() = client_configuration(connect.client);
  *reconnect.mutable_server_info() = server_info();
  reconnect.set_last_message_seq(last_sequence);
  return response;
}

}  // namespace kith::call
