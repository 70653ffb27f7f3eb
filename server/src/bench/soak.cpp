#include "bench/soak.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "bench/call_entrance.hpp"
#include "bench/call_participant.hpp"
#include "bench/sample_text.hpp"

namespace kith::bench {
namespace {

constexpr Duration kConnectTime = std::chrono::seconds(30);
constexpr Duration kStall = std::chrono::seconds(10);
constexpr Duration kFillTime = std::chrono::minutes(10);
/// Between looks at what is due: media leaves in bursts of so long.
constexpr Duration kStep = std::chrono::milliseconds(5);
constexpr double kGrowthMax = 1.05;
constexpr size_t kMessageBytes = 120;
constexpr uint32_t kFillWindow = 32;
/// Of ten who go out, so many are cut off without a word; of a hundred who want to write, so many reconnect instead.
constexpr uint64_t kDropsOfTen = 3;
constexpr uint64_t kReconnectsOfHundred = 1;

size_t descriptors(pid_t process) {
  std::error_code gone;
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(process) + "/fd", gone);
  return static_cast<size_t>(std::ranges::distance(begin(all), end(all)));
}

/// The middle of the samples from one share of them to another.
double median(const std::vector<double>& samples, double from, double to) {
  const auto at = [&](double share) {
    return samples.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(samples.size()));
  };
  std::vector<double> part(at(from), at(to));
  std::ranges::sort(part);
  return part[part.size() / 2];
}

class Soak final : public ClientObserver {
 public:
  Soak(Setup& setup, const SoakOptions& options, const rtc::DtlsCertificate& certificate)
      : setup_(setup),
        options_(options),
        chat_(setup.loop(), *this),
        media_(setup.loop(), certificate,
               {.kind = sfu::MediaKind::kAudio, .packets_per_second = 50, .bytes = 120, .burst = 1}, false),
        text_(options.seed),
        random_(options.seed),
        seats_(options.calls * options.people) {}
  ~Soak() override {
    for (Seat& seat : seats_) {
      if (seat.participant) seat.participant->leave();
    }
    setup_.loop().disconnect_all();
  }
  Soak(const Soak&) = delete;
  Soak& operator=(const Soak&) = delete;

  Result<Figures> run(double time) {
    clients_ = make_clients(chat_, setup_.tokens());
    TRY_VOID(connect_all(chat_, clients_, true, kConnectTime));
    TRY_VOID(fill());
    const Instant begun = setup_.now();
    media_.media_from = media_.measured_from = begun;
    // When each kind of work is due: its number by now follows from the time, so nothing is skipped on a busy machine.
    const auto due = [&](double per_second) {
      return static_cast<uint64_t>(to_seconds(setup_.now() - begun) * per_second);
    };
    const double samples_per_second = options_.samples / time;
    while (memory_.size() < options_.samples) {
      setup_.loop().run_for(kStep);
      tick();
      for (; changes_ < due(options_.changes_per_second); ++changes_) TRY_VOID(change());
      for (; sent_ < due(options_.messages_per_second); ++sent_) write();
      if (memory_.size() < due(samples_per_second)) sample(to_seconds(setup_.now() - begun));
      if (media_.errors != 0) return fail(Reason::kInternal, media_.error);
    }
    return finish();
  }

 private:
  /// A person, in the call of its room or not.
  struct Seat {
    std::shared_ptr<CallParticipant> participant;
    Instant next_tick;
    uint32_t unanswered = 0;  ///< messages of this person that were not acknowledged yet
    bool is_reconnecting = false;
  };

  void tick() {
    const Instant now = setup_.now();
    for (Seat& seat : seats_) {
      if (seat.participant && seat.next_tick <= now) seat.next_tick = seat.participant->tick(now);
    }
  }

  /// Somebody joins a call, or who is in leaves it or is cut off.
  Result<> change() {
    const size_t number = random_.below(seats_.size());
    Seat& seat = seats_[number];
    if (seat.participant == nullptr) {
      TRY(CallEntrance entrance, start_call(setup_.loop().options(), setup_.tokens()[number]));
      TRY(seat.participant, CallParticipant::create(media_, std::move(entrance.target), true));
      seat.participant->connect();
      seat.next_tick = setup_.now();
      ++joins_;
      return {};
    }
    if (random_.below(10) < kDropsOfTen) {
      seat.participant->drop();
      ++drops_;
    } else {
      seat.participant->leave();
      ++leaves_;
    }
    seat.participant = nullptr;
    return {};
  }

  void write() {
    Client& client = *clients_[random_.below(clients_.size())];
    const bool reconnects = random_.below(100) < kReconnectsOfHundred;
    Seat& seat = seats_[client.index()];
    if (!client.is_synced() || seat.is_reconnecting) return;
    if (reconnects && seat.unanswered == 0) {
      seat.is_reconnecting = true;
      client.close();
      ++reconnects_;
      return;
    }
    send_message(client);
  }

  void send_message(Client& client) {
    const uint64_t number = messages_++;
    client.send_message(client.rooms()[0], "t" + std::to_string(number), text_.make(number, kMessageBytes));
    ++seats_[client.index()].unanswered;
  }

  /// Messages as fast as they are acknowledged, until the server's caches are full: what grows afterwards is no cache.
  Result<> fill() {
    const bool is_full = setup_.loop().run_until(
        [&] {
          for (const auto& client : clients_) {
            const Seat& seat = seats_[client->index()];
            while (messages_ < options_.fill && seat.unanswered < kFillWindow) send_message(*client);
          }
          return messages_ >= options_.fill && is_settled();
        },
        kFillTime);
    if (!is_full) return fail(Reason::kBusy, "The caches could not be filled in time.");
    return {};
  }

  void on_answer(Client& client, const v1::Answer& answer) override {
    if (answer.has_send_message()) --seats_[client.index()].unanswered;
  }

  void on_lost(Client& client) override {
    seats_[client.index()].is_reconnecting = false;
    client.connect(true);
  }

  void sample(double after) {
    const double memory = static_cast<double>(resident_bytes(setup_.server().pid())) / 1024 / 1024;
    memory_.push_back(memory);
    descriptors_.push_back(static_cast<double>(descriptors(setup_.server().pid())));
    std::fprintf(stderr, "%6.0f s  %7.1f MB  %4.0f descriptors  %6lu joins  %8lu messages\n", after, memory,
                 descriptors_.back(), joins_, messages_);
  }

  /// Everybody leaves the calls; all messages must have come to all of their rooms.
  Result<Figures> finish() {
    for (Seat& seat : seats_) {
      if (seat.participant) seat.participant->leave();
      seat.participant = nullptr;
    }
    if (!setup_.loop().run_until([&] { return is_settled(); }, kStall)) {
      return fail(Reason::kInternal, "A message was not acknowledged or not delivered.");
    }
    if (chat_.faults.sum() != 0) return fail(Reason::kInternal, "There were holes, doubles or errors in the chat.");
    if (media_.damaged + media_.repeated != 0) return fail(Reason::kInternal, "A packet arrived damaged or twice.");
    const double before = median(memory_, 0.25, 0.5);
    const double after = median(memory_, 0.75, 1);
    if (after > kGrowthMax * before) {
      return fail(Reason::kInternal, "Memory grew from " + std::to_string(before) + " to " + std::to_string(after) +
                                         " MB between the second quarter and the last.");
    }
    Figures figures;
    figures.put("memory_mb_second_quarter", before);
    figures.put("memory_mb_last_quarter", after);
    figures.put("descriptors_second_quarter", median(descriptors_, 0.25, 0.5));
    figures.put("descriptors_last_quarter", median(descriptors_, 0.75, 1));
    figures.put("joins", static_cast<double>(joins_));
    figures.put("leaves", static_cast<double>(leaves_));
    figures.put("drops", static_cast<double>(drops_));
    figures.put("messages", static_cast<double>(messages_));
    figures.put("reconnects", static_cast<double>(reconnects_));
    figures.put("packets_heard", static_cast<double>(media_.received));
    figures.put("delay", media_.delays);
    return figures;
  }

  /// Everything is acknowledged, and all people of a room know the same newest event.
  [[nodiscard]] bool is_settled() const {
    for (size_t i = 0; i < clients_.size(); ++i) {
      if (seats_[i].unanswered != 0 || !clients_[i]->is_synced()) return false;
      const Client& first = *clients_[i / options_.people * options_.people];
      const std::string& room = first.rooms()[0];
      if (clients_[i]->seq(room) != first.seq(room)) return false;
    }
    return true;
  }

  Setup& setup_;
  const SoakOptions& options_;
  Crowd chat_;
  CallCrowd media_;
  SampleText text_;
  SeededRandom random_;
  Clients clients_;
  std::vector<Seat> seats_;
  std::vector<double> memory_;  ///< MB, one per sample
  std::vector<double> descriptors_;
  uint64_t changes_ = 0;  ///< joins, leaves and drops that were due
  uint64_t sent_ = 0;     ///< messages that were due
  uint64_t messages_ = 0;
  uint64_t reconnects_ = 0;
  uint64_t joins_ = 0;
  uint64_t leaves_ = 0;
  uint64_t drops_ = 0;
};

}  // namespace

Result<Figures> measure_soak(const CommonOptions& common, const SoakOptions& options) {
  constexpr size_t kPeopleMin = 3;
  constexpr uint32_t kSamplesMin = 4;
  if (options.calls == 0 || options.people < kPeopleMin || options.samples < kSamplesMin) {
    return fail(Reason::kInvalidField, "A soak needs a call of three people and four samples of memory.");
  }
  WorldPlan plan{.users = options.calls * options.people, .sessions_per_user = 1, .rooms = {}};
  for (size_t call = 0; call < options.calls; ++call) {
    plan.rooms.push_back({.kind = model::RoomKind::kPublic,
                          .name = "Room " + std::to_string(call),
                          .users = user_range(call * options.people, (call + 1) * options.people)});
  }
  TRY(const auto setup, Setup::create(common, plan));
  TRY(const auto certificate, rtc::DtlsCertificate::create());
  Soak soak(*setup, options, certificate);
  return soak.run(common.seconds);
}

}  // namespace kith::bench
