// One event as the bytes of a log row: a version byte, varints, the send's tag, the content.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/model.hpp"

namespace kith::store {

/// Appends the record of an event to `out`. Room, seq and pos are the row's own columns and not part of it.
void encode_record(const model::StoredEvent& event, std::string& out);

/// Reads a record. Errors: kDataDamaged if the bytes are no record of a known version.
Result<model::StoredEvent> decode_record(RoomId room, Seq seq, Pos pos, std::string_view record);

}  // namespace kith::store
