// English chat-like text from a word-frequency model: for load generators and measurements, the same for the same seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kith::bench {

/// Words follow Zipf's law over a few hundred common words and a long tail of rare ones; now and then a name, a number,
/// a link, an emoji. Messages are short with a long tail of long ones.
class TextGenerator {
 public:
  /// `mean_bytes`: of a message, about.
  explicit TextGenerator(uint64_t seed, double mean_bytes = 123);

  std::string message();
  /// One word of the model, common ones more often.
  const std::string& word();
  /// A number in [0, bound).
  uint64_t below(uint64_t bound);

 private:
  double uniform();
  void add_sentence(std::string& out);

  uint64_t state_;
  double mean_bytes_;
  std::vector<std::string> words_;
  std::vector<double> cumulative_;
};

}  // namespace kith::bench
