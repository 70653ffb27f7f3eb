// Ids, cursors, sync tokens and the small encodings: what decodes was encoded by us, and comes out the same again.
#include "base/bytes.hpp"
#include "chat/cursor.hpp"
#include "chat/id_codec.hpp"
#include "chat/sync_token.hpp"
#include "fuzz_input.hpp"

using namespace kith;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const std::string_view text = input.rest();
  static const chat::IdCodec ids({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  static const chat::SyncTokenCodec tokens({1, 2, 3});
  if (const auto room = ids.decode_room(text)) fuzz::claim(ids.encode(*room) == text);
  if (const auto user = ids.decode_user(text)) fuzz::claim(ids.encode(*user) == text);
  if (const auto call = ids.decode_call(text)) fuzz::claim(ids.encode(*call) == text);
  if (const auto pos = ids.decode_cursor(text)) fuzz::claim(ids.encode_cursor(*pos) == text);
  fuzz::claim(!tokens.decode(UserId{1}, text).has_value());
  if (const auto cursor = chat::decode_cursor(text); cursor && !text.empty()) {
    fuzz::claim(chat::decode_cursor(chat::encode_cursor(*cursor)) == cursor);
  }
  if (const auto bytes = from_base64url(text)) fuzz::claim(from_base64url(to_base64url(*bytes)) == bytes);
  if (const auto value = from_base32_u64(text)) fuzz::claim(to_base32_u64(*value) == text);
  if (is_utf8(text)) fuzz::claim(utf8_length(text) <= text.size());
  std::string_view front = text;
  if (const auto value = take_varint(front)) {
    std::string again;
    put_varint(again, *value);
    std::string_view back = again;
    fuzz::claim(take_varint(back) == value && back.empty());
  }
  const RoomId some{static_cast<int64_t>(input.number() % (1 << 27))};
  if (some) fuzz::claim(ids.decode_room(ids.encode(some)) == some);
  return 0;
}
