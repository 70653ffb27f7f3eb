// How many cores this process may use.
#pragma once

#include <cstddef>

namespace kith::app {

/// Cores this process may run on: fewer than the machine's under taskset or in a container's cpuset.
size_t usable_cores();

}  // namespace kith::app
