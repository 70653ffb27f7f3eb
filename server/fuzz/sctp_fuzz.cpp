// SCTP packets into an established association that has data under way: whatever comes, it stays within its limits and
// writes well-formed packets. Input: steps of a byte; 0 to 254: as many times four bytes of chunks in a packet with the
// right tag and checksum; 255: the next byte says how many tenths of a second pass.
#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "fuzz_input.hpp"
#include "rtc/data_channels.hpp"
#include "rtc/sctp_checksum.hpp"
#include "rtc/sctp_packet.hpp"

using namespace kith;

namespace {

constexpr uint8_t kWait = 255;
constexpr size_t kChunkUnit = 4;

/// An association whose peer exists long enough to establish it. The same for every input, so seeds fit.
class Established {
 public:
  Established() : target_(rtc::ChannelIds::kOdd, random_), peer_(rtc::ChannelIds::kEven, random_) {
    reliable_ = target_.open_channel({.label = "_reliable"}).value_or(0);
    lossy_ = target_.open_channel({.label = "_lossy", .is_ordered = false, .max_retransmits = 0}).value_or(0);
    for (int round = 0; round < 4; ++round) {
      target_.flush(now_, [&](rtc::Bytes packet) { peer_.handle_packet(now_, packet); });
      peer_.flush(now_, [&](rtc::Bytes packet) {
        tag_ = rtc::load_u32(packet.data() + 4);
        target_.handle_packet(now_, packet);
      });
    }
    const std::string message(3000, 'x');
    for (const uint16_t channel : {reliable_, lossy_, reliable_}) {
      target_.send(now_, channel, rtc::as_bytes(message), false);
    }
    settle();
  }

  void handle(rtc::Bytes chunks) {
    std::vector<uint8_t> packet(rtc::kSctpHeaderSize);
    rtc::store_u16(packet.data(), rtc::kSctpPort);
    rtc::store_u16(packet.data() + 2, rtc::kSctpPort);
    rtc::store_u32(packet.data() + 4, tag_);
    packet.insert(packet.end(), chunks.begin(), chunks.end());
    rtc::Crc32c crc;
    crc.update(packet);
    for (size_t i = 0; i < 4; ++i) packet[8 + i] = static_cast<uint8_t>(crc.value() >> (8 * i));
    target_.handle_packet(now_, packet);
    settle();
  }
  void wait(Duration time) {
    now_ += time;
    target_.handle_timeout(now_);
    settle();
  }

 private:
  void settle() {
    size_t packets = 0;
    target_.flush(now_, [&](rtc::Bytes packet) {
      fuzz::claim(packet.size() <= rtc::kSctpPacketMax);
      fuzz::claim(rtc::parse_sctp_packet(packet).has_value());
      ++packets;
    });
    fuzz::claim(packets < 1000);
    for (const rtc::ChannelEvent& event : target_.take_events()) {
      const auto* message = std::get_if<rtc::MessageReceived>(&event);
      fuzz::claim(message == nullptr || message->message.size() <= rtc::DataChannels::kMessageMax);
    }
    const auto timeout = target_.next_timeout();
    fuzz::claim(target_.is_lost() ? !timeout : timeout.has_value());
    fuzz::claim(target_.buffered_amount(reliable_) + target_.buffered_amount(lossy_) <= 9000);
  }

  SeededRandom random_{1};
  Instant now_{std::chrono::seconds(1)};
  rtc::DataChannels target_;
  rtc::DataChannels peer_;
  uint32_t tag_ = 0;
  uint16_t reliable_ = 0;
  uint16_t lossy_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  Established association;
  while (!input.rest().empty()) {
    const uint8_t step = input.byte();
    if (step == kWait) {
      association.wait(std::chrono::milliseconds(100 * input.byte()));
      continue;
    }
    std::string chunks(input.rest().substr(0, kChunkUnit * step));
    for (size_t i = 0; i < chunks.size(); ++i) input.byte();
    association.handle(rtc::as_bytes(chunks));
  }
  return 0;
}
