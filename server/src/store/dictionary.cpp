#include "store/dictionary.hpp"

namespace kith::store {

std::string_view dictionary_bytes() { return {}; }

}  // namespace kith::store
