// Deadlines that there may or may not be.
#pragma once

#include <algorithm>
#include <optional>

#include "base/time.hpp"

namespace kith {

/// The earlier of two deadlines; nullopt only if there is neither.
[[nodiscard]] constexpr std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace kith
