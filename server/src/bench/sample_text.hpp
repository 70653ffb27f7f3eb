// Messages that read like messages, of a given length, each carrying its number and a hash: whoever receives one can
// tell that it is whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"

namespace kith::bench {

/// Prose of the files below a folder (*.txt, *.md, *.pod, README*), white space joined; at most 16 MiB. Empty if none.
std::string read_prose(const std::string& folder);

/// Makes and checks texts: spans of prose where there is some, else words drawn with the frequencies of natural text.
class SampleText {
 public:
  /// `prose`: outlives the generator; may be empty.
  explicit SampleText(uint64_t seed, std::string_view prose = {}) : random_(seed), prose_(prose) {}

  /// A text of about `bytes` (never less than its head of 26 bytes).
  std::string make(uint64_t number, size_t bytes);
  /// A word as texts use it; smaller ranks are more frequent: 0 is in most messages, 3,000 in very few.
  static std::string word(size_t rank);
  static constexpr size_t kWords = 8000;

  /// The number of a text made by `make`; nullopt if a byte of it is another than it was.
  static std::optional<uint64_t> check(std::string_view text);

 private:
  std::string next_word();
  std::string span_of_prose(size_t bytes);
  std::string words(size_t bytes);

  SeededRandom random_;
  std::string_view prose_;
};

}  // namespace kith::bench
