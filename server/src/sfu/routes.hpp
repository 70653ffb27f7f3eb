// Which connection a datagram belongs to: by the path it came on, and for a new path by the name its STUN request asks
// for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rtc/path.hpp"
#include "sfu/media_control.hpp"

namespace kith::sfu {

class Participant;

/// One of a participant's two connections.
struct Route {
  Participant* participant = nullptr;
  PeerRole role = PeerRole::kPublisher;
  bool operator==(const Route&) const = default;
};

class Routes {
 public:
  /// Paths and names remembered for one participant; beyond it the oldest goes. A client has a few.
  static constexpr size_t kPathsMax = 40;
  static constexpr size_t kNamesMax = 8;

  [[nodiscard]] std::optional<Route> find(const rtc::Path& path) const;
  /// `ufrag`: ours, as the peer's requests name it.
  [[nodiscard]] std::optional<Route> find_by_name(std::string_view ufrag) const;

  /// Only for paths on which the peer has proved who it is.
  void add_path(const rtc::Path& path, Route route);
  void add_name(const std::string& ufrag, Route route);
  void remove_path(const rtc::Path& path);
  void remove(const Participant& participant);

 private:
  struct Owned {
    std::vector<rtc::Path> paths;
    std::vector<std::string> names;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::unordered_map<rtc::Path, Route> paths_;
  std::unordered_map<std::string, Route, Hash, std::equal_to<>> names_;
  std::unordered_map<const Participant*, Owned> owned_;
};

}  // namespace kith::sfu
