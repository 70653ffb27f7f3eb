// Runs a fuzz target without libFuzzer: every file of a folder, then a fixed number of seeded mutations of them.
// Usage: x_replay FOLDER [MUTATIONS]. The same folder gives the same inputs; findings crash.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "fuzz_input.hpp"

namespace {

constexpr size_t kMutations = 20'000;
constexpr size_t kInputBytesMax = 64 * 1024;

std::vector<std::string> read_folder(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<std::string> inputs;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

/// One of: a flipped bit, another byte, a cut, a doubled part, a part of another input.
void mutate(kith::SeededRandom& random, const std::vector<std::string>& inputs, std::string& input) {
  if (input.empty()) input.push_back(static_cast<char>(random.below(256)));
  const size_t at = random.below(input.size());
  const size_t length = 1 + random.below(std::min<size_t>(64, input.size() - at));
  switch (random.below(5)) {
    case 0:
      input[at] = static_cast<char>(input[at] ^ 1 << random.below(8));
      break;
    case 1:
      input[at] = static_cast<char>(random.below(256));
      break;
    case 2:
      input.erase(at, length);
      break;
    case 3:
      input.insert(at, input.substr(at, length));
      break;
    default: {
      const std::string& other = inputs[random.below(inputs.size())];
      if (!other.empty()) input.insert(at, other.substr(random.below(other.size()), length));
    }
  }
  if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> inputs = argc > 1 ? read_folder(argv[1]) : std::vector<std::string>{};
  if (inputs.empty()) {
    std::fprintf(stderr, "usage: %s FOLDER_WITH_INPUTS\n", argv[0]);
    return 2;
  }
  for (const std::string& input : inputs) run(input);
  kith::SeededRandom random(1);
  for (size_t i = 0; i < kMutations; ++i) {
    std::string input = inputs[random.below(inputs.size())];
    for (uint64_t changes = 1 + random.below(8); changes > 0; --changes) mutate(random, inputs, input);
    run(input);
  }
  std::printf("%zu seeds, %zu mutations\n", inputs.size(), kMutations);
}
