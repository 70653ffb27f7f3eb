#include "store/record.hpp"

#include "base/bytes.hpp"

namespace kith::store {
namespace {

constexpr char kVersion = 1;

// Takes the varints of a record in turn; one that is missing makes the whole record bad.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}
  uint64_t next() {
    if (const auto value = take_varint(bytes_)) return *value;
    bad_ = true;
    return 0;
  }
  uint64_t next_tag() {
    if (next() == 0) return 0;
    if (const auto value = take_u64_be(bytes_)) return *value;
    bad_ = true;
    return 0;
  }
  [[nodiscard]] std::string_view rest() const { return bytes_; }
  [[nodiscard]] bool is_bad() const { return bad_; }

 private:
  std::string_view bytes_;
  bool bad_ = false;
};

}  // namespace

void encode_record(const model::StoredEvent& event, std::string& out) {
  out.push_back(kVersion);
  put_varint(out, static_cast<uint64_t>(event.kind));
  put_varint(out, event.flags);
  put_varint(out, event.revision);
  put_varint(out, static_cast<uint64_t>(event.sender.value));
  put_varint(out, static_cast<uint64_t>(event.device.value));
  put_varint(out, static_cast<uint64_t>(event.at.value));
  put_varint(out, static_cast<uint64_t>(event.edited_at.value));
  put_varint(out, event.ord);
  put_varint(out, event.target);
  put_varint(out, event.txn_tag == 0 ? 0 : 1);
  if (event.txn_tag != 0) put_u64_be(out, event.txn_tag);
  out += event.content;
}

Result<model::StoredEvent> decode_record(RoomId room, Seq seq, Pos pos, std::string_view record) {
  if (record.empty() || record.front() != kVersion) return fail(Reason::kDataDamaged, "A stored event is damaged.");
  Fields fields(record.substr(1));
  model::StoredEvent event;
  event.room = room;
  event.seq = seq;
  event.pos = pos;
  event.kind = static_cast<model::EventKind>(fields.next());
  event.flags = static_cast<uint32_t>(fields.next());
  event.revision = static_cast<uint32_t>(fields.next());
  event.sender = UserId{static_cast<int64_t>(fields.next())};
  event.device = DeviceId{static_cast<int64_t>(fields.next())};
  event.at = UnixMillis{static_cast<int64_t>(fields.next())};
  event.edited_at = UnixMillis{static_cast<int64_t>(fields.next())};
  event.ord = fields.next();
  event.target = fields.next();
  event.txn_tag = fields.next_tag();
  if (fields.is_bad()) return fail(Reason::kDataDamaged, "A stored event is damaged.");
  event.content = fields.rest();
  return event;
}

}  // namespace kith::store
