#include "store/block_codec.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "store/dictionary.hpp"
#include "store/packed_run.hpp"
#include "store/record.hpp"

namespace kith::store::testing {
namespace {

// Any run that a log may hold: fields of all sizes, contents of all lengths, compressible or not.
std::vector<model::StoredEvent> random_run(SeededRandom& random, size_t count) {
  std::vector<model::StoredEvent> events;
  model::StoredEvent last{.room = RoomId{3},
                          .seq = 1 + random.below(1ULL << 30),
                          .pos = static_cast<Pos>(random.below(1ULL << 41)),
                          .ord = 1 + random.below(1000),
                          .at = UnixMillis{static_cast<int64_t>(random.below(2'000'000'000'000))}};
  const bool noisy = random.below(4) == 0;
  for (size_t i = 0; i < count; ++i) {
    model::StoredEvent event = last;
    event.kind = static_cast<model::EventKind>(1 + random.below(5));
    event.flags = static_cast<uint32_t>(random.below(8));
    event.ord = last.ord + ((event.flags & model::kCountable) != 0 ? 1 : 0);
    event.at.value = last.at.value + static_cast<int64_t>(random.below(random.below(2) == 0 ? 2 : 100'000'000));
    event.edited_at = UnixMillis{random.below(3) == 0 ? event.at.value + static_cast<int64_t>(random.below(9)) : 0};
    event.sender = UserId{static_cast<int64_t>(random.below(1ULL << (1 + random.below(50))))};
    event.target = random.below(3) == 0 ? 1 + random.below(event.seq) : 0;
    if (event.target == event.seq) event.target = 0;
    event.revision = static_cast<uint32_t>(random.below(1ULL << random.below(32)));
    event.content.clear();
    for (uint64_t left = random.below(1ULL << random.below(10)); left > 0; --left) {
      event.content += noisy ? static_cast<char>(random.below(256)) : static_cast<char>('a' + random.below(3));
    }
    events.push_back(event);
    last = event;
    last.seq = event.seq + 1;
    last.pos = event.pos + 1 + static_cast<Pos>(random.below(100'000));
  }
  return events;
}

TEST(BlockCodec, gives_back_every_run_whole_and_in_part) {
  SeededRandom random(42);
  BlockCodec codec;
  for (int round = 0; round < 300; ++round) {
    const auto events = random_run(random, 1 + random.below(kBlockEventsMax));
    const EncodedBlock block = codec.encode(events);
    const Seq first = events.front().seq;
    std::vector<model::StoredEvent> all;
    ASSERT_TRUE(
        codec.decode(RoomId{3}, first, static_cast<int64_t>(events.size()), block.format, block.data, 0, ~Seq{0}, all)
            .has_value());
    ASSERT_EQ(all, events);
    const Seq from = first + random.below(events.size());
    const Seq to = from + random.below(events.size());
    std::vector<model::StoredEvent> part;
    ASSERT_TRUE(
        codec.decode(RoomId{3}, first, static_cast<int64_t>(events.size()), block.format, block.data, from, to, part)
            .has_value());
    for (const auto& event : part) ASSERT_EQ(event, events[event.seq - first]);
    ASSERT_EQ(part.size(), std::min<size_t>(to - from + 1, events.size() - (from - first)));
  }
}

TEST(BlockCodec, stores_what_does_not_compress_as_it_is_and_still_finds_damage) {
  SeededRandom random(1);
  BlockCodec codec;
  std::vector<model::StoredEvent> events(4);
  for (size_t i = 0; i < events.size(); ++i) {
    events[i].seq = i + 1;
    events[i].pos = static_cast<Pos>(i) + 1;
    for (int j = 0; j < 200; ++j) events[i].content += static_cast<char>(random.below(256));
  }
  const EncodedBlock block = codec.encode(events);
  EXPECT_EQ(block.format, BlockFormat::kRaw);
  std::vector<model::StoredEvent> out;
  for (size_t at = 0; at < block.data.size(); ++at) {
    std::string bad = block.data;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    out.clear();
    EXPECT_FALSE(codec.decode(RoomId{}, 1, 4, block.format, bad, 0, ~Seq{0}, out).has_value());
  }
}

TEST(BlockCodec, refuses_every_changed_or_cut_block_without_reading_beyond_it) {
  SeededRandom random(7);
  BlockCodec codec;
  for (int round = 0; round < 200; ++round) {
    auto events = random_run(random, 1 + random.below(40));
    const Seq first = events.front().seq;
    const auto count = static_cast<int64_t>(events.size());
    EncodedBlock block = codec.encode(events);
    std::vector<model::StoredEvent> out;
    EXPECT_FALSE(codec.decode(RoomId{3}, first + 1, count, block.format, block.data, 0, ~Seq{0}, out).has_value());
    EXPECT_FALSE(codec.decode(RoomId{3}, first, count + 1, block.format, block.data, 0, ~Seq{0}, out).has_value());
    EXPECT_FALSE(codec.decode(RoomId{3}, first, count, static_cast<BlockFormat>(9), block.data, 0, 9, out).has_value());
    std::string bad = block.data.substr(0, random.below(block.data.size()));
    EXPECT_FALSE(codec.decode(RoomId{3}, first, count, block.format, bad, 0, ~Seq{0}, out).has_value());
    bad = block.data;
    bad[bad.size() - 1 - random.below(4)] ^= static_cast<char>(1 + random.below(255));  // the checksum's bytes
    EXPECT_FALSE(codec.decode(RoomId{3}, first, count, block.format, bad, 0, ~Seq{0}, out).has_value());
  }
}

TEST(BlockCodec, uses_the_fixed_dictionary) {
  EXPECT_GT(dictionary_bytes().size(), 10'000U);
  EXPECT_LE(dictionary_bytes().size(), 65'536U);
  // Blocks on disk need these very bytes for ever: train a second dictionary instead of changing this one.
  BlockCodec codec;
  std::vector<model::StoredEvent> events(1);
  events[0].seq = 1;
  events[0].content = "Could you please send me the link again? I can't find it anymore. Thank you so much!";
  const EncodedBlock block = codec.encode(events);
  EXPECT_EQ(block.format, BlockFormat::kZstdDictionary);
  EXPECT_LT(block.data.size(), 60U);
}

TEST(PackedRun, a_short_rest_joins_the_last_full_block) {
  BlockCodec codec;
  for (const auto& [count, blocks] :
       {std::pair<size_t, size_t>{1, 1}, {128, 1}, {192, 1}, {193, 2}, {320, 2}, {321, 3}}) {
    std::vector<model::StoredEvent> events(count);
    for (size_t i = 0; i < count; ++i) {
      events[i].seq = i + 1;
      events[i].pos = static_cast<Pos>(i) + 1;
    }
    EXPECT_EQ(cut_into_blocks(events, codec).size(), blocks) << count;
  }
}

TEST(Record, gives_back_every_event) {
  SeededRandom random(5);
  for (auto event : random_run(random, 100)) {
    event.device = DeviceId{static_cast<int64_t>(random.below(100))};
    event.txn_tag = random.below(2) == 0 ? 0 : random.next_u64();
    std::string record;
    encode_record(event, record);
    const auto decoded = decode_record(event.room, event.seq, event.pos, record);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(*decoded, event);
  }
}

TEST(Record, refuses_cut_bytes_and_unknown_versions) {
  model::StoredEvent event{.at = UnixMillis{1'700'000'000'000}, .txn_tag = 12345};
  std::string record;
  encode_record(event, record);
  for (size_t size = 0; size < record.size(); ++size) {
    EXPECT_FALSE(decode_record({}, 1, 1, std::string_view(record).substr(0, size)).has_value()) << size;
  }
  record[0] = 2;
  EXPECT_FALSE(decode_record({}, 1, 1, record).has_value());
}

}  // namespace
}  // namespace kith::store::testing
