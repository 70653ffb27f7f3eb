// What a media thread tells about its calls. Called on the media thread; implementations post.
#pragma once

#include <string>

namespace kith::call {

class CallReports {
 public:
  virtual ~CallReports() = default;
  /// The first connection of a participant is up. A second device of the same identity replaces the first without a
  /// report. `call` and `identity`: ids as clients know them.
  virtual void participant_joined(const std::string& call, const std::string& identity) = 0;
  /// It left, was removed, or its connection was given up.
  virtual void participant_left(const std::string& call, const std::string& identity) = 0;
  virtual void screen_shared(const std::string& call, const std::string& identity) = 0;
};

}  // namespace kith::call
