// HTTP requests and responses as values (RFC 9110), whatever parsed or will send them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.hpp"
#include "net/buffer.hpp"

namespace kith::net {

/// Header fields in order of arrival, kept in one string: two allocations whatever their number.
class Headers {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;
  };

  Headers() = default;
  Headers(std::initializer_list<Field> fields) {
    for (const Field& field : fields) add(field.name, field.value);
  }
  void add(std::string_view name, std::string_view value);
  /// The first field of that name, compared without case; empty if there is none.
  [[nodiscard]] std::string_view find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] size_t count(std::string_view name) const;
  [[nodiscard]] size_t size() const { return entries_.size(); }
  /// `index` < size(). Views hold until the next `add`.
  [[nodiscard]] Field at(size_t index) const;

 private:
  struct Entry {
    uint32_t name_at;
    uint32_t name_size;
    uint32_t value_size;  ///< the value follows the name
  };
  std::string text_;
  std::vector<Entry> entries_;
};

/// True if two header names or tokens are equal but for ASCII case.
bool equals_ignoring_case(std::string_view a, std::string_view b);
/// True if a comma-separated list ("keep-alive, Upgrade") has the token, compared without case.
bool has_token(std::string_view list, std::string_view token);

/// A whole request, body included.
struct Request {
  std::string method;  ///< "GET", "POST"… as sent (methods are case-sensitive)
  std::string target;  ///< as sent: path, and perhaps "?query"
  Headers headers;
  std::string body;
  Address peer;                       ///< the client, seen through trusted proxies
  bool is_secure = false;             ///< the client's side is TLS: ours, or a trusted proxy's
  bool is_websocket_upgrade = false;  ///< a valid RFC 6455 handshake: `Responder::upgrade` may be used

  [[nodiscard]] std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  /// What follows '?', or empty.
  [[nodiscard]] std::string_view query() const;
  [[nodiscard]] std::string_view header(std::string_view name) const { return headers.find(name); }
  /// The value of a cookie of that name, or empty.
  [[nodiscard]] std::string_view cookie(std::string_view name) const;
};

/// Bytes of a response: shared, or in static memory (embedded files), never copied on the way out when large.
class Body {
 public:
  Body() = default;
  Body(std::string bytes) : owner_(make_buffer(std::move(bytes))), bytes_(*owner_) {}  // NOLINT: implicit
  Body(const char* text) : Body(std::string(text)) {}                                  // NOLINT: implicit
  Body(SharedBuffer buffer) : owner_(std::move(buffer)), bytes_(owner_ ? *owner_ : std::string_view()) {}  // NOLINT
  /// Bytes that live as long as the process.
  static Body of_static(std::string_view bytes) {
    Body body;
    body.bytes_ = bytes;
    return body;
  }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  SharedBuffer owner_;
  std::string_view bytes_;
};

/// What goes back. Date, Content-Length and Connection are added by the server; control characters in values become
/// spaces, so a value can never end its line.
struct Response {
  int status = 200;
  Headers headers;
  Body body;
};

/// "Not Found" for 404; "Unknown" for numbers without a phrase.
std::string_view reason_phrase(int status);

}  // namespace kith::net
