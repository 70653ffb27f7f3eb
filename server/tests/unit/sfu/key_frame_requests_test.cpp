#include "sfu/key_frame_requests.hpp"

#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Instant kStart(std::chrono::hours(1));

TEST(KeyFrameRequests, many_wishes_become_one_request) {
  KeyFrameRequests requests(milliseconds(500));
  int asked = 0;
  for (int i = 0; i < 400; ++i) {
    requests.want(kStart + milliseconds(i));
    asked += requests.take_due(kStart + milliseconds(i), true) ? 1 : 0;
  }
  EXPECT_EQ(asked, 1);
}

TEST(KeyFrameRequests, repeats_until_a_key_frame_comes) {
  KeyFrameRequests requests(milliseconds(500));
  requests.want(kStart);
  EXPECT_TRUE(requests.take_due(kStart, true));
  EXPECT_EQ(requests.next_timeout(), kStart + milliseconds(500));
  EXPECT_FALSE(requests.take_due(kStart + milliseconds(499), true));
  EXPECT_TRUE(requests.take_due(kStart + milliseconds(500), true));
  requests.handle_key_frame();
  EXPECT_FALSE(requests.take_due(kStart + milliseconds(1000), true));
  EXPECT_EQ(requests.next_timeout(), std::nullopt);
}

TEST(KeyFrameRequests, a_wish_right_after_a_key_frame_waits_its_turn) {
  KeyFrameRequests requests(seconds(1));
  requests.want(kStart);
  EXPECT_TRUE(requests.take_due(kStart, true));
  requests.handle_key_frame();
  requests.want(kStart + milliseconds(100));
  EXPECT_FALSE(requests.take_due(kStart + milliseconds(100), true));
  EXPECT_TRUE(requests.take_due(kStart + milliseconds(1000), true));
}

TEST(KeyFrameRequests, a_dead_encoding_is_asked_once) {
  KeyFrameRequests requests(milliseconds(500));
  requests.want(kStart);
  EXPECT_TRUE(requests.take_due(kStart, false));
  for (int i = 1; i < 9; ++i) EXPECT_FALSE(requests.take_due(kStart + milliseconds(500) * i, false));
  EXPECT_GT(*requests.next_timeout(), kStart + milliseconds(4000)) << "no timer that fires at once, for ever";
  EXPECT_TRUE(requests.take_due(kStart + milliseconds(4500), true)) << "it came to life";
}

TEST(KeyFrameRequests, gives_up_after_five_seconds) {
  KeyFrameRequests requests(seconds(1));
  requests.want(kStart);
  int asked = 0;
  for (int i = 0; i < 20; ++i) asked += requests.take_due(kStart + seconds(i), true) ? 1 : 0;
  EXPECT_EQ(asked, 6);
}

}  // namespace
}  // namespace kith::sfu
