// The one table of calls: path of a method → the use case that answers it. HTTP and the command line enter here; the
// realtime calls (realtime_calls.hpp) reach the same use cases.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/services.hpp"
#include "api/wire.hpp"
#include "base/task.hpp"

namespace kith::api {

/// What a call is told besides its body.
struct CallContext {
  std::optional<chat::Caller> caller;  ///< who asks, if signed in
  chat::RequestContext from;           ///< for calls before signing in
  std::string socket_origin;           ///< how the client reaches WebSockets here, e.g. "wss://chat.example.org"
};

/// An encoded answer, and the session token it sets for browsers.
struct CallAnswer {
  std::string body;
  std::string session_token;  ///< non-empty: a session began
  bool ends_session = false;  ///< the caller's session ended
};

class Dispatcher {
 public:
  explicit Dispatcher(Services& services);

  /// True if there is such a method; `path` is "kith.v1.RoomService/CreateRoom".
  [[nodiscard]] bool knows(std::string_view path) const { return methods_.contains(std::string(path)); }
  /// Decodes, asks who the caller is allowed to be, calls, encodes. Errors: kUnknownMethod, kNotSignedIn, those of
  /// decoding and of the use case.
  Task<Result<CallAnswer>> call(std::string path, Form form, CallContext context, std::string body);
  /// All method paths, for tests and the command line.
  [[nodiscard]] std::vector<std::string> paths() const;

 private:
  using Method = std::function<Task<Result<CallAnswer>>(Form, CallContext, std::string)>;

  void add_account_methods();
  void add_user_methods();
  void add_room_methods();
  void add_message_methods();
  void add_call_methods();
  void add_admin_methods();

  Services& services_;
  std::unordered_map<std::string, Method> methods_;
};

}  // namespace kith::api
