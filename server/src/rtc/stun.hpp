// STUN Binding messages (RFC 8489) with the attributes of ICE (RFC 8445 §16.1): views of received ones, a writer.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "rtc/bytes.hpp"
#include "rtc/path.hpp"

namespace kith::rtc {

enum class StunClass : uint8_t { kRequest = 0, kIndication = 1, kSuccess = 2, kError = 3 };

using StunTransactionId = std::array<uint8_t, 12>;

/// Largest message parsed or written: ICE's are around 100 bytes, and a signature costs a pass over the message.
inline constexpr size_t kStunBytesMax = 1024;

inline constexpr uint16_t kStunUnknownAttribute = 420;
inline constexpr uint16_t kStunRoleConflict = 487;

/// True if the first bytes can only be STUN's: tells it from DTLS and RTP on one socket (RFC 7983).
[[nodiscard]] bool is_stun(Bytes datagram);

/// A received Binding message. Its text is a view into the datagram.
struct StunMessage {
  /// Comprehension-required attributes we do not know (RFC 8489 §14.1); more than fit are only counted as too many.
  struct UnknownAttributes {
    std::array<uint16_t, 8> types{};
    size_t count = 0;
    [[nodiscard]] std::span<const uint16_t> list() const { return std::span(types).first(count); }
  };

  StunClass message_class = StunClass::kRequest;
  StunTransactionId transaction{};
  std::string_view username;  ///< "receiver's ufrag:sender's ufrag"; empty if absent
  std::optional<Endpoint> mapped_address;
  std::optional<uint32_t> priority;
  bool use_candidate = false;
  std::optional<uint64_t> ice_controlling;  ///< with the tie-breaker
  std::optional<uint64_t> ice_controlled;   ///< with the tie-breaker
  uint16_t error_code = 0;
  UnknownAttributes unknown;

  /// nullopt: not a well-formed Binding message, or its FINGERPRINT is wrong. Of an attribute that stands twice the
  /// first counts; what follows MESSAGE-INTEGRITY is not looked at, FINGERPRINT excepted.
  static std::optional<StunMessage> parse(Bytes datagram);

  /// True if MESSAGE-INTEGRITY is there and made with this password (short-term credentials, RFC 8489 §14.5).
  [[nodiscard]] bool is_signed_with(std::string_view password) const;
  /// The part of the user name before the colon: our own ufrag in what a peer sends.
  [[nodiscard]] std::string_view local_ufrag() const { return username.substr(0, username.find(':')); }

 private:
  bool take_attribute(uint16_t type, Bytes value);

  Bytes bytes_;
  size_t integrity_at_ = 0;  ///< where MESSAGE-INTEGRITY stands; 0: nowhere
};

/// The local ufrag a Binding request asks for; empty if it is none. Nothing is verified: only good for choosing who
/// verifies. The view points into the datagram.
[[nodiscard]] std::string_view stun_local_ufrag(Bytes datagram);

/// Writes one Binding message into a buffer of the caller, attributes in the order of the calls.
class StunWriter {
 public:
  StunWriter(MutableBytes out, StunClass message_class, const StunTransactionId& transaction);

  void username(std::string_view receiver_ufrag, std::string_view sender_ufrag);
  void xor_mapped_address(const Endpoint& endpoint);
  void priority(uint32_t priority);
  void use_candidate();
  void ice_controlling(uint64_t tie_breaker);
  void ice_controlled(uint64_t tie_breaker);
  void error_code(uint16_t code, std::string_view reason);
  void unknown_attributes(std::span<const uint16_t> types);
  /// Any other attribute.
  void attribute(uint16_t type, Bytes value);

  /// Adds MESSAGE-INTEGRITY unless the password is empty, and FINGERPRINT. Returns the size of the message; 0 if it did
  /// not fit.
  size_t finish(std::string_view password);

 private:
  void begin_attribute(uint16_t type, size_t size);
  void pad(size_t value_size);

  ByteWriter writer_;
};

/// Answers a Binding request that names no user, as any STUN server does: it tells the sender its address. Returns the
/// size of the answer in `out`; 0 if the datagram is nothing of the kind. A request shorter than its answer is not
/// answered, so that forged senders gain nothing.
size_t answer_plain_binding(Bytes datagram, const Endpoint& sender, MutableBytes out);

}  // namespace kith::rtc
