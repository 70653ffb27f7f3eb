// Messages from fragments, in their stream's order where they have one (RFC 9260 §6.5, §6.6, §6.9).
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rtc/sctp_chunks.hpp"

namespace kith::rtc {

struct SctpInboundMessage {
  uint16_t stream = 0;
  uint32_t protocol = 0;  ///< PPID of its first fragment
  std::string bytes;
  bool operator==(const SctpInboundMessage&) const = default;
};

/// Fragments of a message have consecutive TSNs: neighbours are joined as they come, so what is stored are runs of one
/// message, found by their first TSN. Joining moves lists of bytes and copies none.
class SctpReassembly {
 public:
  explicit SctpReassembly(size_t message_size_max) : message_size_max_(message_size_max) {}

  /// Takes a chunk that was not seen before and appends the messages it completes. `cumulative`: what has arrived,
  /// with this chunk. False: the fragments contradict each other, or a message is too long.
  bool insert(Tsn tsn, Tsn cumulative, const SctpData& data, std::vector<SctpInboundMessage>& out);
  /// What is unfinished up to a TSN will not be finished.
  void skip_to(Tsn tsn);
  /// A stream goes on after a sequence number; appends what waited for that.
  void skip_sequence(uint16_t stream, uint16_t sequence, std::vector<SctpInboundMessage>& out);
  /// A stream begins at sequence number 0 again.
  void reset(uint16_t stream);
  void reset_all();

  /// Cost of what is stored, in bytes: payload and a share for each chunk.
  [[nodiscard]] size_t held() const { return held_; }

 private:
  static constexpr size_t kChunkOverhead = 128;
  /// Sequence numbers are kept as ever growing ones; so much room is below the first.
  static constexpr uint64_t kSequenceBase = 0x10000;

  /// Fragments of one message with consecutive TSNs.
  struct Run {
    Tsn last = 0;
    uint16_t stream = 0;
    uint16_t sequence = 0;
    uint32_t protocol = 0;
    bool is_unordered = false;
    bool begins = false;  ///< with the message's first fragment
    bool ends = false;    ///< with its last
    size_t size = 0;
    size_t held = 0;
    std::list<std::string> parts;
  };
  using Runs = std::map<Tsn, Run>;

  static bool may_follow(const Run& left, const Run& right);
  static void append(Run& left, Run&& right);
  Runs::iterator drop(Runs::iterator at);
  void complete(Run&& run, std::vector<SctpInboundMessage>& out);
  void deliver_waiting(uint16_t stream, std::vector<SctpInboundMessage>& out);
  uint64_t& next_sequence(uint16_t stream);

  size_t message_size_max_;
  size_t held_ = 0;
  Runs runs_;  ///< unfinished messages
  /// Whole messages that wait for one before them, by stream and extended sequence number.
  std::map<std::pair<uint16_t, uint64_t>, SctpInboundMessage> waiting_;
  std::vector<uint64_t> next_;  ///< extended sequence number each stream goes on with
};

}  // namespace kith::rtc
