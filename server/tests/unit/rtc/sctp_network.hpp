// Two ends of data channels joined by a network that loses, doubles, delays and reorders packets: seeded, in simulated
// time.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "base/function_ref.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "rtc/data_channels.hpp"

namespace kith::rtc {

struct SctpNetworkOptions {
  uint64_t seed = 1;
  uint64_t loss_percent = 0;
  uint64_t duplicate_percent = 0;
  Duration delay = std::chrono::milliseconds(10);
  Duration jitter{};  ///< more than the time between packets reorders them
};

class SctpNetwork {
 public:
  explicit SctpNetwork(SctpNetworkOptions options = {})
      : options_(options),
        random_(options.seed),
        ends_{End{ChannelIds::kEven, random_}, End{ChannelIds::kOdd, random_}} {}

  DataChannels& a() { return ends_[0].channels; }
  DataChannels& b() { return ends_[1].channels; }
  std::vector<ChannelEvent>& events_of_a() { return ends_[0].events; }
  std::vector<ChannelEvent>& events_of_b() { return ends_[1].events; }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] size_t sent() const { return sent_; }

  /// From now on a packet for which this says false is lost. `from_a`: its direction. The callable outlives that.
  void set_filter(FunctionRef<bool(bool from_a, Bytes packet)> filter) { filter_ = filter; }
  void clear_filter() { filter_.reset(); }
  void set_loss(uint64_t percent) { options_.loss_percent = percent; }

  /// Lets time pass until the condition holds; false if it does not within `limit`.
  bool run_until(FunctionRef<bool()> holds, Duration limit = std::chrono::seconds(60)) {
    const Instant end = now_ + limit;
    while (true) {
      flush();
      if (holds()) return true;
      const Instant next = next_step();
      if (next > end) {
        now_ = end;
        return false;
      }
      now_ = std::max(now_, next);
      step();
    }
  }
  void run_for(Duration time) {
    run_until([] { return false; }, time);
  }

 private:
  struct End {
    End(ChannelIds ids, Random& random) : channels(ids, random) {}
    DataChannels channels;
    std::vector<ChannelEvent> events;
  };
  struct Packet {
    bool from_a = false;
    std::vector<uint8_t> bytes;
  };

  void flush() {
    for (const bool from_a : {true, false}) {
      End& end = ends_[from_a ? 0 : 1];
      end.channels.flush(now_, [&](Bytes packet) { transmit(from_a, packet); });
      for (ChannelEvent& event : end.channels.take_events()) end.events.push_back(std::move(event));
    }
  }
  void transmit(bool from_a, Bytes packet) {
    ++sent_;
    if (filter_ && !(*filter_)(from_a, packet)) return;
    const size_t copies = random_.below(100) < options_.duplicate_percent ? 2 : 1;
    for (size_t copy = 0; copy < copies; ++copy) {
      if (random_.below(100) < options_.loss_percent) continue;
      const auto jitter =
          options_.jitter.count() > 0 ? random_.below(static_cast<uint64_t>(options_.jitter.count())) : 0;
      const Instant arrival = now_ + options_.delay + Duration(static_cast<int64_t>(jitter));
      on_the_way_.emplace(arrival, Packet{.from_a = from_a, .bytes = {packet.begin(), packet.end()}});
    }
  }
  Instant next_step() {
    Instant next = Instant::max();
    if (!on_the_way_.empty()) next = on_the_way_.begin()->first;
    for (End& end : ends_) next = std::min(next, end.channels.next_timeout().value_or(Instant::max()));
    return next;
  }
  void step() {
    while (!on_the_way_.empty() && on_the_way_.begin()->first <= now_) {
      const Packet packet = std::move(on_the_way_.extract(on_the_way_.begin()).mapped());
      ends_[packet.from_a ? 1 : 0].channels.handle_packet(now_, packet.bytes);
      flush();
    }
    for (End& end : ends_) {
      const auto timeout = end.channels.next_timeout();
      if (timeout && *timeout <= now_) end.channels.handle_timeout(now_);
    }
  }

  SctpNetworkOptions options_;
  SeededRandom random_;
  Instant now_{std::chrono::seconds(1000)};
  std::array<End, 2> ends_;
  std::multimap<Instant, Packet> on_the_way_;
  std::optional<FunctionRef<bool(bool, Bytes)>> filter_;
  size_t sent_ = 0;
};

/// The events of one kind, in order.
template <typename Event>
std::vector<Event> events_of(const std::vector<ChannelEvent>& events) {
  std::vector<Event> found;
  for (const ChannelEvent& event : events) {
    if (const auto* match = std::get_if<Event>(&event)) found.push_back(*match);
  }
  return found;
}
template <typename Event>
size_t count_of(const std::vector<ChannelEvent>& events) {
  size_t count = 0;
  for (const ChannelEvent& event : events) count += std::holds_alternative<Event>(event) ? 1 : 0;
  return count;
}

}  // namespace kith::rtc
