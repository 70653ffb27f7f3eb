// `kith doctor`: checks that tell an administrator, in words, what is wrong with an installation.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace kith::app {

/// Adds the checks to the subcommand; `run` is set to the chosen one. It returns the process's exit code: 0 if sound,
/// 1 with faults, 2 if the check could not be made.
void add_doctor(CLI::App& command, std::function<int()>& run);

}  // namespace kith::app
