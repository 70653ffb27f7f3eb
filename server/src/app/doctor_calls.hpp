// `kith doctor calls`: which ports of calls can be reached from here, and in words what to open.
#pragma once

#include "app/config.hpp"

namespace kith::app {

/// Asks every address the settings offer, over UDP and TCP, and prints what it found. Returns the process's exit code:
/// 0 if all answer, 1 if one does not, 2 if the settings are wrong.
int check_calls(const Config& config);

}  // namespace kith::app
