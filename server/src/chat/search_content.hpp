// What of an event search may find: the text of messages the server can read.
#pragma once

#include <optional>
#include <string>

#include "chat/id_codec.hpp"
#include "model/model.hpp"
#include "store/search_index.hpp"

namespace kith::chat {

/// Names the rules by which events become tokens, those of the store's text rules included; the version of the index.
std::string search_version();

/// nullopt for what is never indexed: events that are not messages, deleted and encrypted ones.
std::optional<store::SearchableText> searchable_text(const IdCodec& ids, const model::StoredEvent& event);

}  // namespace kith::chat
