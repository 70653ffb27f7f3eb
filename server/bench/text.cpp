#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace kith::bench {
namespace {

// Common words of written conversation, most frequent first.
constexpr const char* kCommonWords =
    "the to I a and you it is that of in for on we have be this not with are can was but do so at if just my what like "
    "me will there all or they from one know get your up about would as out time no think how when an go more good now "
    "some our yes ok see want need people here right really day going them well who then could should back also make "
    "today only work has thanks where too sure why very still other way been something did even any maybe than new "
    "look "
    "again over much tomorrow please thing things after before sorry say great morning because week later try first "
    "yeah "
    "take call does meeting come already let never actually better little long another next two last year team help "
    "home "
    "nice put room idea use same sounds check done off find start around problem both old send message part few give "
    "feel tell anyone someone question might made fine left between always makes pretty works working every change "
    "keep "
    "read wait end point show house love being ask big night yesterday talk hope believe happy best since ever mean "
    "list "
    "different looks soon probably link page word agree lunch dinner code test build run file server update version "
    "release fix bug branch review merge deploy customer report number name email phone office train bus car road city "
    "weekend Monday Tuesday Wednesday Thursday Friday Saturday Sunday hour minute month money price buy sell pay order "
    "plan project document write book story music song film game play watch picture photo video screen share open "
    "close "
    "move turn bring leave stay wrong easy hard early late free full empty high low small large short young whole own "
    "enough almost together quite rather ready busy tired hungry cold warm hot rain snow sun weather coffee tea water "
    "food bread kitchen garden door window table chair school class student teacher doctor family mother father "
    "brother "
    "sister child children friend friends neighbour party birthday gift holiday summer winter spring trip flight hotel "
    "ticket bag key lost found missed remember forget learn understand explain answer reason result example case fact "
    "side line half course matter place world country state group company business service system program market area "
    "person man woman life hand eye face head heart mind body health hospital news paper article job boss colleague "
    "interview offer contract deal budget cost increase drop quarter month's target goal result numbers slide deck "
    "draft final copy print sign form request approve approved reject pending done blocked waiting stuck slow fast "
    "quick "
    "crash error log request response query index table row column key value cache memory disk network latency timeout";

constexpr const char* kSyllables[] = {"ka",  "lo",  "mi",   "ten", "ra",  "so",   "vel", "dor", "pin",  "tra", "men",
                                      "shi", "gol", "bar",  "fen", "qui", "ster", "nal", "ver", "com",  "pro", "dis",
                                      "ex",  "ing", "tion", "ly",  "er",  "est",  "un",  "re",  "ment", "ous"};
constexpr const char* kEmoji[] = {"👍", "😀", "🎉", "❤️", "😂", "🙏", "🚀", "👀"};
constexpr size_t kRareWords = 6'000;
constexpr double kZipf = 1.05;

}  // namespace

TextGenerator::TextGenerator(uint64_t seed, double mean_bytes) : state_(0x5EED), mean_bytes_(mean_bytes) {
  std::istringstream common(kCommonWords);
  for (std::string word; common >> word;) words_.push_back(word);
  const size_t common_count = words_.size();
  while (words_.size() < common_count + kRareWords) {  // the vocabulary is the same for every seed
    std::string word;
    for (uint64_t i = 2 + below(3); i > 0; --i) word += kSyllables[below(std::size(kSyllables))];
    words_.push_back(std::move(word));
  }
  double sum = 0;
  for (size_t rank = 0; rank < words_.size(); ++rank) {
    sum += 1 / std::pow(static_cast<double>(rank) + 2.7, kZipf);  // Mandelbrot's form: flatter at the top
    cumulative_.push_back(sum);
  }
  state_ = seed;
}

uint64_t TextGenerator::below(uint64_t bound) {
  state_ += 0x9E3779B97F4A7C15ULL;  // SplitMix64
  uint64_t mixed = state_;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBULL;
  return (mixed ^ mixed >> 31) % bound;
}

double TextGenerator::uniform() { return static_cast<double>(below(1ULL << 53)) / static_cast<double>(1ULL << 53); }

const std::string& TextGenerator::word() {
  const double at = uniform() * cumulative_.back();
  const auto found = std::lower_bound(cumulative_.begin(), cumulative_.end(), at);
  return words_[static_cast<size_t>(found - cumulative_.begin())];
}

void TextGenerator::add_sentence(std::string& out) {
  const size_t start = out.size();
  for (uint64_t left = 3 + below(14); left > 0; --left) {
    const uint64_t kind = below(100);
    if (kind == 0) {
      out += std::to_string(below(3'000));
    } else if (kind == 1) {
      out += kEmoji[below(std::size(kEmoji))];
    } else if (kind == 2 && below(4) == 0) {
      out += "https://example.org/" + word() + "/" + std::to_string(below(100'000));
    } else {
      out += word();
      if (kind < 10) out += ",";
    }
    if (left > 1) out += " ";
  }
  if (below(3) != 0 && out[start] >= 'a' && out[start] <= 'z') out[start] = static_cast<char>(out[start] - 'a' + 'A');
  constexpr std::string_view kEnds = "....!??";
  out += kEnds[below(kEnds.size())];
}

// Lengths fall off exponentially, as those of chat messages do.
std::string TextGenerator::message() {
  const double wanted = std::min(-std::log(1 - uniform()) * mean_bytes_ * 0.78, 4'000.0);
  std::string out;
  do {
    if (!out.empty()) out += " ";
    add_sentence(out);
  } while (static_cast<double>(out.size()) < wanted);
  return out;
}

}  // namespace kith::bench
