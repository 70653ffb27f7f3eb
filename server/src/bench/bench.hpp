// `kith bench …`: load generators that start a server of their own, put it under load, check what they are told and
// print what it cost.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace kith::bench {

/// Adds a subcommand per benchmark. When the command line has been parsed, `chosen` runs the one that was asked for
/// and returns the exit code.
void add_benchmarks(CLI::App& command, std::function<int()>& chosen);

}  // namespace kith::bench
