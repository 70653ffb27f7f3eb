#include "sfu/routes.hpp"

#include <algorithm>

namespace kith::sfu {

std::optional<Route> Routes::find(const rtc::Path& path) const {
  const auto found = paths_.find(path);
  return found == paths_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Route> Routes::find_by_name(std::string_view ufrag) const {
  const auto found = names_.find(ufrag);
  return found == names_.end() ? std::nullopt : std::optional(found->second);
}

void Routes::add_path(const rtc::Path& path, Route route) {
  const auto [entry, is_new] = paths_.try_emplace(path, route);
  if (!is_new) {
    if (entry->second == route) return;
    // A client's address is another connection's now, e.g. after it joined anew.
    std::erase(owned_[entry->second.participant].paths, path);
    entry->second = route;
  }
  std::vector<rtc::Path>& paths = owned_[route.participant].paths;
  if (paths.size() >= kPathsMax) {
    paths_.erase(paths.front());
    paths.erase(paths.begin());
  }
  paths.push_back(path);
}

void Routes::add_name(const std::string& ufrag, Route route) {
  if (!names_.try_emplace(ufrag, route).second) return;
  std::vector<std::string>& names = owned_[route.participant].names;
  if (names.size() >= kNamesMax) {
    names_.erase(names.front());
    names.erase(names.begin());
  }
  names.push_back(ufrag);
}

void Routes::remove_path(const rtc::Path& path) {
  const auto found = paths_.find(path);
  if (found == paths_.end()) return;
  std::erase(owned_[found->second.participant].paths, path);
  paths_.erase(found);
}

void Routes::remove(const Participant& participant) {
  const auto found = owned_.find(&participant);
  if (found == owned_.end()) return;
  for (const rtc::Path& path : found->second.paths) paths_.erase(path);
  for (const std::string& name : found->second.names) names_.erase(name);
  owned_.erase(found);
}

}  // namespace kith::sfu
