#include "store/send_rings.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "base/random.hpp"

namespace kith::store::testing {
namespace {

Sent sent(Seq seq) { return {.room = RoomId{1}, .seq = seq}; }

TEST(SendRings, remembers_the_last_sixty_four_and_all_that_is_unpacked) {
  SendRings rings(10);
  rings.load(DeviceId{1}, "");
  for (uint64_t i = 1; i <= 200; ++i) rings.add(DeviceId{1}, i, sent(i), static_cast<Pos>(i));
  rings.keep();
  for (uint64_t i = 1; i <= 200; ++i) EXPECT_EQ(rings.find(DeviceId{1}, i), sent(i));
  rings.set_cut(100);
  EXPECT_EQ(rings.find(DeviceId{1}, 100), std::nullopt);
  EXPECT_EQ(rings.find(DeviceId{1}, 101), sent(101));
  rings.set_cut(200);
  EXPECT_EQ(rings.find(DeviceId{1}, 136), std::nullopt);
  EXPECT_EQ(rings.find(DeviceId{1}, 137), sent(137));
}

TEST(SendRings, takes_back_what_a_rolled_back_group_added) {
  SendRings rings(10);
  rings.load(DeviceId{1}, "");
  for (uint64_t i = 1; i <= 70; ++i) rings.add(DeviceId{1}, i, sent(i), static_cast<Pos>(i));
  rings.keep();
  const std::string before = rings.stored_form(DeviceId{1});
  for (uint64_t i = 71; i <= 90; ++i) rings.add(DeviceId{1}, i, sent(i), static_cast<Pos>(i));
  rings.forget();
  EXPECT_EQ(rings.stored_form(DeviceId{1}), before);
  EXPECT_EQ(rings.find(DeviceId{1}, 71), std::nullopt);
  EXPECT_EQ(rings.find(DeviceId{1}, 7), sent(7));
}

TEST(SendRings, merges_the_stored_ring_under_what_the_log_gave) {
  SendRings first(10);
  first.load(DeviceId{1}, "");
  for (uint64_t i = 1; i <= 64; ++i) first.add(DeviceId{1}, i, sent(i), static_cast<Pos>(i));
  first.keep();
  SendRings second(10);
  for (uint64_t i = 60; i <= 80; ++i) second.add(DeviceId{1}, i, sent(i), static_cast<Pos>(i));  // replayed
  second.keep();
  EXPECT_TRUE(second.needs_load(DeviceId{1}));
  second.load(DeviceId{1}, first.stored_form(DeviceId{1}));
  for (uint64_t i = 17; i <= 80; ++i) EXPECT_EQ(second.find(DeviceId{1}, i), sent(i)) << i;
  EXPECT_EQ(second.stored_form(DeviceId{1}).size(), kRingSends * kRingEntryBytes);
}

TEST(SendRings, drops_only_clean_rings_beyond_its_limit) {
  SendRings rings(3);
  for (int64_t device = 1; device <= 6; ++device) {
    rings.load(DeviceId{device}, "");
    rings.add(DeviceId{device}, 1, sent(1), device);
    if (device != 2) rings.mark_stored(DeviceId{device});
    rings.keep();
  }
  EXPECT_LE(rings.devices(), 4U);
  EXPECT_FALSE(rings.needs_load(DeviceId{2})) << "unsaved sends are never dropped";
  EXPECT_TRUE(rings.needs_load(DeviceId{1}));
}

// Against a model that keeps everything: rollbacks, packing, storing, dropping, loading and restarts in random order.
TEST(SendRings, answers_like_a_model_that_never_forgets) {
  SeededRandom random(11);
  for (int round = 0; round < 20; ++round) {
    struct Send {
      uint64_t tag = 0;
      Seq seq = 0;
      Pos pos = 0;
    };
    std::map<int64_t, std::deque<Send>> model;
    std::map<int64_t, std::string> stored;
    auto rings = std::make_unique<SendRings>(3);
    Pos pos = 0;
    Pos cut = 0;
    const auto ensure = [&](int64_t device) {
      if (rings->needs_load(DeviceId{device})) rings->load(DeviceId{device}, stored[device]);
    };
    for (int step = 0; step < 600; ++step) {
      const auto device = static_cast<int64_t>(1 + random.below(6));
      const uint64_t what = random.below(100);
      if (what < 80) {
        const bool rolled_back = random.below(10) == 0;
        for (uint64_t i = 1 + random.below(5); i > 0; --i) {
          ensure(device);
          const Send send{.tag = random.next_u64(), .seq = static_cast<Seq>(pos + 1), .pos = pos + 1};
          ++pos;
          rings->add(DeviceId{device}, send.tag, sent(send.seq), send.pos);
          if (!rolled_back) model[device].push_back(send);
        }
        rolled_back ? rings->forget() : rings->keep();
      } else if (what < 90) {  // a pass of the packer: rings first, then the cut
        for (int64_t each = 1; each <= 6; ++each) {
          if (!rings->is_dirty(DeviceId{each})) continue;
          ensure(each);
          stored[each] = rings->stored_form(DeviceId{each});
          rings->mark_stored(DeviceId{each});
        }
        cut = pos - static_cast<Pos>(random.below(static_cast<uint64_t>(pos - cut) + 1));
        rings->set_cut(cut);
      } else if (what < 93) {  // a restart: the log after the cut is replayed in order of pos
        rings = std::make_unique<SendRings>(3);
        rings->set_cut(cut);
        std::map<Pos, std::pair<int64_t, Send>> log;
        for (const auto& [each, sends] : model) {
          for (const Send& send : sends) {
            if (send.pos > cut) log[send.pos] = {each, send};
          }
        }
        for (const auto& [at, entry] : log) {
          rings->add(DeviceId{entry.first}, entry.second.tag, sent(entry.second.seq), at);
          rings->keep();
        }
      }
      ensure(device);
      const auto& sends = model[device];
      for (size_t back = 0; back < std::min<size_t>(sends.size(), 90); ++back) {
        const Send& send = sends[sends.size() - 1 - back];
        const auto found = rings->find(DeviceId{device}, send.tag);
        if (back < kRingSends || send.pos > cut) {
          ASSERT_EQ(found, sent(send.seq)) << "round " << round << " step " << step << " back " << back;
        }
      }
      ASSERT_EQ(rings->find(DeviceId{device}, 1), std::nullopt);
    }
  }
}

}  // namespace
}  // namespace kith::store::testing
