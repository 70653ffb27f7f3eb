// A seeded network path: a queue in front of a slow link, then delay, jitter and random loss.
#pragma once

#include <algorithm>
#include <deque>
#include <queue>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"

namespace kith::sim {

struct PathOptions {
  int64_t rate_bps = 10'000'000;
  size_t queue_bytes = 64 * 1024;  ///< beyond it packets are dropped
  Duration delay = std::chrono::milliseconds(20);
  Duration jitter{};  ///< added at random; never reorders
  double loss = 0;    ///< of what passed the link, 0 to 1
};

template <typename Packet>
class Bottleneck {
 public:
  Bottleneck(const PathOptions& options, uint64_t seed) : options_(options), random_(seed) {}

  void set_rate(int64_t rate_bps) { options_.rate_bps = rate_bps; }
  void send(Instant now, size_t bytes, Packet packet) {
    serve(now);
    if (queued_bytes_ + bytes > options_.queue_bytes) return;
    if (queue_.empty()) served_at_ = now;
    queued_bytes_ += bytes;
    queue_.push_back({bytes, std::move(packet)});
  }
  /// Packets that arrived up to now, in order.
  std::vector<std::pair<Instant, Packet>> receive(Instant now) {
    serve(now);
    std::vector<std::pair<Instant, Packet>> arrived;
    while (!flying_.empty() && flying_.front().first <= now) {
      arrived.push_back(std::move(flying_.front()));
      flying_.pop_front();
    }
    return arrived;
  }

 private:
  struct Queued {
    size_t bytes;
    Packet packet;
  };

  double chance() { return static_cast<double>(random_.below(1'000'000)) / 1e6; }

  void serve(Instant now) {
    while (!queue_.empty()) {
      const auto bits = static_cast<int64_t>(8 * queue_.front().bytes);
      const Instant left = served_at_ + Duration(bits * 1'000'000'000 / options_.rate_bps);
      if (left > now) return;
      served_at_ = left;
      queued_bytes_ -= queue_.front().bytes;
      const auto jitter = Duration(static_cast<int64_t>(chance() * static_cast<double>(options_.jitter.count())));
      newest_arrival_ = std::max(newest_arrival_, left + options_.delay + jitter);
      if (chance() >= options_.loss) flying_.emplace_back(newest_arrival_, std::move(queue_.front().packet));
      queue_.pop_front();
    }
  }

  PathOptions options_;
  SeededRandom random_;
  std::deque<Queued> queue_;
  size_t queued_bytes_ = 0;
  Instant served_at_{};
  Instant newest_arrival_{};
  std::deque<std::pair<Instant, Packet>> flying_;
};

}  // namespace kith::sim
