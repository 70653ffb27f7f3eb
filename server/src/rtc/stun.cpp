#include "rtc/stun.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cassert>

namespace kith::rtc {
namespace {

constexpr uint32_t kMagicCookie = 0x2112A442;
constexpr uint16_t kBinding = 0x001;
constexpr size_t kHeaderBytes = 20;
constexpr size_t kAttributeHeaderBytes = 4;
constexpr size_t kIntegrityBytes = 20;
constexpr size_t kFingerprintBytes = 4;
constexpr uint32_t kFingerprintMask = 0x5354554E;

enum AttributeType : uint16_t {
  kMappedAddress = 0x0001,
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000A,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
  kIceControlling = 0x802A,
};
constexpr uint16_t kComprehensionOptional = 0x8000;

constexpr uint8_t kFamilyV4 = 1;
constexpr uint8_t kFamilyV6 = 2;

size_t padded(size_t size) { return (size + 3) & ~size_t{3}; }

/// Method and class share the first 16 bits, the class in bits 4 and 8 (RFC 8489 §5).
uint16_t message_type(StunClass message_class) {
  const auto bits = static_cast<uint16_t>(message_class);
  return static_cast<uint16_t>(kBinding | (bits & 1) << 4 | (bits & 2) << 7);
}

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? value >> 1 ^ 0xEDB88320U : value >> 1;
    table[i] = value;
  }
  return table;
}

/// CRC-32 of ITU V.42, as FINGERPRINT wants it (RFC 8489 §14.7).
uint32_t fingerprint_of(Bytes bytes) {
  static constexpr std::array<uint32_t, 256> kTable = make_crc_table();
  uint32_t crc = 0xFFFFFFFF;
  for (const uint8_t byte : bytes) crc = kTable[(crc ^ byte) & 0xFF] ^ crc >> 8;
  return ~crc ^ kFingerprintMask;
}

/// HMAC-SHA1 over what precedes MESSAGE-INTEGRITY, with the header's length as if it were the last attribute.
std::array<uint8_t, kIntegrityBytes> integrity_of(Bytes before, std::string_view password) {
  assert(before.size() >= kHeaderBytes && before.size() <= kStunBytesMax);
  std::array<uint8_t, kStunBytesMax> copy;
  std::memcpy(copy.data(), before.data(), before.size());
  const size_t length = before.size() - kHeaderBytes + kAttributeHeaderBytes + kIntegrityBytes;
  store_u16(copy.data() + 2, static_cast<uint16_t>(length));
  std::array<uint8_t, kIntegrityBytes> mac{};
  unsigned int size = kIntegrityBytes;
  HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), copy.data(), before.size(), mac.data(), &size);
  return mac;
}

/// XOR-MAPPED-ADDRESS hides addresses from boxes that rewrite them: XOR with the cookie and the transaction.
void xor_address(uint8_t* address, size_t size, const StunTransactionId& transaction) {
  std::array<uint8_t, 16> mask{};
  store_u32(mask.data(), kMagicCookie);
  std::memcpy(mask.data() + 4, transaction.data(), transaction.size());
  for (size_t i = 0; i < size; ++i) address[i] ^= mask[i];
}

std::optional<Endpoint> parse_xor_address(Bytes value, const StunTransactionId& transaction) {
  ByteReader reader(value);
  reader.skip(1);
  const uint8_t family = reader.u8();
  const auto port = static_cast<uint16_t>(reader.u16() ^ kMagicCookie >> 16);
  const size_t size = family == kFamilyV4 ? 4 : 16;
  if (!reader.ok() || (family != kFamilyV4 && family != kFamilyV6) || reader.left() != size) return std::nullopt;
  std::array<uint8_t, 16> address{};
  std::memcpy(address.data(), reader.rest().data(), size);
  xor_address(address.data(), size, transaction);
  if (family == kFamilyV4) return Endpoint::v4(address[0], address[1], address[2], address[3], port);
  return Endpoint{.ip = address, .port = port};
}

}  // namespace

bool is_stun(Bytes datagram) {
  return datagram.size() >= kHeaderBytes && datagram[0] < 4 && load_u32(datagram.data() + 4) == kMagicCookie;
}

std::optional<StunMessage> StunMessage::parse(Bytes datagram) {
  if (!is_stun(datagram) || datagram.size() > kStunBytesMax) return std::nullopt;
  ByteReader reader(datagram);
  const uint16_t type = reader.u16();
  const size_t length = reader.u16();
  if (length % 4 != 0 || length != datagram.size() - kHeaderBytes) return std::nullopt;
  StunMessage message;
  message.message_class = static_cast<StunClass>((type >> 4 & 1) | (type >> 7 & 2));
  if (type != message_type(message.message_class)) return std::nullopt;
  message.bytes_ = datagram;
  reader.skip(4);
  std::ranges::copy(reader.take(message.transaction.size()), message.transaction.begin());
  while (reader.left() > 0) {
    const size_t at = datagram.size() - reader.left();
    const uint16_t attribute = reader.u16();
    const size_t size = reader.u16();
    const Bytes value = reader.take(size);
    reader.skip(padded(size) - size);
    if (!reader.ok()) return std::nullopt;
    if (attribute == kFingerprint) {
      // The last attribute by definition: what it covers is all before it.
      if (size != kFingerprintBytes || reader.left() != 0) return std::nullopt;
      if (load_u32(value.data()) != fingerprint_of(datagram.first(at))) return std::nullopt;
    } else if (message.integrity_at_ != 0) {
      continue;  // not covered by the signature, so it means nothing (RFC 8489 §14.5)
    } else if (attribute == kMessageIntegrity) {
      if (size != kIntegrityBytes) return std::nullopt;
      message.integrity_at_ = at;
    } else if (!message.take_attribute(attribute, value)) {
      return std::nullopt;
    }
  }
  return message;
}

bool StunMessage::take_attribute(uint16_t type, Bytes value) {
  switch (type) {
    case kUsername:
      if (username.empty()) username = as_text(value);
      return true;
    case kXorMappedAddress:
      if (!mapped_address) mapped_address = parse_xor_address(value, transaction);
      return mapped_address.has_value();
    case kPriority:
      if (value.size() != 4) return false;
      if (!priority) priority = load_u32(value.data());
      return true;
    case kUseCandidate:
      use_candidate = true;
      return value.empty();
    case kIceControlling:
      if (value.size() != 8) return false;
      if (!ice_controlling) ice_controlling = load_u64(value.data());
      return true;
    case kIceControlled:
      if (value.size() != 8) return false;
      if (!ice_controlled) ice_controlled = load_u64(value.data());
      return true;
    case kErrorCode:
      if (value.size() < 4) return false;
      if (error_code == 0) error_code = static_cast<uint16_t>((value[2] & 7) * 100 + value[3]);
      return true;
    case kMappedAddress:
    case kUnknownAttributes:
      return true;
    default:
      if (type < kComprehensionOptional && unknown.count < unknown.types.size()) unknown.types[unknown.count++] = type;
      return true;
  }
}

bool StunMessage::is_signed_with(std::string_view password) const {
  if (integrity_at_ == 0) return false;
  const auto wanted = integrity_of(bytes_.first(integrity_at_), password);
  const uint8_t* given = bytes_.data() + integrity_at_ + kAttributeHeaderBytes;
  return CRYPTO_memcmp(wanted.data(), given, wanted.size()) == 0;
}

std::string_view stun_local_ufrag(Bytes datagram) {
  const auto message = StunMessage::parse(datagram);
  if (!message || message->message_class != StunClass::kRequest) return {};
  return message->local_ufrag();
}

StunWriter::StunWriter(MutableBytes out, StunClass message_class, const StunTransactionId& transaction)
    : writer_(out.first(std::min(out.size(), kStunBytesMax))) {
  writer_.u16(message_type(message_class));
  writer_.u16(0);
  writer_.u32(kMagicCookie);
  writer_.put(transaction);
}

void StunWriter::begin_attribute(uint16_t type, size_t size) {
  writer_.u16(type);
  writer_.u16(static_cast<uint16_t>(size));
}

void StunWriter::pad(size_t value_size) { writer_.zeros(padded(value_size) - value_size); }

void StunWriter::attribute(uint16_t type, Bytes value) {
  begin_attribute(type, value.size());
  writer_.put(value);
  pad(value.size());
}

void StunWriter::username(std::string_view receiver_ufrag, std::string_view sender_ufrag) {
  const size_t size = receiver_ufrag.size() + 1 + sender_ufrag.size();
  begin_attribute(kUsername, size);
  writer_.put(as_bytes(receiver_ufrag));
  writer_.u8(':');
  writer_.put(as_bytes(sender_ufrag));
  pad(size);
}

void StunWriter::xor_mapped_address(const Endpoint& endpoint) {
  const bool is_v4 = endpoint.is_v4();
  const size_t size = is_v4 ? 4 : 16;
  begin_attribute(kXorMappedAddress, 4 + size);
  writer_.u16(is_v4 ? kFamilyV4 : kFamilyV6);
  writer_.u16(static_cast<uint16_t>(endpoint.port ^ kMagicCookie >> 16));
  std::array<uint8_t, 16> address = endpoint.ip;
  if (is_v4) std::memmove(address.data(), address.data() + 12, 4);
  StunTransactionId transaction{};
  if (writer_.ok()) std::memcpy(transaction.data(), writer_.written().data() + 8, transaction.size());
  xor_address(address.data(), size, transaction);
  writer_.put(Bytes(address).first(size));
}

void StunWriter::priority(uint32_t priority) {
  begin_attribute(kPriority, 4);
  writer_.u32(priority);
}

void StunWriter::use_candidate() { attribute(kUseCandidate, {}); }

void StunWriter::ice_controlling(uint64_t tie_breaker) {
  begin_attribute(kIceControlling, 8);
  writer_.u64(tie_breaker);
}

void StunWriter::ice_controlled(uint64_t tie_breaker) {
  begin_attribute(kIceControlled, 8);
  writer_.u64(tie_breaker);
}

void StunWriter::error_code(uint16_t code, std::string_view reason) {
  begin_attribute(kErrorCode, 4 + reason.size());
  writer_.u16(0);
  writer_.u8(static_cast<uint8_t>(code / 100));
  writer_.u8(static_cast<uint8_t>(code % 100));
  writer_.put(as_bytes(reason));
  pad(reason.size());
}

void StunWriter::unknown_attributes(std::span<const uint16_t> types) {
  begin_attribute(kUnknownAttributes, types.size() * 2);
  for (const uint16_t type : types) writer_.u16(type);
  pad(types.size() * 2);
}

size_t StunWriter::finish(std::string_view password) {
  if (!password.empty() && writer_.ok()) {
    const auto mac = integrity_of(writer_.written(), password);
    attribute(kMessageIntegrity, mac);
  }
  if (!writer_.ok()) return 0;
  const size_t length = writer_.size() - kHeaderBytes + kAttributeHeaderBytes + kFingerprintBytes;
  store_u16(writer_.written().data() + 2, static_cast<uint16_t>(length));
  const uint32_t fingerprint = fingerprint_of(writer_.written());
  begin_attribute(kFingerprint, kFingerprintBytes);
  writer_.u32(fingerprint);
  return writer_.ok() ? writer_.size() : 0;
}

size_t answer_plain_binding(Bytes datagram, const Endpoint& sender, MutableBytes out) {
  const auto request = StunMessage::parse(datagram);
  if (!request || request->message_class != StunClass::kRequest || !request->username.empty()) return 0;
  if (request->unknown.count > 0) return 0;
  StunWriter writer(out, StunClass::kSuccess, request->transaction);
  writer.xor_mapped_address(sender);
  const size_t size = writer.finish({});
  return size <= datagram.size() ? size : 0;
}

}  // namespace kith::rtc
