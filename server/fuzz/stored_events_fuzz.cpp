// Damaged records and blocks: an error, never a wrong read; and what is decoded encodes again.
#include <vector>

#include "fuzz_input.hpp"
#include "store/block_codec.hpp"
#include "store/record.hpp"

using namespace kith;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const auto format = static_cast<store::BlockFormat>(input.byte() % 4);
  const int64_t count = input.byte();
  const std::string_view bytes = input.rest();
  if (const auto event = store::decode_record(RoomId{1}, 2, 3, bytes)) {
    std::string record;
    store::encode_record(*event, record);
    fuzz::claim(store::decode_record(RoomId{1}, 2, 3, record) == event);
  }
  static store::BlockCodec codec;
  std::vector<model::StoredEvent> events;
  if (codec.decode(RoomId{1}, 1, count, format, bytes, 1, static_cast<Seq>(count), events)) {
    fuzz::claim(events.size() <= static_cast<size_t>(count));
    Seq last = 0;
    for (const model::StoredEvent& event : events) {
      fuzz::claim(event.seq > last);
      last = event.seq;
    }
  }
  return 0;
}
