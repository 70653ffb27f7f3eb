// A bounded map that forgets what was not used for long: two generations, the older one dropped whole when the younger
// is full. For one thread.
#pragma once

#include <unordered_map>
#include <utility>

namespace kith::store {

template <typename Key, typename Value, typename Hash = std::hash<Key>>
class GenerationCache {
 public:
  /// Keeps between `entries` and twice as many of the newest used.
  explicit GenerationCache(size_t entries) : entries_(entries) {}

  /// Valid until the next call.
  Value* find(const Key& key) {
    if (auto found = young_.find(key); found != young_.end()) return &found->second;
    auto found = old_.find(key);
    if (found == old_.end()) return nullptr;
    Value value = std::move(found->second);
    old_.erase(found);
    return &put(key, std::move(value));
  }
  Value& put(const Key& key, Value value) {
    if (young_.size() >= entries_) {
      old_ = std::move(young_);
      young_.clear();
    }
    old_.erase(key);
    return young_.insert_or_assign(key, std::move(value)).first->second;
  }
  void erase(const Key& key) {
    young_.erase(key);
    old_.erase(key);
  }
  void clear() {
    young_.clear();
    old_.clear();
  }

 private:
  size_t entries_;
  std::unordered_map<Key, Value, Hash> young_;
  std::unordered_map<Key, Value, Hash> old_;
};

}  // namespace kith::store
