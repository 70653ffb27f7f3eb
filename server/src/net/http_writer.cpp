#include "net/http_writer.hpp"

namespace kith::net {
namespace {

void put_clean(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back((byte < 0x20 && c != '\t') || byte == 0x7F ? ' ' : c);
  }
}

void put_field(std::string& out, std::string_view name, std::string_view value) {
  put_clean(out, name);
  out.append(": ");
  put_clean(out, value);
  out.append("\r\n");
}

void put_fields(std::string& out, const Headers& headers) {
  for (size_t i = 0; i < headers.size(); ++i) put_field(out, headers.at(i).name, headers.at(i).value);
}

}  // namespace

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

void put_response_head(std::string& out, const Response& response, const ResponseFraming& framing) {
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append("\r\n");
  put_field(out, "Date", framing.date);
  put_fields(out, response.headers);
  if (has_body(response.status)) put_field(out, "Content-Length", std::to_string(response.body.bytes().size()));
  if (!framing.keeps_alive) {
    put_field(out, "Connection", "close");
  } else if (framing.says_keep_alive) {
    put_field(out, "Connection", "keep-alive");
  }
  out.append("\r\n");
}

void put_upgrade_head(std::string& out, std::string_view accept, const Headers& headers, std::string_view date) {
  out.append("HTTP/1.1 101 Switching Protocols\r\n");
  put_field(out, "Date", date);
  put_field(out, "Upgrade", "websocket");
  put_field(out, "Connection", "Upgrade");
  put_field(out, "Sec-WebSocket-Accept", accept);
  put_fields(out, headers);
  out.append("\r\n");
}

void put_request(std::string& out, std::string_view method, std::string_view target, std::string_view host,
                 const Headers& headers, std::string_view body) {
  out.append(method).append(" ");
  put_clean(out, target);
  out.append(" HTTP/1.1\r\n");
  put_field(out, "Host", host);
  put_fields(out, headers);
  if (!body.empty() || method == "POST" || method == "PUT") {
    put_field(out, "Content-Length", std::to_string(body.size()));
  }
  out.append("\r\n").append(body);
}

}  // namespace kith::net
