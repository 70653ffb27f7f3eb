#include "net/datagram_groups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace kith::net {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using Joining = DatagramGroups::Joining;

rtc::Path peer(uint16_t port) { return {.remote = rtc::Endpoint::v4(192, 0, 2, 1, port)}; }

void put(rtc::Outbox& outbox, const rtc::Path& path, size_t size) { outbox.send(path, std::vector<uint8_t>(size)); }

/// The indexes of a group's datagrams.
std::vector<uint32_t> members(const DatagramGroups& groups, size_t group) {
  std::vector<uint32_t> indexes;
  for (uint32_t i = groups.groups()[group].first; i != DatagramGroups::kNone; i = groups.next(i)) indexes.push_back(i);
  return indexes;
}

TEST(DatagramGroups, burst_to_many_destinations_is_gathered_by_destination) {
  rtc::Outbox outbox;
  for (int packet = 0; packet < 3; ++packet) {
    for (uint16_t subscriber = 1; subscriber <= 50; ++subscriber) put(outbox, peer(subscriber), 1200);
  }
  DatagramGroups groups;
  groups.gather(outbox, Joining::kSegments);
  ASSERT_THAT(groups.groups(), SizeIs(50));
  EXPECT_EQ(groups.groups()[7].path, peer(8));
  EXPECT_EQ(groups.groups()[7].count, 3U);
  EXPECT_EQ(groups.groups()[7].bytes, 3600U);
  EXPECT_EQ(groups.groups()[7].segment_bytes, 1200U);
  EXPECT_THAT(members(groups, 7), ElementsAre(7, 57, 107));
}

TEST(DatagramGroups, shorter_datagram_ends_a_group_and_longer_one_begins_another) {
  rtc::Outbox outbox;
  for (const size_t size : {1000, 1000, 400, 400, 1000, 1000, 1001}) put(outbox, peer(1), size);
  DatagramGroups groups;
  groups.gather(outbox, Joining::kSegments);
  ASSERT_THAT(groups.groups(), SizeIs(4));
  EXPECT_THAT(members(groups, 0), ElementsAre(0, 1, 2));
  EXPECT_THAT(members(groups, 1), ElementsAre(3));
  EXPECT_THAT(members(groups, 2), ElementsAre(4, 5));
  EXPECT_THAT(members(groups, 3), ElementsAre(6));
}

TEST(DatagramGroups, group_stays_within_what_the_kernel_takes) {
  rtc::Outbox outbox;
  for (int i = 0; i < 65; ++i) put(outbox, peer(1), 100);
  for (int i = 0; i < 55; ++i) put(outbox, peer(2), 1200);
  DatagramGroups groups;
  groups.gather(outbox, Joining::kSegments);
  ASSERT_THAT(groups.groups(), SizeIs(4));
  EXPECT_EQ(groups.groups()[0].count, 64U);
  EXPECT_EQ(groups.groups()[1].count, 1U);
  EXPECT_EQ(groups.groups()[2].count, 54U);
  EXPECT_EQ(groups.groups()[2].bytes, 64'800U);
  EXPECT_EQ(groups.groups()[3].count, 1U);
}

TEST(DatagramGroups, without_joining_each_datagram_stands_alone) {
  rtc::Outbox outbox;
  for (int i = 0; i < 3; ++i) put(outbox, peer(1), 100);
  DatagramGroups groups;
  groups.gather(outbox, Joining::kNone);
  ASSERT_THAT(groups.groups(), SizeIs(3));
  EXPECT_THAT(members(groups, 1), ElementsAre(1));
}

TEST(DatagramGroups, paths_over_tcp_are_left_out) {
  rtc::Outbox outbox;
  put(outbox, {.remote = peer(1).remote, .connection = rtc::Path::kTcpConnectionFirst}, 100);
  put(outbox, peer(1), 100);
  DatagramGroups groups;
  groups.gather(outbox, Joining::kSegments);
  ASSERT_THAT(groups.groups(), SizeIs(1));
  EXPECT_THAT(members(groups, 0), ElementsAre(1));
}

TEST(DatagramGroups, every_round_starts_anew_whatever_its_size) {
  DatagramGroups groups;
  for (size_t size = 0; size < 300; ++size) {
    rtc::Outbox outbox;
    for (size_t i = 0; i < size; ++i) put(outbox, peer(static_cast<uint16_t>(i % 7)), 10);
    groups.gather(outbox, Joining::kSegments);
    ASSERT_THAT(groups.groups(), SizeIs(std::min<size_t>(size, 7)));
    uint32_t count = 0;
    for (const auto& group : groups.groups()) count += group.count;
    ASSERT_EQ(count, size);
  }
}

}  // namespace
}  // namespace kith::net
