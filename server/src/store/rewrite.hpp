// Changing the stored bytes of one event for good, in the log or in its block, so that an edited or erased text is not
// kept underneath.
#pragma once

#include "store/block_codec.hpp"
#include "store/db.hpp"
#include "store/event_log.hpp"

namespace kith::store {

/// Puts `changed` in the place of the event of its room and seq; `is_packed`: it stands in a block. Inside a write
/// transaction. Errors: kDataDamaged if the place does not hold such an event, and those of the statements.
Result<> replace_stored(Db& db, BlockCodec& codec, const model::StoredEvent& changed, bool is_packed);

}  // namespace kith::store
