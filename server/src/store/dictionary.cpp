#include "store/dictionary.hpp"

namespace kith::store {
namespace {

constexpr unsigned char kDictionary1[] = {
#include "store/dictionary_1.inc"
};

}  // namespace

std::string_view dictionary_bytes() { return {reinterpret_cast<const char*>(kDictionary1), sizeof kDictionary1}; }

}  // namespace kith::store
