// The steps of a simulated call: what the publisher, the server and the subscriber do in each millisecond.
#include "sim/call_over_path.hpp"

namespace kith::sim {

using namespace std::chrono_literals;

CallOverPath::CallOverPath(const Options& options)
    : random_(options.seed),
      sends_video_(options.sends_video),
      path_(options.path, options.seed + 1),
      back_({.delay = options.path.delay}, options.seed + 2),
      control_(now_) {
  for (size_t layer = 0; layer < kLayerRates.size(); ++layer) demand_.rates[layer][0] = {kLayerRates[layer]};
  demand_.wanted = {.spatial = 2, .temporal = 0};
  demand_.may_pause = true;
}

void CallOverPath::run(Duration time) {
  for (const Instant end = now_ + time; now_ < end; now_ += kStep) step();
}

void CallOverPath::step() {
  for (; audio_at_ <= now_; audio_at_ += 20ms) send_audio();
  for (; frame_at_ <= now_; frame_at_ += kFrame) {
    if (sends_video_) send_frame();
  }
  receive();
  for (const auto& [arrived, feedback] : back_.receive(now_)) {
    control_.handle_feedback(now_, feedback);
    allocate();
  }
  if (allocate_at_ <= now_) allocate();
  if (const auto due = control_.next_timeout(); due && *due <= now_) {
    const auto send_queued = [&](sfu::QueuedPacket& packet) { transmit(packet.kind, packet.bytes.size()); };
    const auto send_padding = [&] {
      transmit(sfu::PacketKind::kPadding, 290);
      return size_t{290};
    };
    control_.handle_timeout(now_, send_queued, send_padding);
  }
  if (moment_at_ <= now_) note_moment();
}

void CallOverPath::send_audio() {
  ++audio_.sent;
  send_media(sfu::PacketKind::kAudio, 120);
}

/// A frame of the layer that is sent, a key frame where the layer changes.
void CallOverPath::send_frame() {
  const int8_t granted = demand_.target.spatial;
  bool is_key_frame = false;
  if (granted < 0) layer_sent_ = -1;
  if (granted != layer_sent_ && !key_frame_at_) key_frame_at_ = now_ + 60ms;
  if (key_frame_at_ && *key_frame_at_ <= now_) {
    is_key_frame = granted >= 0;
    layer_sent_ = granted;
    key_frame_at_.reset();
  }
  if (layer_sent_ < 0) return;
  const int64_t mean = kLayerRates[static_cast<size_t>(layer_sent_)] / 30 / 8;
  auto bytes = static_cast<size_t>(mean * (80 + static_cast<int64_t>(random_.below(41))) / 100);
  if (is_key_frame) bytes *= 6;
  for (; bytes > 0; bytes -= std::min<size_t>(bytes, 1100)) {
    send_media(is_key_frame ? sfu::PacketKind::kKeyFrame : sfu::PacketKind::kVideo, std::min<size_t>(bytes, 1100) + 50);
  }
}

void CallOverPath::send_media(sfu::PacketKind kind, size_t size) {
  if (control_.try_send(now_, kind)) {
    transmit(kind, size);
    return;
  }
  static constexpr std::array<uint8_t, 1200> kPayload{};
  sfu::OutgoingPacket packet;
  packet.header_size = 20;
  packet.payload = rtc::Bytes(kPayload).first(size - 20);
  if (control_.enqueue(now_, kind, packet)) return;
  ++queue_drops_;
  layer_sent_ = -1;
}

void CallOverPath::transmit(sfu::PacketKind kind, size_t size) {
  const uint16_t sequence = control_.on_sent(now_, size);
  path_.send(now_, size + 28, {.transport_sequence = sequence, .kind = kind, .size = size, .sent = now_});
}

void CallOverPath::receive() {
  for (const auto& [arrived, packet] : path_.receive(now_)) {
    receiver_.handle_packet(arrived, packet.transport_sequence, 1);
    if (packet.kind == sfu::PacketKind::kAudio) {
      ++audio_.received;
      audio_.delay_max = std::max(audio_.delay_max, arrived - packet.sent);
      audio_delay_max_ = std::max(audio_delay_max_, arrived - packet.sent);
    } else if (packet.kind != sfu::PacketKind::kPadding) {
      received_bytes_ += static_cast<int64_t>(packet.size);
    }
  }
  while (auto feedback = receiver_.take_feedback(now_, 2)) back_.send(now_, 80, std::move(*feedback));
}

void CallOverPath::allocate() {
  allocate_at_ = now_ + 300ms;
  allocator_.allocate(now_, control_.estimate(), sfu::DataRate{60'000}, {&demand_, 1});
  demand_.is_new = demand_.is_new && demand_.target.is_none();
  control_.set_wanted(allocator_.wanted());
}

void CallOverPath::note_moment() {
  moments_.push_back({.at = now(),
                      .estimate_bps = control_.estimate().bps,
                      .layer_granted = demand_.target.spatial,
                      .received_bps = received_bytes_ * 80,
                      .audio_delay_max = audio_delay_max_});
  received_bytes_ = 0;
  audio_delay_max_ = {};
  moment_at_ += 100ms;
}

}  // namespace kith::sim
