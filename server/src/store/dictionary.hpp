// The fixed zstd dictionary of packed blocks: data of the program, the same on every server
// (tools/train_dictionary.sh).
#pragma once

#include <string_view>

namespace kith::store {

/// The bytes of dictionary 1. Blocks on disk name it: it can be joined by a second one but never change.
std::string_view dictionary_bytes();

}  // namespace kith::store
