#include "net/send_queue.hpp"

#include <gtest/gtest.h>

namespace kith::net {
namespace {

std::string content(const SendQueue& queue) {
  std::string all;
  for (uint32_t i = 0; i < queue.count(); ++i) all += *queue.at(i);
  return all.substr(queue.sent_of_first());
}

TEST(SendQueue, keeps_order_and_bytes_through_growth_and_partial_sends) {
  SendQueue queue;
  std::string expected;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 3; ++i) {
      const std::string text = "<" + std::to_string(round * 3 + i) + ">";
      queue.push(make_buffer(text));
      expected += text;
    }
    const size_t sent = std::min<size_t>(expected.size(), 7);
    queue.consume(sent);
    expected.erase(0, sent);
    ASSERT_EQ(queue.bytes(), expected.size());
    ASSERT_EQ(content(queue), expected);
  }
  queue.consume(queue.bytes());
  EXPECT_TRUE(queue.empty());
  queue.shrink();
  queue.push(make_buffer("again"));
  EXPECT_EQ(content(queue), "again");
}

TEST(SendQueue, drops_all_but_a_buffer_that_has_begun_to_leave) {
  SendQueue queue;
  for (const char* text : {"first", "second", "third"}) queue.push(make_buffer(text));
  queue.consume(2);
  queue.drop_unsent(0);
  EXPECT_EQ(content(queue), "rst");
  EXPECT_EQ(queue.bytes(), 3U);
  queue.push(make_buffer("last"));
  queue.consume(3);
  EXPECT_EQ(content(queue), "last");
  queue.drop_unsent(0);
  EXPECT_TRUE(queue.empty());
}

TEST(SendQueue, keeps_whole_buffers_for_the_bytes_that_are_already_sealed) {
  SendQueue queue;
  for (const char* text : {"aaaa", "bbbb", "cccc"}) queue.push(make_buffer(text));
  queue.drop_unsent(5);
  EXPECT_EQ(content(queue), "aaaabbbb");
}

}  // namespace
}  // namespace kith::net
