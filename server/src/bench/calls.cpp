#include "bench/calls.hpp"

#include <algorithm>
#include <queue>

#include "bench/call_entrance.hpp"
#include "bench/call_participant.hpp"
#include "bench/sample_media.hpp"

namespace kith::bench {
namespace {

constexpr Duration kConnectTime = std::chrono::seconds(60);
constexpr Duration kWarmUp = std::chrono::seconds(1);
constexpr Duration kDrain = std::chrono::milliseconds(500);
constexpr Duration kTick = std::chrono::milliseconds(1);
/// Handshakes under way at one time: more would only make each wait longer.
constexpr size_t kConnectingMax = 32;
constexpr size_t kRtpHeaderSize = 12;

class Calls {
 public:
  Calls(Setup& setup, const CallsOptions& options, const rtc::DtlsCertificate& certificate)
      : setup_(setup),
        options_(options),
        crowd_(setup.loop(), certificate,
               {.kind = options.is_audio ? sfu::MediaKind::kAudio : sfu::MediaKind::kVideo,
                .packets_per_second = options.packets_per_second,
                .bytes = options.bytes,
                .burst = options.burst},
               options.reports_arrivals) {}
  ~Calls() {
    setup_.loop().reactor().cancel(ticking_);
    for (const auto& participant : participants_) participant->leave();
    setup_.loop().disconnect_all();
  }
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  Result<Figures> run(double time) {
    const uint64_t memory_before = resident_bytes(setup_.server().pid());
    const auto memory_per_participant = [&] {
      const uint64_t memory = resident_bytes(setup_.server().pid()) - memory_before;
      return static_cast<double>(memory) / static_cast<double>(participants_.size());
    };
    tick();
    const Instant began = setup_.now();
    TRY_VOID(connect());
    const Duration connected_in = setup_.now() - began;
    setup_.loop().run_for(kWarmUp);
    const double idle = memory_per_participant();
    crowd_.media_from = setup_.now();
    TRY_VOID(hear_everybody());
    setup_.loop().run_for(kWarmUp);
    TRY(Figures figures, measure(time));
    const double minutes = std::chrono::duration<double, std::ratio<60>>(connected_in).count();
    figures.put("calls_set_up_per_minute", static_cast<double>(options_.calls) / minutes);
    figures.put("join_to_media_p95_us", joins_.percentile_us(0.95));
    figures.put("server_bytes_per_idle_participant", idle);
    figures.put("server_bytes_per_participant", memory_per_participant());
    return figures;
  }

 private:
  /// When a participant has something to do; each has one.
  struct Tick {
    Instant at;
    CallParticipant* participant;
    bool operator>(const Tick& other) const { return at > other.at; }
  };

  [[nodiscard]] size_t people() const { return options_.publishers + options_.subscribers; }

  /// Somebody whose connections are not up yet.
  struct Joining {
    Instant since;  ///< before the server was asked to let them in
    CallParticipant* participant;
  };

  /// Starts the call if `call` is empty, or joins it. Returns where the signalling is.
  Result<std::string> enter(size_t user, std::string& call) {
    const net::ClientOptions options = setup_.loop().options();
    const std::string& token = setup_.tokens()[user];
    TRY(CallEntrance entrance, call.empty() ? start_call(options, token) : join_call(options, token, call));
    call = entrance.call;
    return std::move(entrance.target);
  }

  void tick() {
    const Instant now = setup_.now();
    while (!ticks_.empty() && ticks_.top().at <= now) {
      CallParticipant* const participant = ticks_.top().participant;
      ticks_.pop();
      ticks_.push({.at = std::max(participant->tick(now), now + kTick), .participant = participant});
    }
    ticking_ = setup_.loop().reactor().call_after(kTick, [this] { tick(); });
  }

  /// Lets everybody in and connects them, a few at a time. Each connects as soon as it is let in: the server gives up
  /// those who take longer than `Limits::call_connect_within`.
  Result<> connect() {
    for (size_t call = 0; call < options_.calls; ++call) {
      std::string id;
      for (size_t person = 0; person < people(); ++person) {
        TRY_VOID(wait_for_joining(kConnectingMax - 1));
        const Instant since = setup_.now();
        TRY(const std::string target, enter(call * people() + person, id));
        TRY(auto participant, CallParticipant::create(crowd_, target, person < options_.publishers));
        ticks_.push({.at = setup_.now(), .participant = participant.get()});
        participant->connect();
        joining_.push_back({.since = since, .participant = participant.get()});
        participants_.push_back(std::move(participant));
      }
    }
    return wait_for_joining(0);
  }

  /// Waits until at most `most` connect.
  Result<> wait_for_joining(size_t most) {
    return wait("A participant did not connect in time.", [&] {
      const Instant now = setup_.now();
      std::erase_if(joining_, [&](const Joining& one) {
        if (!one.participant->is_connected()) return false;
        joins_.add(now - one.since);
        return true;
      });
      return joining_.size() <= most;
    });
  }

  /// Waits until each hears every other publisher.
  Result<> hear_everybody() {
    size_t hearing = 0;  // all before it do
    return wait("A participant does not hear everybody.", [&] {
      for (; hearing < participants_.size(); ++hearing) {
        const size_t others = options_.publishers - (hearing % people() < options_.publishers ? 1 : 0);
        if (participants_[hearing]->tracks_heard() < others) return false;
      }
      return true;
    });
  }

  Result<> wait(const char* what, FunctionRef<bool()> done) {
    const bool is_done = setup_.loop().run_until([&] { return crowd_.errors != 0 || done(); }, kConnectTime);
    if (crowd_.errors != 0) return fail(Reason::kInternal, crowd_.error);
    if (!is_done) return fail(Reason::kInternal, what);
    return {};
  }

  Result<Figures> measure(double time) {
    const uint64_t before = cpu_time(setup_.server().pid()).total;
    crowd_.measured_from = setup_.now();
    crowd_.measured_until = crowd_.measured_from + seconds(time);
    setup_.loop().run_for(seconds(time));
    const uint64_t spent = cpu_time(setup_.server().pid()).total - before;
    setup_.loop().run_for(kDrain);
    if (crowd_.errors != 0) return fail(Reason::kInternal, crowd_.error);
    if (crowd_.damaged != 0) return fail(Reason::kInternal, "A packet arrived damaged.");
    if (crowd_.repeated != 0) return fail(Reason::kInternal, "A packet arrived twice or out of order.");
    if (crowd_.received == 0) return fail(Reason::kInternal, "No packet arrived.");
    const auto received = static_cast<double>(crowd_.received);
    const double expected = static_cast<double>(crowd_.sent) * static_cast<double>(people() - 1);
    Figures figures;
    figures.put("server_cpu_ns_per_packet", static_cast<double>(spent) / received);
    figures.put("packets_per_second", received / time);
    figures.put("delivered_percent", 100 * received / expected);
    figures.put("delay", crowd_.delays);
    return figures;
  }

  Setup& setup_;
  const CallsOptions& options_;
  CallCrowd crowd_;
  std::vector<std::shared_ptr<CallParticipant>> participants_;
  std::vector<Joining> joining_;
  Latencies joins_;  ///< from asking to be let in to both connections
  std::priority_queue<Tick, std::vector<Tick>, std::greater<>> ticks_;
  net::TimerId ticking_ = net::TimerId::kNone;
};

}  // namespace

Result<Figures> measure_calls(const CommonOptions& common, const CallsOptions& options) {
  const size_t people = options.publishers + options.subscribers;
  if (options.publishers == 0 || people < 2 || options.calls == 0 || options.burst == 0 ||
      options.packets_per_second == 0 || options.bytes < kRtpHeaderSize + SampleMedia::kSizeMin) {
    return fail(Reason::kInvalidField, "A call needs a publisher and somebody else, and packets of 52 bytes or more.");
  }
  WorldPlan plan{.users = options.calls * people, .sessions_per_user = 1, .rooms = {}};
  for (size_t call = 0; call < options.calls; ++call) {
    const bool is_pair = people == 2;
    plan.rooms.push_back({.kind = is_pair ? model::RoomKind::kDirect : model::RoomKind::kPublic,
                          .name = is_pair ? "" : "Call " + std::to_string(call),
                          .users = user_range(call * people, (call + 1) * people)});
  }
  TRY(const auto setup, Setup::create(common, plan));
  std::optional<rtc::SrtpProfile> only;
  if (options.uses_sha1) only = rtc::SrtpProfile::kAes128CmHmacSha1_80;
  TRY(const auto certificate, rtc::DtlsCertificate::create(only));
  Calls calls(*setup, options, certificate);
  return calls.run(common.seconds);
}

}  // namespace kith::bench
