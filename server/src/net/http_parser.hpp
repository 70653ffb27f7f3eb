// HTTP/1.1 messages from bytes (RFC 9112), fed in chunks of any size. Beast's parser is named in http_parser.cpp only.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "net/http_message.hpp"

namespace kith::net {

/// Why a message cannot be used: what the server answers before it closes. status 0: all is well so far.
struct ParseError {
  int status = 0;
  const char* message = "";
};

/// One request. Strict where leniency smuggles: both Content-Length and Transfer-Encoding, any coding but "chunked",
/// several or no Host, bare line feeds: refused.
class RequestParser {
 public:
  /// `header_bytes_max`: request line and fields together; `body_bytes_max`: after chunks are joined.
  RequestParser(size_t header_bytes_max, size_t body_bytes_max);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Takes bytes from the front of `input` and tells how many; what is left must be given again with more behind it,
  /// or belongs to the next request. Not to be called once done or failed.
  size_t feed(std::string_view input);

  [[nodiscard]] bool is_header_done() const;
  [[nodiscard]] bool is_done() const;
  [[nodiscard]] const ParseError& error() const;
  /// After the header: whether the connection may be used again (RFC 9112 §9.3).
  [[nodiscard]] bool keeps_alive() const;
  /// After the header: the client waits for "100 Continue" before it sends the body.
  [[nodiscard]] bool expects_continue() const;
  [[nodiscard]] bool is_head() const;
  /// Once done; peer and is_secure are for the caller to fill in.
  [[nodiscard]] Request take();

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

/// One response, for our clients.
class ResponseParser {
 public:
  /// `is_answer_to_head`: there is no body whatever the header says.
  ResponseParser(size_t header_bytes_max, size_t body_bytes_max, bool is_answer_to_head);
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  size_t feed(std::string_view input);
  /// The peer has ended the stream: completes a body without length. False if the message is cut off.
  bool finish();
  [[nodiscard]] bool is_done() const;
  [[nodiscard]] bool has_failed() const;
  [[nodiscard]] bool keeps_alive() const;
  [[nodiscard]] Response take();

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace kith::net
