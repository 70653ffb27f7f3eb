// The subscriber's connection: our offer, section by section, and what the answer accepted (spec §4.1).
//
// Sections are never removed: one whose track is gone turns inactive and, when the viewer has answered that, carries
// the next track of its kind. Before, the viewer would see no new track: only its section's name would change.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "rtc/rtp_packet.hpp"
#include "sfu/codec_table.hpp"
#include "sfu/media.hpp"
#include "sfu/publisher_negotiation.hpp"

namespace kith::sfu {

/// A track on its way to a subscriber.
struct CarriedTrack {
  std::string publisher_sid;
  std::string track_sid;
  Codec codec = Codec::kUnknown;
  bool is_stereo = false;
  rtc::Ssrc ssrc = 0;
  rtc::Ssrc rtx_ssrc = 0;  ///< 0 for audio
  bool operator==(const CarriedTrack&) const = default;
};

/// What an answer says about one section.
struct AcceptedSection {
  bool is_answered = false;   ///< it stood in the offer
  bool is_open = false;       ///< the viewer takes media here …
  bool is_receiving = false;  ///< … and knows the codec
};
struct SubscriberAnswer {
  RemoteTransport transport;
  std::vector<AcceptedSection> sections;  ///< by section number
  bool has_transport_feedback = false;    ///< reports arrivals by transport sequence number
};

class SubscriberSections {
 public:
  /// Number of the section that carries the track from the next offer on.
  size_t carry(CarriedTrack track);
  /// The section carries nothing from the next offer on.
  void release(size_t section);
  [[nodiscard]] size_t size() const { return sections_.size(); }

  /// The whole offer; `version` grows with every one.
  [[nodiscard]] std::string offer(const LocalTransport& local, uint64_t version);
  /// `kMalformed`, `kInvalidField`: not an answer to what we offered.
  [[nodiscard]] Result<SubscriberAnswer> read_answer(std::string_view sdp) const;
  /// The answer was to the newest offer: sections that it closed may be used again.
  void settle(const SubscriberAnswer& answer);

 private:
  struct Section {
    MediaKind kind = MediaKind::kAudio;
    std::optional<CarriedTrack> track;
    bool is_open = false;             ///< the viewer has, or may have been told of, a track here
    Codec last_codec = Codec::kOpus;  ///< an inactive section still has to name a format
  };
  [[nodiscard]] rtc::SdpMedia describe(size_t index) const;

  std::vector<Section> sections_;
};

}  // namespace kith::sfu
