#include "net/http_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace kith::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using ErrorCode = boost::beast::error_code;

constexpr size_t kLastChunkBytes = 5;  // "0\r\n\r\n"

std::string_view view_of(string_view text) { return {text.data(), text.size()}; }

/// What requests and responses have in common: bytes in, header fields and body out, limits that hold for every way of
/// cutting the input. Beast's own header limit starts anew with each call, so the header is counted here as well.
template <bool is_request>
class MessageParser : public http::basic_parser<is_request> {
 public:
  MessageParser(size_t header_bytes_max, size_t body_bytes_max)
      : header_bytes_max_(header_bytes_max), body_bytes_max_(body_bytes_max) {
    this->header_limit(static_cast<uint32_t>(header_bytes_max) + 1);
    this->body_limit(body_bytes_max);
    // Lazy: `put` returns behind the header, so that its bytes can be counted.
    this->eager(false);
  }

  size_t feed(std::string_view input) {
    // Beast asserts that a last chunk it has seen the beginning of ("0\r\n") does not come back shorter than its whole.
    if (waits_for_chunk_ && input.size() < kLastChunkBytes) return 0;
    waits_for_chunk_ = false;
    size_t taken = 0;
    while (taken < input.size() && !this->is_done() && error_.status == 0) {
      const bool was_header = !this->is_header_done();
      const size_t body_before = body_.size();
      ErrorCode code;
      const size_t used = this->put({input.data() + taken, input.size() - taken}, code);
      taken += used;
      if (was_header) header_bytes_ += used;
      const size_t left = input.size() - taken;
      const bool is_well = !code || code == http::error::need_more;
      const size_t header_bytes = header_bytes_ + (this->is_header_done() ? 0 : left);
      if (was_header && is_well && header_bytes > header_bytes_max_) code = http::error::header_limit;
      // Behind the header nothing needs a long stretch at once but the body: chunk headers and trailers are short.
      const size_t framing_bytes = used - (body_.size() - body_before) + (code == http::error::need_more ? left : 0);
      if (!was_header && is_well && framing_bytes > header_bytes_max_) {
        set_error(431, "A chunk header or trailer is too long.");
      }
      if (code == http::error::need_more) {
        waits_for_chunk_ = this->is_header_done() && left > 0;
        break;
      }
      if (code) set_error_of(code);
      if (!code && used == 0) break;
    }
    return taken;
  }

  [[nodiscard]] const ParseError& error() const { return error_; }
  void set_error(int status, const char* message) {
    if (error_.status == 0) error_ = {.status = status, .message = message};
  }

  Headers headers_;
  std::string body_;

 protected:
  void on_field_impl(http::field, string_view name, string_view value, ErrorCode&) final {
    // Fields behind a chunked body could not be told from real ones: dropped (RFC 9110 §6.5.1).
    if (!this->is_header_done()) headers_.add(view_of(name), view_of(value));
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode&) final {
    // The announced length is only a claim: no more than this is set aside for it.
    constexpr size_t kReserveMax = 16 * 1024;
    if (length) body_.reserve(std::min<std::uint64_t>(*length, kReserveMax));
  }
  std::size_t on_body_impl(string_view bytes, ErrorCode& code) final { return append(bytes, code); }
  void on_chunk_header_impl(std::uint64_t, string_view, ErrorCode&) final {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, ErrorCode& code) final {
    return append(bytes, code);
  }
  void on_finish_impl(ErrorCode&) final {}

 private:
  size_t append(string_view bytes, ErrorCode& code) {
    if (bytes.size() > body_bytes_max_ - body_.size()) {
      code = http::error::body_limit;
      return 0;
    }
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void set_error_of(const ErrorCode& code) {
    if (code == http::error::header_limit) return set_error(431, "The header is too large.");
    if (code == http::error::body_limit) return set_error(413, "The body is too large.");
    if (code == http::error::bad_version) return set_error(400, "The HTTP version is not supported.");
    if (code == http::error::bad_content_length || code == http::error::multiple_content_length) {
      return set_error(400, "Content-Length is malformed or contradicted.");
    }
    if (code == http::error::bad_transfer_encoding)
      return set_error(400, "Transfer-Encoding is malformed or contradicted.");
    set_error(400, "The request is not well-formed HTTP/1.1.");
  }

  size_t header_bytes_max_;
  size_t body_bytes_max_;
  size_t header_bytes_ = 0;
  bool waits_for_chunk_ = false;
  ParseError error_;
};

bool is_websocket_handshake(const Headers& headers) {
  return has_token(headers.find("upgrade"), "websocket") && has_token(headers.find("connection"), "upgrade");
}

/// RFC 6455 §4.1: 16 bytes in base64 are 22 characters and "==".
bool is_websocket_key(std::string_view key) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.ends_with("==") && key.find_first_not_of(kDigits) == 22;
}

}  // namespace

struct RequestParser::Parser final : MessageParser<true> {
  using MessageParser::MessageParser;

  void on_request_impl(http::verb, string_view method_text, string_view target_text, int version, ErrorCode&) override {
    method = view_of(method_text);
    target = view_of(target_text);
    version_ = version;
  }
  void on_response_impl(int, string_view, int, ErrorCode&) override {}

  void on_header_impl(ErrorCode& code) override {
    check_target();
    check_framing();
    check_upgrade();
    if (error().status != 0) code = http::error::bad_field;
  }

  void check_target() {
    // RFC 9112 §3.2.2: a server must accept the absolute form; only its path matters to us.
    if (const size_t scheme = target.find("://"); scheme != std::string::npos && !target.starts_with('/')) {
      const size_t path = target.find_first_of("/?", scheme + 3);
      target = path == std::string::npos ? "/" : target.substr(path);
      if (target.starts_with('?')) target.insert(0, 1, '/');
    }
    const bool is_asterisk = target == "*" && method == "OPTIONS";
    if (!target.starts_with('/') && !is_asterisk) set_error(400, "The request target is not a path.");
  }

  void check_framing() {
    const size_t hosts = headers_.count("host");
    if (hosts > 1 || (hosts == 0 && version_ == 11)) set_error(400, "A request names exactly one Host.");
    const size_t codings = headers_.count("transfer-encoding");
    // RFC 9112 §6.1 and §6.3: what cannot be framed for sure is refused, or it smuggles a request.
    if (codings > 0 && (version_ < 11 || headers_.has("content-length"))) {
      set_error(400, "Transfer-Encoding is malformed or contradicted.");
    }
    if (codings > 1 || (codings == 1 && !equals_ignoring_case(headers_.find("transfer-encoding"), "chunked"))) {
      set_error(501, "The only known transfer coding is chunked.");
    }
    const std::string_view expectation = headers_.find("expect");
    expects_continue = equals_ignoring_case(expectation, "100-continue") && version_ == 11;
    if (!expectation.empty() && !expects_continue) set_error(417, "The expectation is unknown.");
  }

  void check_upgrade() {
    if (version_ != 11 || method != "GET" || !is_websocket_handshake(headers_)) return;
    if (headers_.find("sec-websocket-version") != "13") {
      set_error(426, "The WebSocket version is 13.");
    } else if (!is_websocket_key(headers_.find("sec-websocket-key")) || headers_.count("sec-websocket-key") != 1) {
      set_error(400, "The WebSocket handshake has no valid key.");
    } else if (headers_.has("content-length") || headers_.has("transfer-encoding")) {
      set_error(400, "A WebSocket handshake has no body.");
    } else {
      is_websocket_upgrade = true;
    }
  }

  std::string method;
  std::string target;
  bool expects_continue = false;
  bool is_websocket_upgrade = false;
  int version_ = 0;
};

RequestParser::RequestParser(size_t header_bytes_max, size_t body_bytes_max)
    : parser_(std::make_unique<Parser>(header_bytes_max, body_bytes_max)) {}
RequestParser::~RequestParser() = default;
size_t RequestParser::feed(std::string_view input) { return parser_->feed(input); }
bool RequestParser::is_header_done() const { return parser_->is_header_done(); }
bool RequestParser::is_done() const { return parser_->is_done() && parser_->error().status == 0; }
const ParseError& RequestParser::error() const { return parser_->error(); }
bool RequestParser::keeps_alive() const { return parser_->keep_alive(); }
bool RequestParser::expects_continue() const { return parser_->expects_continue; }
bool RequestParser::is_head() const { return parser_->method == "HEAD"; }

Request RequestParser::take() {
  Request request;
  request.method = std::move(parser_->method);
  request.target = std::move(parser_->target);
  request.headers = std::move(parser_->headers_);
  request.body = std::move(parser_->body_);
  request.is_websocket_upgrade = parser_->is_websocket_upgrade;
  return request;
}

struct ResponseParser::Parser final : MessageParser<false> {
  using MessageParser::MessageParser;
  void on_request_impl(http::verb, string_view, string_view, int, ErrorCode&) override {}
  void on_response_impl(int code, string_view, int, ErrorCode&) override { status = code; }
  void on_header_impl(ErrorCode&) override {}
  int status = 0;
};

ResponseParser::ResponseParser(size_t header_bytes_max, size_t body_bytes_max, bool is_answer_to_head)
    : parser_(std::make_unique<Parser>(header_bytes_max, body_bytes_max)) {
  parser_->skip(is_answer_to_head);
}
ResponseParser::~ResponseParser() = default;
size_t ResponseParser::feed(std::string_view input) { return parser_->feed(input); }
bool ResponseParser::is_done() const { return parser_->is_done() && !has_failed(); }
bool ResponseParser::has_failed() const { return parser_->error().status != 0; }
bool ResponseParser::keeps_alive() const { return parser_->keep_alive(); }

bool ResponseParser::finish() {
  if (!parser_->got_some() || has_failed()) return false;
  ErrorCode code;
  if (!parser_->is_done()) parser_->put_eof(code);
  return !code && is_done();
}

Response ResponseParser::take() {
  Response response;
  response.status = parser_->status;
  response.headers = std::move(parser_->headers_);
  response.body = std::move(parser_->body_);
  return response;
}

}  // namespace kith::net
