#include "api/static_files.hpp"

#include <brotli/decode.h>

#include <cstdint>
#include <span>
#include <string>

extern "C" {
/// One embedded file (tools/embed_web.py lays the table out).
struct kith_web_asset {
  const char* path;
  const char* media_type;
  const char* encoding;  // "br" or ""
  const char* etag;
  const char* data;
  uint64_t size;
};
extern const kith_web_asset kith_web_assets[];
extern const uint64_t kith_web_assets_count;
}

namespace kith::api {

const std::string_view kContentSecurityPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'; require-trusted-types-for 'script'; trusted-types kith dompurify svelte-trusted-html";

namespace {

const kith_web_asset* find_asset(std::string_view path) {
  for (const kith_web_asset& asset : std::span(kith_web_assets, kith_web_assets_count)) {
    if (asset.path == path) return &asset;
  }
  return nullptr;
}

const kith_web_asset* asset_for(std::string_view path) {
  if (path == "/") return find_asset("/index.html");
  if (const auto* asset = find_asset(path)) return asset;
  if (path.ends_with('/')) {
    if (const auto* asset = find_asset(std::string(path) + "index.html")) return asset;
  }
  if (const auto* asset = find_asset(std::string(path) + "/index.html")) return asset;
  const bool is_client_address = path.find('.') == std::string_view::npos && !path.starts_with("/api/");
  return is_client_address ? find_asset("/index.html") : nullptr;
}

std::string decompress(std::string_view bytes) {
  std::string out(bytes.size() * 16 + 4096, '\0');
  while (true) {
    size_t size = out.size();
    const auto result = BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()), &size,
                                                reinterpret_cast<uint8_t*>(out.data()));
    if (result == BROTLI_DECODER_RESULT_SUCCESS) {
      out.resize(size);
      return out;
    }
    out.resize(out.size() * 2);  // Our own files: the only error is too little room.
  }
}

void add_security_headers(net::Headers& headers) {
  headers.add("Content-Security-Policy", kContentSecurityPolicy);
  headers.add("X-Content-Type-Options", "nosniff");
  headers.add("Referrer-Policy", "no-referrer");
  headers.add("Cross-Origin-Opener-Policy", "same-origin");
  headers.add("Permissions-Policy",
              "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), picture-in-picture=(self), "
              "screen-wake-lock=(self), speaker-selection=(self), geolocation=()");
}

}  // namespace

net::Response static_response(const net::Request& request) {
  net::Response response;
  if (request.method != "GET" && request.method != "HEAD") {
    response.status = 405;
    response.headers.add("Allow", "GET, HEAD");
    return response;
  }
  const kith_web_asset* asset = asset_for(request.path());
  add_security_headers(response.headers);
  if (asset == nullptr) {
    response.status = 404;
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = "There is nothing here.\n";
    return response;
  }
  const std::string etag = "\"" + std::string(asset->etag) + "\"";
  const bool is_immutable = request.path().starts_with("/assets/");
  response.headers.add("Cache-Control", is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.add("ETag", etag);
  response.headers.add("Vary", "Accept-Encoding");
  if (request.header("If-None-Match") == etag) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", asset->media_type);
  const std::string_view bytes(asset->data, asset->size);
  const bool is_compressed = std::string_view(asset->encoding) == "br";
  if (is_compressed && !net::has_token(request.header("Accept-Encoding"), "br")) {
    response.body = decompress(bytes);
    return response;
  }
  if (is_compressed) response.headers.add("Content-Encoding", "br");
  response.body = net::Body::of_static(bytes);
  return response;
}

}  // namespace kith::api
