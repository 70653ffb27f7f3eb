#include "bench/sample_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/bytes.hpp"

namespace kith::bench {
namespace {

// The head: "#", the number in hexadecimal, " ", half a hash of all that follows and of the number, " ".
constexpr size_t kNumberDigits = 9;
constexpr size_t kHashDigits = 8;
constexpr size_t kHeadBytes = 1 + kNumberDigits + 1 + kHashDigits + 1;

constexpr std::array<std::string_view, 24> kCommonWords{"the", "to",   "and", "of",   "a",  "in",   "is",   "it",
                                                        "you", "that", "for", "on",   "we", "with", "this", "be",
                                                        "not", "have", "are", "will", "I",  "can",  "at",   "as"};
constexpr std::array<std::string_view, 40> kSyllables{
    "re",  "con", "ter", "ment", "ing", "ver", "pro", "ta",  "li", "ser", "per", "com", "na", "tion",
    "al",  "de",  "mi",  "ra",   "est", "ca",  "un",  "dis", "po", "le",  "ma",  "ble", "ni", "fo",
    "gra", "su",  "ly",  "in",   "age", "lo",  "ar",  "pe",  "mo", "ri",  "ex",  "ture"};

std::string hexadecimal(uint64_t value, size_t digits) {
  std::string text = to_hex([&] {
    std::string bytes;
    put_u64_be(bytes, value);
    return bytes;
  }());
  return text.substr(text.size() - digits);
}

std::string hash_of(std::string_view number, std::string_view body) {
  return hexadecimal(fnv1a(std::string(number) + std::string(body)), kHashDigits);
}

bool is_prose(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".txt" || extension == ".md" || extension == ".pod" ||
         path.filename().string().starts_with("README");
}

/// Printable ASCII with single spaces: other bytes would be normalised by the server and not come back as they left.
void append_prose(std::string& out, std::ifstream& file, size_t bytes_max) {
  for (char c = 0; out.size() < bytes_max && file.get(c);) {
    const char kept = c > ' ' && c < 127 ? c : ' ';
    if (kept != ' ' || (!out.empty() && out.back() != ' ')) out += kept;
  }
}

}  // namespace

std::string read_prose(const std::string& folder) {
  constexpr size_t kBytesMax = 16 * 1024 * 1024;
  constexpr auto kOptions = std::filesystem::directory_options::skip_permission_denied;
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, kOptions, error)) {
    if (entry.is_regular_file(error) && is_prose(entry.path())) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::string prose;
  for (const auto& path : paths) {
    std::ifstream file(path);
    append_prose(prose, file, kBytesMax);
  }
  return prose;
}

std::string SampleText::word(size_t rank) {
  if (rank < kCommonWords.size()) return std::string(kCommonWords[rank]);
  std::string text;
  for (size_t rest = rank; rest > 0; rest /= kSyllables.size()) text += kSyllables[rest % kSyllables.size()];
  return text;
}

std::string SampleText::next_word() {
  // Zipf's law: the rank's logarithm is uniform.
  const double share = static_cast<double>(random_.below(1'000'000)) / 1'000'000;
  return word(static_cast<size_t>(std::exp(share * std::log(static_cast<double>(kWords)))) - 1);
}

std::string SampleText::words(size_t bytes) {
  std::string text;
  while (text.size() < bytes) {
    if (!text.empty()) text += random_.below(12) == 0 ? ", " : " ";
    text += next_word();
  }
  text.resize(bytes);
  return text;
}

std::string SampleText::span_of_prose(size_t bytes) {
  const size_t from = random_.below(prose_.size() - bytes);
  const size_t space = prose_.substr(from, bytes).find(' ');
  return std::string(prose_.substr(space == std::string_view::npos ? from : from + space + 1, bytes));
}

std::string SampleText::make(uint64_t number, size_t bytes) {
  const std::string digits = hexadecimal(number, kNumberDigits);
  const size_t wanted = std::max(bytes, kHeadBytes + 1) - kHeadBytes;
  std::string body = prose_.size() > 2 * wanted ? span_of_prose(wanted) : words(wanted);
  // The server trims texts, and would change what is checked.
  if (body.empty() || body.back() == ' ') body += '.';
  return "#" + digits + " " + hash_of(digits, body) + " " + body;
}

std::optional<uint64_t> SampleText::check(std::string_view text) {
  if (text.size() <= kHeadBytes || text[0] != '#') return std::nullopt;
  const std::string_view digits = text.substr(1, kNumberDigits);
  if (text.substr(kNumberDigits + 2, kHashDigits) != hash_of(digits, text.substr(kHeadBytes))) return std::nullopt;
  uint64_t number = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace kith::bench
