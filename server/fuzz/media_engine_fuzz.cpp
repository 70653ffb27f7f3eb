// A call under arbitrary commands, descriptions and datagrams: nothing crashes, what it sends and tells is bounded, and
// time goes on. Input: operations of [kind][participant][length: 2 bytes][bytes].
#include "fuzz_input.hpp"
#include "rtc/bytes.hpp"
#include "sfu/media_engine.hpp"

using namespace kith;

namespace {

constexpr size_t kOperationsMax = 64;
constexpr size_t kParticipants = 3;

const rtc::DtlsCertificate& certificate() {
  static const auto made = rtc::DtlsCertificate::create();
  return *made;
}

struct Bench {
  SeededRandom random{1};
  sfu::MediaEngine engine{{.certificate = certificate(), .candidates = {"candidate:1 1 udp 1 10.0.0.1 7882 typ host"}},
                          random};
  sfu::CallId call = engine.create_call();
  std::vector<sfu::ParticipantId> participants;
  std::vector<sfu::TrackSid> tracks{"TR_unknown"};
  Instant now{std::chrono::seconds(100)};
  rtc::Outbox outbox;

  Bench() {
    for (size_t i = 0; i < kParticipants; ++i) participants.push_back(engine.join(now, call, {.sid = "PA_x"}));
  }

  void add_track(sfu::ParticipantId who, rtc::ByteReader& bytes) {
    const bool is_video = bytes.u8() % 2 == 1;
    sfu::TrackRequest request{.cid = std::string(rtc::as_text(bytes.take(std::min<size_t>(bytes.left(), 9)))),
                              .kind = is_video ? sfu::MediaKind::kVideo : sfu::MediaKind::kAudio,
                              .layers = std::vector<sfu::VideoLayer>(is_video ? 3 : 0)};
    if (const auto track = engine.add_track(now, who, request)) tracks.push_back(track->sid);
  }

  void change(sfu::ParticipantId who, rtc::ByteReader& bytes) {
    const uint8_t what = bytes.u8();
    const sfu::TrackSid& track = tracks[bytes.u8() % tracks.size()];
    switch (what % 8) {
      case 0:
        engine.set_muted(now, who, track, bytes.u8() % 2 == 1);
        break;
      case 1:
        engine.set_subscribed(now, who, track, bytes.u8() % 2 == 1);
        break;
      case 2:
        engine.set_track_settings(now, who, track, {.is_disabled = bytes.u8() % 2 == 1, .width = bytes.u16()});
        break;
      case 3:
        engine.set_subscription_permission(now, who, {.all_participants = bytes.u8() % 2 == 1});
        break;
      case 4:
        engine.set_permissions(now, who, {.can_subscribe = bytes.u8() % 2 == 1, .can_publish = bytes.u8() % 2 == 1});
        break;
      case 5:
        engine.remove_track(now, who, track);
        break;
      case 6:
        engine.restart_ice(now, who);
        break;
      default:
        engine.send_data(now, who, sfu::DataChannel::kReliable, rtc::as_text(bytes.rest()));
        break;
    }
  }

  void pass_time(Duration time) {
    now += time;
    engine.handle_timeout(now, outbox);
  }

  void run(uint8_t kind, uint8_t who, rtc::Bytes bytes) {
    sfu::ParticipantId& participant = participants[who % participants.size()];
    rtc::ByteReader reader(bytes);
    switch (kind % 8) {
      case 0:
        (void)engine.handle_offer(now, participant, rtc::as_text(bytes));
        break;
      case 1:
        (void)engine.handle_answer(now, participant, rtc::as_text(bytes), 0);
        break;
      case 2: {
        std::vector<uint8_t> datagram(bytes.begin(), bytes.end());
        engine.handle_datagram(now, {.remote = rtc::Endpoint::v4(10, 0, 0, 2, who)}, datagram, outbox);
        break;
      }
      case 3:
        pass_time(std::chrono::milliseconds(reader.u16()));
        break;
      case 4:
        add_track(participant, reader);
        break;
      case 5:
        change(participant, reader);
        break;
      case 6:
        engine.leave(now, participant, outbox);
        break;
      default:
        participant = engine.join(now, call, {.sid = "PA_x", .is_full_ice = who % 2 == 1});
        break;
    }
    engine.finish_pass(now, outbox);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bench bench;
  rtc::ByteReader input(rtc::Bytes(data, size));
  for (size_t i = 0; i < kOperationsMax && input.left() >= 4; ++i) {
    const uint8_t kind = input.u8();
    const uint8_t who = input.u8();
    const size_t length = std::min<size_t>(input.u16(), input.left());
    bench.run(kind, who, input.take(length));
    fuzz::claim(bench.outbox.size() < 1000);
    bench.outbox.clear();
    fuzz::claim(bench.engine.take_events().size() < 1000);
  }
  bench.pass_time(std::chrono::seconds(1));
  const auto next = bench.engine.next_timeout();
  fuzz::claim(!next || *next > bench.now);
  return 0;
}
