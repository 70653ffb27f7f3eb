// Transaction ids: chosen by a client per send, remembered by the store as a tag.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

namespace kith::chat {

/// The tag of a txn_id: FNV-1a, never 0, so 0 can say "none". Errors with field `txn_id`: kMissingField, kTooLong.
inline Result<uint64_t> txn_tag(const Limits& limits, std::string_view txn_id) {
  if (txn_id.empty())
    return fail(Reason::kMissingField, "A txn_id is needed, so that asking twice does it once.", "txn_id");
  if (txn_id.size() > limits.txn_id_bytes) return fail(Reason::kTooLong, "The txn_id is too long.", "txn_id");
  const uint64_t tag = fnv1a(txn_id);
  return tag != 0 ? tag : 1;
}

}  // namespace kith::chat
