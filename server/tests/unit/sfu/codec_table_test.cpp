#include "sfu/codec_table.hpp"

#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

rtc::SdpCodec line(uint8_t type, std::string name, std::string parameters = {}) {
  return {.payload_type = type, .name = std::move(name), .clock_rate = 90000, .parameters = std::move(parameters)};
}

TEST(CodecTable, names_are_known_in_any_case_and_as_mime_type) {
  EXPECT_EQ(codec_of_name("vp8"), Codec::kVp8);
  EXPECT_EQ(codec_of_name("video/AV1"), Codec::kAv1);
  EXPECT_EQ(codec_of_name("audio/red"), Codec::kRed);
  EXPECT_EQ(codec_of_name("H265"), Codec::kUnknown);
  EXPECT_EQ(codec_of_name("rtx"), Codec::kUnknown);
}

TEST(CodecTable, retransmissions_are_tied_to_what_they_repeat) {
  PayloadTypes payload_types{};
  // RTX stands before its codec, as an offer may have it.
  read_payload_types(
      {.kind = "video", .codecs = {line(97, "rtx", "apt=96"), line(96, "VP8"), line(99, "rtx", "apt=50")}},
      payload_types);
  EXPECT_EQ(payload_types[96], (PayloadType{.codec = Codec::kVp8}));
  EXPECT_EQ(payload_types[97], (PayloadType{.codec = Codec::kVp8, .is_retransmission = true, .associated = 96}));
  EXPECT_EQ(payload_types[99].codec, Codec::kUnknown) << "associated nothing that was offered";
}

TEST(CodecTable, a_payload_type_keeps_its_first_meaning) {
  PayloadTypes payload_types{};
  read_payload_types({.kind = "video", .codecs = {line(96, "VP8")}}, payload_types);
  read_payload_types({.kind = "video", .codecs = {line(96, "H264")}}, payload_types);
  EXPECT_EQ(payload_types[96].codec, Codec::kVp8);
}

TEST(CodecTable, malformed_repeats_are_ignored) {
  PayloadTypes payload_types{};
  read_payload_types(
      {.kind = "video",
       .codecs = {line(96, "VP8"), line(97, "rtx", "apt=300"), line(98, "rtx", "apt="), line(99, "rtx")}},
      payload_types);
  EXPECT_EQ(payload_types[97].codec, Codec::kUnknown);
  EXPECT_EQ(payload_types[98].codec, Codec::kUnknown);
  EXPECT_EQ(payload_types[99].codec, Codec::kUnknown);
}

TEST(CodecTable, red_is_offered_together_with_the_opus_it_carries) {
  const auto codecs = subscriber_codecs(Codec::kRed, false);
  ASSERT_EQ(codecs.size(), 2U);
  EXPECT_EQ(codecs[0].name, "red");
  EXPECT_EQ(codecs[0].parameters, "111/111");
  EXPECT_EQ(codecs[1].payload_type, 111);
}

TEST(CodecTable, stereo_is_said_of_opus) {
  EXPECT_EQ(subscriber_codecs(Codec::kOpus, true)[0].parameters, "minptime=10;useinbandfec=1;stereo=1");
}

TEST(CodecTable, every_video_codec_brings_its_retransmissions) {
  for (const Codec codec : {Codec::kVp8, Codec::kVp9, Codec::kH264, Codec::kAv1}) {
    const auto codecs = subscriber_codecs(codec, false);
    ASSERT_EQ(codecs.size(), 2U);
    EXPECT_EQ(codecs[1].payload_type, subscriber_rtx_type(codec));
    EXPECT_EQ(codecs[1].parameters, "apt=" + std::to_string(subscriber_payload_type(codec)));
  }
}

}  // namespace
}  // namespace kith::sfu
