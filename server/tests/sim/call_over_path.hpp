// A subscriber behind a bottleneck, in simulated time: synthetic audio and simulcast video go through the congestion
// control and the allocator as a connection uses them; feedback comes back as a browser sends it.
#pragma once

#include <optional>
#include <vector>

#include "sfu/allocator.hpp"
#include "sfu/congestion_control.hpp"
#include "sfu/twcc_recorder.hpp"
#include "sim/bottleneck.hpp"

namespace kith::sim {

class CallOverPath {
 public:
  struct Options {
    PathOptions path;
    bool sends_video = true;  ///< false: video is wanted but none is sent, whatever is granted
    uint64_t seed = 1;
  };
  /// What was so at a moment; one per 100 ms.
  struct Moment {
    Duration at{};
    int64_t estimate_bps = 0;
    int8_t layer_granted = -1;
    int64_t received_bps = 0;  ///< video
    Duration audio_delay_max{};
  };

  explicit CallOverPath(const Options& options);

  /// Lets the call go on for a while.
  void run(Duration time);
  void set_rate(int64_t rate_bps) { path_.set_rate(rate_bps); }

  [[nodiscard]] Duration now() const { return now_ - start_; }
  [[nodiscard]] sfu::DataRate estimate() const { return control_.estimate(); }
  [[nodiscard]] int8_t layer_granted() const { return demand_.target.spatial; }
  [[nodiscard]] const std::vector<Moment>& moments() const { return moments_; }

  struct Audio {
    int sent = 0;
    int received = 0;
    Duration delay_max{};
    [[nodiscard]] double lost() const { return 1 - static_cast<double>(received) / std::max(1, sent); }
  };
  /// Since the last time it was taken; what is still on its way counts as lost.
  Audio take_audio() { return std::exchange(audio_, Audio{}); }
  /// Times the pacer gave up what it held.
  [[nodiscard]] int queue_drops() const { return queue_drops_; }

 private:
  struct Packet {
    uint16_t transport_sequence = 0;
    sfu::PacketKind kind = sfu::PacketKind::kVideo;
    size_t size = 0;
    Instant sent{};
  };
  static constexpr Duration kStep = std::chrono::milliseconds(1);
  static constexpr Duration kFrame = std::chrono::microseconds(33'333);
  static constexpr std::array<int64_t, 3> kLayerRates = {150'000, 450'000, 1'700'000};

  void step();
  void send_audio();
  void send_frame();
  void send_media(sfu::PacketKind kind, size_t size);
  void transmit(sfu::PacketKind kind, size_t size);
  void receive();
  void allocate();
  void note_moment();

  Instant start_{std::chrono::seconds(1000)};
  Instant now_ = start_;
  SeededRandom random_;
  bool sends_video_;
  Bottleneck<Packet> path_;
  Bottleneck<rtc::TransportFeedback> back_;
  sfu::CongestionControl control_;
  sfu::Allocator allocator_;
  sfu::VideoDemand demand_;
  sfu::TwccRecorder receiver_;

  Instant audio_at_ = start_;
  Instant frame_at_ = start_;
  Instant allocate_at_ = start_;
  Instant moment_at_ = start_;
  int8_t layer_sent_ = -1;
  std::optional<Instant> key_frame_at_;  ///< when the publisher will have answered our request
  Audio audio_;
  std::vector<Moment> moments_;
  int64_t received_bytes_ = 0;
  Duration audio_delay_max_{};
  int queue_drops_ = 0;
};

}  // namespace kith::sim
