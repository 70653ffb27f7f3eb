#include "base/random.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace kith {

void SystemRandom::fill(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t count = getrandom(out.data(), out.size(), 0);
    if (count < 0) {
      if (errno == EINTR) continue;
      std::abort();  // A kernel without random numbers cannot issue tokens.
    }
    out = out.subspan(static_cast<size_t>(count));
  }
}

void SeededRandom::fill(std::span<std::byte> out) {
  for (size_t i = 0; i < out.size();) {
    state_ += 0x9E3779B97F4A7C15ULL;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    for (int byte = 0; byte < 8 && i < out.size(); ++byte, ++i) out[i] = static_cast<std::byte>(z >> (8 * byte));
  }
}

}  // namespace kith
