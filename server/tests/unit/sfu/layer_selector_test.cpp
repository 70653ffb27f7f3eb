#include "sfu/layer_selector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dependency_structures.hpp"
#include "media_source.hpp"
#include "sfu/codec/vp9_descriptor.hpp"
#include "sfu/subscriber_extensions.hpp"

namespace kith::sfu {
namespace {

using test::Datagram;
using test::Publisher;
using test::Viewer;

const Instant kStart(std::chrono::hours(1));
constexpr Layer kLow{.spatial = 0, .temporal = 1};
constexpr Layer kHigh{.spatial = 1, .temporal = 1};

/// A video of two spatial and two temporal layers in one stream, one packet per frame: pictures of T0 and T1 in turn.
class SvcEncoder {
 public:
  /// A name like "S1T0" and the frame's packet.
  using Frame = std::pair<std::string, Datagram>;

  /// AV1 with dependency descriptor, L2T2_KEY.
  std::vector<Frame> av1_picture(bool is_key) {
    if (is_key) picture_ = 0;
    const bool is_base = picture_ % 2 == 0;
    std::vector<Frame> frames;
    for (uint32_t spatial = 0; spatial < 2; ++spatial) {
      uint32_t template_id = spatial == 0 ? (is_base ? 1U : 2U) : (is_base ? 4U : 5U);
      if (is_key) template_id = spatial == 0 ? 0 : 3;
      const std::vector<uint8_t> descriptor =
          template_id == 0 ? test::key_descriptor(number_) : test::short_descriptor(template_id, number_);
      ++number_;
      frames.push_back({name(spatial, is_base), packet(test::kAv1Type, spatial == 1, {0x10, 1, 2},
                                                       {{rtc::RtpExtension::kDependencyDescriptor, descriptor}})});
    }
    end_picture();
    return frames;
  }
  /// VP9 without it: each spatial layer is predicted from the one below.
  std::vector<Frame> vp9_picture(bool is_key) {
    if (is_key) picture_ = 0;
    const bool is_base = picture_ % 2 == 0;
    std::vector<Frame> frames;
    for (uint32_t spatial = 0; spatial < 2; ++spatial) {
      const auto flags = static_cast<uint8_t>(0x20 | 0x08 | 0x04 | (is_key ? 0 : 0x40));
      const auto layers = static_cast<uint8_t>((is_base ? 0 : 1) << 5 | (is_base ? 0x10 : 0) | spatial << 1 | spatial);
      frames.push_back({name(spatial, is_base), packet(test::kVp9Type, spatial == 1, {flags, layers, 0, 7}, {})});
    }
    end_picture();
    return frames;
  }

 private:
  static std::string name(uint32_t spatial, bool is_base) {
    return "S" + std::to_string(spatial) + (is_base ? "T0" : "T1");
  }
  Datagram packet(uint8_t type, bool marker, const Datagram& payload, const std::vector<test::ExtensionValue>& values) {
    return test::rtp(
        {.payload_type = type, .marker = marker, .sequence = sequence_++, .timestamp = timestamp_, .ssrc = 1}, payload,
        values);
  }
  void end_picture() {
    timestamp_ += 3000;
    ++picture_;
  }

  uint16_t sequence_ = 10;
  uint16_t number_ = 65'530;
  uint32_t timestamp_ = 0;
  int picture_ = 0;
};

/// A publisher, one viewer, and which frames the viewer got, with "!" where the marker was.
struct Scene {
  Scene() : publisher({.kind = MediaKind::kVideo, .rids = {}}), viewer(publisher.track) {}

  std::string show(const std::vector<SvcEncoder::Frame>& frames) {
    std::string got;
    for (const auto& [name, datagram] : frames) {
      if (!viewer.offer(publisher.receive(kStart, 0, datagram))) continue;
      got += (got.empty() ? "" : " ") + name + (viewer.heard.back()->packet.marker ? "!" : "");
    }
    return got;
  }
  std::optional<DependencyDescriptor> last_descriptor() {
    const auto value =
        viewer.heard.back()->packet.find_extension(subscriber_extension_id(rtc::RtpExtension::kDependencyDescriptor));
    return value ? reader.parse(*value) : std::nullopt;
  }

  Publisher publisher;
  Viewer viewer;
  SvcEncoder encoder;
  DependencyDescriptorParser reader;
};

TEST(LayerSelector, sends_only_what_the_dependencies_ask_for) {
  Scene scene;
  scene.viewer.track.set_target(kHigh);
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(true)), "S0T0 S1T0!");
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(false)), "S1T1!") << "the lower layer is not needed between keys";
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(false)), "S1T0!");
}

TEST(LayerSelector, the_marker_moves_to_the_highest_layer_a_viewer_gets) {
  Scene scene;
  scene.viewer.track.set_target({.spatial = 0, .temporal = 0});
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(true)), "S0T0!");
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(false)), "");
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(false)), "S0T0!");
}

TEST(LayerSelector, a_broken_chain_needs_a_key_frame_even_downwards) {
  Scene scene;
  scene.viewer.track.set_target(kHigh);
  scene.show(scene.encoder.av1_picture(true));
  scene.show(scene.encoder.av1_picture(false));
  scene.show(scene.encoder.av1_picture(false));
  scene.viewer.track.set_target(kLow);
  EXPECT_EQ(scene.viewer.track.awaited_key_frame(), std::nullopt);
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(false)), "S1T1!");
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(false)), "S1T0!") << "its lower layer rests on frames never sent";
  EXPECT_EQ(scene.viewer.track.awaited_key_frame(), 0);
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(true)), "S0T0!");
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(false)), "S0T1!");
  EXPECT_EQ(scene.viewer.track.awaited_key_frame(), std::nullopt);
}

TEST(LayerSelector, up_in_space_waits_for_a_key_frame) {
  Scene scene;
  scene.viewer.track.set_target(kLow);
  scene.show(scene.encoder.av1_picture(true));
  scene.viewer.track.set_target(kHigh);
  EXPECT_EQ(scene.viewer.track.awaited_key_frame(), 1);
  for (int i = 0; i < 4; ++i) EXPECT_THAT(scene.show(scene.encoder.av1_picture(false)), testing::StartsWith("S0"));
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(true)), "S0T0 S1T0!");
}

TEST(LayerSelector, up_in_time_joins_where_a_higher_layer_of_the_picture_opens) {
  Scene scene;
  scene.viewer.track.set_target({.spatial = 1, .temporal = 0});
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(true)), "S0T0 S1T0!");
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(false)), "");
  scene.viewer.track.set_target(kHigh);
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(false)), "S1T0!");
  EXPECT_EQ(scene.show(scene.encoder.av1_picture(false)), "S1T1!");
}

TEST(LayerSelector, tells_the_receiver_which_layers_it_gets) {
  Scene scene;
  scene.viewer.track.set_target(kLow);
  scene.show(scene.encoder.av1_picture(true));
  auto descriptor = scene.last_descriptor();
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->active_decode_targets, 0b0011U);
  scene.show(scene.encoder.av1_picture(false));
  descriptor = scene.last_descriptor();
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->active_decode_targets, std::nullopt) << "once is enough";
  scene.viewer.track.set_target({.spatial = 0, .temporal = 0});
  scene.show(scene.encoder.av1_picture(false));
  descriptor = scene.last_descriptor();
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->active_decode_targets, 0b0001U) << "the layers changed";
}

TEST(LayerSelector, without_dependencies_lower_layers_come_along_and_down_is_free) {
  Scene scene;
  scene.viewer.track.set_target(kHigh);
  EXPECT_EQ(scene.show(scene.encoder.vp9_picture(true)), "S0T0 S1T0!");
  EXPECT_EQ(scene.show(scene.encoder.vp9_picture(false)), "S0T1 S1T1!");
  scene.viewer.track.set_target({.spatial = 0, .temporal = 0});
  EXPECT_EQ(scene.show(scene.encoder.vp9_picture(false)), "S0T0!");
  EXPECT_EQ(scene.show(scene.encoder.vp9_picture(false)), "");
  EXPECT_EQ(scene.viewer.track.awaited_key_frame(), std::nullopt);
  scene.viewer.track.set_target(kHigh);
  EXPECT_EQ(scene.viewer.track.awaited_key_frame(), 1);
  EXPECT_EQ(scene.show(scene.encoder.vp9_picture(false)), "S0T0!");
  EXPECT_EQ(scene.show(scene.encoder.vp9_picture(false)), "S0T1!") << "the frame rate may rise at a switching point";
  EXPECT_EQ(scene.show(scene.encoder.vp9_picture(true)), "S0T0 S1T0!");
}

TEST(LayerSelector, a_layer_change_never_splits_a_frame) {
  Publisher publisher({.kind = MediaKind::kVideo, .rids = {}});
  Viewer viewer(publisher.track);
  viewer.track.set_target({.spatial = 0, .temporal = 2});
  test::Vp8Encoder encoder({.has_temporal_layers = true});
  for (const Datagram& packet : encoder.frame(true)) viewer.offer(publisher.receive(kStart, 0, packet));
  const std::vector<Datagram> frame = encoder.frame();
  EXPECT_TRUE(viewer.offer(publisher.receive(kStart, 0, frame[0])));
  viewer.track.set_target({.spatial = 0, .temporal = 0});
  EXPECT_TRUE(viewer.offer(publisher.receive(kStart, 0, frame[1])));
  EXPECT_TRUE(viewer.offer(publisher.receive(kStart, 0, frame[2])));
  for (const Datagram& packet : encoder.frame()) EXPECT_FALSE(viewer.offer(publisher.receive(kStart, 0, packet)));
}

}  // namespace
}  // namespace kith::sfu
