// What a benchmark found out: named figures, percentiles, and their print as lines or as JSON.
#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"

namespace kith::bench {

/// Collects durations and tells their percentiles.
class Latencies {
 public:
  void add(Duration duration) { values_.push_back(duration.count()); }
  [[nodiscard]] size_t size() const { return values_.size(); }
  /// In microseconds; `share` from 0 to 1. 0 if nothing was added. Nearest rank.
  [[nodiscard]] double percentile_us(double share) const;

 private:
  std::vector<int64_t> values_;
};

/// Named figures in the order they were put, e.g. "server_cpu_us_per_message".
class Figures {
 public:
  void put(std::string name, double value) { entries_.push_back({std::move(name), value}); }
  /// p50 and p99 in microseconds under `name`_p50_us and `name`_p99_us.
  void put(const std::string& name, const Latencies& latencies);
  /// One per line, aligned, for people.
  [[nodiscard]] std::string text() const;
  /// One JSON object on one line, for scripts.
  [[nodiscard]] std::string json() const;

 private:
  struct Entry {
    std::string name;
    double value;
  };
  std::vector<Entry> entries_;
};

}  // namespace kith::bench
