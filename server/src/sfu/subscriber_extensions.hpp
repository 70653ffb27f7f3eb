// The header extensions of all subscriber connections: one fixed table, so that a packet's extensions are written once.
#pragma once

#include <span>

#include "rtc/rtp_packet.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

/// What to offer on m-lines of `kind`, in order of id. The ids are the same on every subscriber connection.
std::span<const rtc::RtpExtension> subscriber_extensions(MediaKind kind);
/// The id of an extension on subscriber connections; 0: never sent to them.
uint8_t subscriber_extension_id(rtc::RtpExtension extension);

/// Where the transport sequence number stands in a block, counted from its profile; it is the first element.
inline constexpr uint8_t kTransportSequenceAtOneByte = 5;
inline constexpr uint8_t kTransportSequenceAtTwoByte = 6;
inline constexpr size_t kExtensionBlockMax = 320;

struct ExtensionBlock {
  size_t size = 0;             ///< with profile and length; 0 if it did not fit
  uint16_t descriptor_at = 0;  ///< of the dependency descriptor's value; 0: none
  uint8_t descriptor_size = 0;
};

/// Writes the block that goes to all subscribers: room for the transport sequence number, and of `packet`'s extensions
/// audio level, capture time, orientation and content type as they came. `with_descriptor`: the dependency descriptor
/// too. Two-byte form only where a value needs it. `out`: at least kExtensionBlockMax bytes.
ExtensionBlock write_subscriber_extensions(const rtc::RtpPacket& packet, const rtc::RtpExtensionMap& published,
                                           bool with_descriptor, rtc::MutableBytes out);

/// Writes `block` again with another dependency descriptor of at most 255 bytes. 0: it does not fit.
size_t replace_dependency_descriptor(rtc::Bytes block, rtc::Bytes descriptor, rtc::MutableBytes out);

}  // namespace kith::sfu
