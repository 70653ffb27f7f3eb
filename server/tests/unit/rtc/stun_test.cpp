#include "rtc/stun.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace kith::rtc {
namespace {

using testing::ElementsAre;

/// Password and transaction of RFC 5769 §2.
constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";
constexpr StunTransactionId kTransaction = {0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87, 0xDF, 0xAE};

/// RFC 5769 §2.1: a Binding request.
const std::vector<uint8_t> kRequest = {
    0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xA4, 0x42, 0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87,
    0xDF, 0xAE, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4E, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6C,
    0x69, 0x65, 0x6E, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6E, 0x00, 0x01, 0xFF, 0x80, 0x29, 0x00, 0x08, 0x93, 0x2F,
    0xF9, 0xB1, 0x51, 0x26, 0x3B, 0x36, 0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6A, 0x3A, 0x68, 0x36, 0x76,
    0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9A, 0xEA, 0xA7, 0x0C, 0xBF, 0xD8, 0xCB, 0x56, 0x78, 0x1E,
    0xF2, 0xB5, 0xB2, 0xD3, 0xF2, 0x49, 0xC1, 0xB5, 0x71, 0xA2, 0x80, 0x28, 0x00, 0x04, 0xE5, 0x7A, 0x3B, 0xCF};

/// RFC 5769 §2.2: a response with an IPv4 address.
const std::vector<uint8_t> kResponseV4 = {
    0x01, 0x01, 0x00, 0x3C, 0x21, 0x12, 0xA4, 0x42, 0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86,
    0xFA, 0x87, 0xDF, 0xAE, 0x80, 0x22, 0x00, 0x0B, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63,
    0x74, 0x6F, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43,
    0x00, 0x08, 0x00, 0x14, 0x2B, 0x91, 0xF5, 0x99, 0xFD, 0x9E, 0x90, 0xC3, 0x8C, 0x74, 0x89, 0xF9,
    0x2A, 0xF9, 0xBA, 0x53, 0xF0, 0x6B, 0xE7, 0xD7, 0x80, 0x28, 0x00, 0x04, 0xC0, 0x7D, 0x4C, 0x96};

/// RFC 5769 §2.3: a response with an IPv6 address.
const std::vector<uint8_t> kResponseV6 = {
    0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xA4, 0x42, 0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87, 0xDF,
    0xAE, 0x80, 0x22, 0x00, 0x0B, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6F, 0x72, 0x20, 0x00, 0x20,
    0x00, 0x14, 0x00, 0x02, 0xA1, 0x47, 0x01, 0x13, 0xA9, 0xFA, 0xA5, 0xD3, 0xF1, 0x79, 0xBC, 0x25, 0xF4, 0xB5, 0xBE,
    0xD2, 0xB9, 0xD9, 0x00, 0x08, 0x00, 0x14, 0xA3, 0x82, 0x95, 0x4E, 0x4B, 0xE6, 0x7B, 0xF1, 0x17, 0x84, 0xC9, 0x7C,
    0x82, 0x92, 0xC2, 0x75, 0xBF, 0xE3, 0xED, 0x41, 0x80, 0x28, 0x00, 0x04, 0xC8, 0xFB, 0x0B, 0x4C};

const Endpoint kV6 = {
    .ip = {0x20, 0x01, 0x0D, 0xB8, 0x12, 0x34, 0x56, 0x78, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77},
    .port = 32853};

/// A message as `fill` writes it.
template <typename Fill>
std::vector<uint8_t> written(StunClass message_class, std::string_view password, Fill fill) {
  std::vector<uint8_t> bytes(kStunBytesMax);
  StunWriter writer(bytes, message_class, kTransaction);
  fill(writer);
  bytes.resize(writer.finish(password));
  return bytes;
}

TEST(Stun, request_of_rfc_5769_is_understood_and_authentic) {
  const auto message = StunMessage::parse(kRequest);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->message_class, StunClass::kRequest);
  EXPECT_EQ(message->transaction, kTransaction);
  EXPECT_EQ(message->username, "evtj:h6vY");
  EXPECT_EQ(message->local_ufrag(), "evtj");
  EXPECT_EQ(message->priority, 0x6E0001FFU);
  EXPECT_EQ(message->ice_controlled, 0x932FF9B151263B36U);
  EXPECT_FALSE(message->ice_controlling);
  EXPECT_FALSE(message->use_candidate);
  EXPECT_EQ(message->unknown.count, 0U);
  EXPECT_TRUE(message->is_signed_with(kPassword));
  EXPECT_FALSE(message->is_signed_with("VOkJxbRl1RmTxUk/WvJxBu"));
}

TEST(Stun, responses_of_rfc_5769_tell_the_mapped_address) {
  const auto v4 = StunMessage::parse(kResponseV4);
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->message_class, StunClass::kSuccess);
  EXPECT_EQ(v4->mapped_address, Endpoint::v4(192, 0, 2, 1, 32853));
  EXPECT_TRUE(v4->is_signed_with(kPassword));
  const auto v6 = StunMessage::parse(kResponseV6);
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->mapped_address, kV6);
  EXPECT_TRUE(v6->is_signed_with(kPassword));
}

TEST(Stun, any_changed_byte_is_noticed) {
  const size_t fingerprint_at = kRequest.size() - 8;
  for (size_t i = 0; i < kRequest.size(); ++i) {
    if (i == fingerprint_at || i == fingerprint_at + 1) continue;  // under another type it is no fingerprint
    auto changed = kRequest;
    changed[i] ^= 0x01;
    EXPECT_FALSE(StunMessage::parse(changed)) << "byte " << i;
  }
}

TEST(Stun, changed_byte_breaks_the_signature_when_no_fingerprint_protects) {
  auto unprotected = std::vector(kRequest.begin(), kRequest.end() - 8);
  unprotected[3] -= 8;
  ASSERT_TRUE(StunMessage::parse(unprotected)->is_signed_with(kPassword));
  unprotected[44] ^= 0x01;  // priority
  EXPECT_FALSE(StunMessage::parse(unprotected)->is_signed_with(kPassword));
}

TEST(Stun, cut_messages_are_refused) {
  for (size_t size = 0; size < kRequest.size(); ++size) {
    EXPECT_FALSE(StunMessage::parse(Bytes(kRequest).first(size))) << size << " bytes";
  }
}

TEST(Stun, message_over_the_limit_is_refused) {
  const auto with_size = [](size_t size) {
    std::vector<uint8_t> bytes = {0x00, 0x11, 0, 0, 0x21, 0x12, 0xA4, 0x42};
    bytes.resize(20);
    store_u16(bytes.data() + 2, static_cast<uint16_t>(size - 20));
    bytes.push_back(0x80);
    bytes.push_back(0x22);
    bytes.resize(size);
    store_u16(bytes.data() + 22, static_cast<uint16_t>(size - 24));
    return bytes;
  };
  EXPECT_TRUE(StunMessage::parse(with_size(kStunBytesMax)));
  EXPECT_FALSE(StunMessage::parse(with_size(kStunBytesMax + 4)));
}

TEST(Stun, other_methods_are_not_ours) {
  auto allocate = written(StunClass::kRequest, {}, [](StunWriter&) {});
  allocate.resize(20);
  store_u16(allocate.data() + 2, 0);
  EXPECT_TRUE(StunMessage::parse(allocate));
  allocate[1] = 0x03;  // TURN's Allocate
  EXPECT_FALSE(StunMessage::parse(allocate));
}

TEST(Stun, written_check_reads_back) {
  const auto bytes = written(StunClass::kRequest, kPassword, [](StunWriter& writer) {
    writer.username("them", "us");
    writer.priority(77);
    writer.ice_controlling(0x0123456789ABCDEF);
    writer.use_candidate();
  });
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->message_class, StunClass::kRequest);
  EXPECT_EQ(message->transaction, kTransaction);
  EXPECT_EQ(message->username, "them:us");
  EXPECT_EQ(message->priority, 77U);
  EXPECT_EQ(message->ice_controlling, 0x0123456789ABCDEFU);
  EXPECT_TRUE(message->use_candidate);
  EXPECT_TRUE(message->is_signed_with(kPassword));
  EXPECT_EQ(stun_local_ufrag(bytes), "them");
}

TEST(Stun, written_addresses_read_back) {
  for (const Endpoint& endpoint : {Endpoint::v4(203, 0, 113, 7, 65535), kV6}) {
    const auto bytes =
        written(StunClass::kSuccess, kPassword, [&](StunWriter& writer) { writer.xor_mapped_address(endpoint); });
    EXPECT_EQ(StunMessage::parse(bytes)->mapped_address, endpoint);
  }
}

TEST(Stun, written_errors_and_indications_read_back) {
  const auto error = written(StunClass::kError, kPassword, [](StunWriter& writer) {
    writer.error_code(kStunRoleConflict, "Role Conflict");
    writer.unknown_attributes(std::array<uint16_t, 1>{0x7FFF});
  });
  EXPECT_EQ(StunMessage::parse(error)->message_class, StunClass::kError);
  EXPECT_EQ(StunMessage::parse(error)->error_code, 487);
  const auto indication = written(StunClass::kIndication, {}, [](StunWriter&) {});
  EXPECT_EQ(StunMessage::parse(indication)->message_class, StunClass::kIndication);
  EXPECT_FALSE(StunMessage::parse(indication)->is_signed_with(""));
}

TEST(Stun, unknown_attributes_that_must_be_understood_are_listed) {
  auto bytes = written(StunClass::kRequest, {}, [](StunWriter&) {});
  bytes.resize(20);
  const std::vector<uint8_t> attributes = {0x7F, 0x01, 0, 0, 0xC0, 0x57, 0, 0, 0x00, 0x26, 0, 1, 9, 0, 0, 0};
  bytes.insert(bytes.end(), attributes.begin(), attributes.end());
  bytes[3] = static_cast<uint8_t>(attributes.size());
  EXPECT_THAT(StunMessage::parse(bytes)->unknown.list(), ElementsAre(0x7F01, 0x0026));
}

TEST(Stun, what_follows_the_signature_means_nothing) {
  auto bytes = written(StunClass::kRequest, kPassword, [](StunWriter& writer) { writer.username("them", "us"); });
  bytes.resize(bytes.size() - 8);  // FINGERPRINT
  const std::vector<uint8_t> use_candidate = {0x00, 0x25, 0, 0};
  bytes.insert(bytes.end(), use_candidate.begin(), use_candidate.end());
  bytes[3] = static_cast<uint8_t>(bytes.size() - 20);
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->use_candidate);
  EXPECT_TRUE(message->is_signed_with(kPassword));
}

TEST(Stun, writer_never_passes_the_end_of_its_buffer) {
  // Header, USERNAME, XOR-MAPPED-ADDRESS, ICE-CONTROLLED, MESSAGE-INTEGRITY, FINGERPRINT.
  constexpr size_t kNeeded = 20 + 12 + 24 + 12 + 24 + 8;
  for (size_t size = 0; size < kNeeded; ++size) {
    std::vector<uint8_t> bytes(size + 1, 0xEE);
    StunWriter writer(MutableBytes(bytes).first(size), StunClass::kRequest, kTransaction);
    writer.username("them", "us");
    writer.xor_mapped_address(kV6);
    writer.ice_controlled(1);
    EXPECT_EQ(writer.finish(kPassword), 0U) << size;
    EXPECT_EQ(bytes.back(), 0xEE) << size;
  }
}

TEST(Stun, plain_request_learns_its_address_if_it_is_as_long_as_the_answer) {
  std::array<uint8_t, kStunBytesMax> out{};
  const Endpoint sender = Endpoint::v4(198, 51, 100, 4, 4004);
  const auto padded = written(StunClass::kRequest, {}, [](StunWriter& writer) {
    writer.priority(0);
    writer.priority(0);
  });
  const size_t size = answer_plain_binding(padded, sender, out);
  ASSERT_GT(size, 0U);
  EXPECT_LE(size, padded.size());
  const auto answer = StunMessage::parse(Bytes(out).first(size));
  EXPECT_EQ(answer->mapped_address, sender);
  EXPECT_EQ(answer->transaction, kTransaction);
  const auto bare = written(StunClass::kRequest, {}, [](StunWriter&) {});
  EXPECT_EQ(answer_plain_binding(bare, sender, out), 0U);
  EXPECT_EQ(answer_plain_binding(kRequest, sender, out), 0U);
  EXPECT_EQ(answer_plain_binding(kResponseV6, sender, out), 0U);
}

TEST(Stun, only_stun_looks_like_stun) {
  EXPECT_TRUE(is_stun(kRequest));
  EXPECT_FALSE(is_stun(Bytes(kRequest).first(19)));
  auto other = kRequest;
  other[0] = 22;  // DTLS handshake
  EXPECT_FALSE(is_stun(other));
  other = kRequest;
  other[4] ^= 1;
  EXPECT_FALSE(is_stun(other));
  EXPECT_EQ(stun_local_ufrag(kResponseV4), "");
}

}  // namespace
}  // namespace kith::rtc
