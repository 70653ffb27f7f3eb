#include "app/cores.hpp"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace kith::app {

size_t usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return std::max(1U, std::thread::hardware_concurrency());
  return static_cast<size_t>(CPU_COUNT(&set));
}

}  // namespace kith::app
