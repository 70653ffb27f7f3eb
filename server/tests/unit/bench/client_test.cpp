#include "bench/client.hpp"

#include <gtest/gtest.h>

#include "bench/sample_text.hpp"

namespace kith::bench {
namespace {

/// A client that is told frames without a server.
class ClientTest : public testing::Test {
 protected:
  static std::string event(Seq seq, std::string text) {
    v1::ServerFrame frame;
    v1::Event& event = *frame.add_items()->mutable_event();
    event.set_room_id("r1");
    event.set_seq(seq);
    event.mutable_posted()->mutable_content()->set_text(std::move(text));
    return frame.SerializeAsString();
  }
  std::string good(Seq seq) { return event(seq, text_.make(seq, 60)); }
  void tell(const std::string& frame) { client_->on_message(frame, false); }

  SampleText text_{1};
  std::unique_ptr<Loop> loop_ = *Loop::create(1, nullptr);
  ClientObserver observer_;
  Crowd crowd_{*loop_, observer_};
  std::shared_ptr<Client> client_ = std::make_shared<Client>(crowd_, 0, "token");
};

TEST_F(ClientTest, is_content_with_each_event_once_and_in_order) {
  for (Seq seq = 5; seq < 20; ++seq) tell(good(seq));
  EXPECT_EQ(client_->events(), 15U);
  EXPECT_EQ(client_->seq("r1"), 19U);
  EXPECT_EQ(crowd_.faults.sum(), 0U);
}

TEST_F(ClientTest, finds_a_hole) {
  tell(good(1));
  tell(good(3));
  EXPECT_EQ(crowd_.faults.holes, 1U);
}

TEST_F(ClientTest, finds_an_event_that_comes_twice) {
  const std::string frame = good(1);
  tell(frame);
  tell(frame);
  EXPECT_EQ(crowd_.faults.doubled, 1U);
}

TEST_F(ClientTest, finds_a_damaged_text_and_a_damaged_frame) {
  std::string text = text_.make(1, 60);
  text.back() ^= 1;
  tell(event(1, text));
  EXPECT_EQ(crowd_.faults.damaged, 1U);
  tell("\xFF\xFF\xFF");
  EXPECT_EQ(crowd_.faults.damaged, 2U);
}

TEST_F(ClientTest, knows_frames_that_another_was_told_before) {
  const auto other = std::make_shared<Client>(crowd_, 1, "token");
  for (Seq seq = 1; seq < 6000; ++seq) {
    const std::string frame = good(seq);
    tell(frame);
    other->on_message(frame, false);
  }
  EXPECT_EQ(other->events(), client_->events());
  EXPECT_EQ(crowd_.faults.sum(), 0U);
}

TEST_F(ClientTest, takes_once_more_what_a_sync_has_covered_but_nothing_beyond) {
  v1::ServerFrame frame;
  v1::SyncResponse& sync = *frame.add_items()->mutable_answer()->mutable_sync();
  sync.set_fresh(true);
  v1::RoomSync& room = *sync.add_rooms();
  room.set_reset(true);
  room.mutable_entry()->mutable_room()->set_id("r1");
  room.mutable_entry()->mutable_room()->set_last_seq(10);
  tell(frame.SerializeAsString());
  EXPECT_TRUE(client_->is_synced());
  tell(good(9));
  tell(good(10));
  EXPECT_EQ(crowd_.faults.sum(), 0U);
  tell(good(11));
  tell(good(11));
  EXPECT_EQ(crowd_.faults.doubled, 1U);
}

}  // namespace
}  // namespace kith::bench
