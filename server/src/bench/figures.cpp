#include "bench/figures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace kith::bench {
namespace {

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

double Latencies::percentile_us(double share) const {
  if (values_.empty()) return 0;
  std::vector<int64_t> values = values_;
  const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(values.size())));
  const auto place = values.begin() + static_cast<ptrdiff_t>(std::clamp<size_t>(rank, 1, values.size()) - 1);
  std::ranges::nth_element(values, place);
  return static_cast<double>(*place) / 1000.0;
}

void Figures::put(const std::string& name, const Latencies& latencies) {
  put(name + "_p50_us", latencies.percentile_us(0.50));
  put(name + "_p99_us", latencies.percentile_us(0.99));
}

std::string Figures::text() const {
  std::string out;
  size_t width = 0;
  for (const Entry& entry : entries_) width = std::max(width, entry.name.size());
  for (const Entry& entry : entries_) {
    out += entry.name + std::string(width - entry.name.size() + 2, ' ');
    out += number(std::abs(entry.value) < 100 ? "%.3f" : "%.0f", entry.value) + "\n";
  }
  return out;
}

std::string Figures::json() const {
  std::string out = "{";
  for (const Entry& entry : entries_) {
    if (out.size() > 1) out += ", ";
    out += "\"" + entry.name + "\": " + number("%.6g", std::isfinite(entry.value) ? entry.value : 0);
  }
  return out + "}\n";
}

}  // namespace kith::bench
