#include "net/http_parser.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace kith::net {
namespace {

constexpr size_t kHeaderMax = 1000;
constexpr size_t kBodyMax = 500;

struct Outcome {
  int error = 0;
  bool is_done = false;
  std::string method, target, body, left;
  bool operator==(const Outcome&) const = default;
};

/// Feeds chunks the way a connection does: what is not taken is given again with more behind it.
Outcome parse_chunks(const std::vector<std::string>& chunks) {
  RequestParser parser(kHeaderMax, kBodyMax);
  std::string input;
  for (const std::string& chunk : chunks) {
    input += chunk;
    if (parser.is_done() || parser.error().status != 0) continue;
    input.erase(0, parser.feed(input));
  }
  Outcome outcome{
      .error = parser.error().status, .is_done = parser.is_done(), .method = {}, .target = {}, .body = {}, .left = {}};
  if (!outcome.is_done) return outcome;
  outcome.left = input;
  const Request request = parser.take();
  outcome.method = request.method;
  outcome.target = request.target;
  outcome.body = request.body;
  return outcome;
}

/// Whole, cut at every point and byte by byte: all must give the same.
Outcome parse(const std::string& bytes) {
  const Outcome whole = parse_chunks({bytes});
  for (size_t cut = 1; cut < bytes.size(); ++cut) {
    EXPECT_EQ(parse_chunks({bytes.substr(0, cut), bytes.substr(cut)}), whole) << bytes << "\ncut at " << cut;
  }
  std::vector<std::string> single;
  for (const char c : bytes) single.emplace_back(1, c);
  EXPECT_EQ(parse_chunks(single), whole) << bytes;
  return whole;
}

const std::string kHost = "Host: kith\r\n";

TEST(RequestParser, reads_requests_with_and_without_body_and_leaves_the_next_one) {
  EXPECT_EQ(parse("GET /a?b=c HTTP/1.1\r\n" + kHost + "\r\n"),
            (Outcome{.is_done = true, .method = "GET", .target = "/a?b=c"}));
  EXPECT_EQ(parse("POST /p HTTP/1.1\r\n" + kHost + "Content-Length: 5\r\n\r\nhelloGET "),
            (Outcome{.is_done = true, .method = "POST", .target = "/p", .body = "hello", .left = "GET "}));
  EXPECT_EQ(parse("OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n").target, "*");
  EXPECT_EQ(parse("GET http://kith.example/x?y HTTP/1.1\r\n" + kHost + "\r\n").target, "/x?y");
  EXPECT_EQ(parse("GET http://kith.example HTTP/1.1\r\n" + kHost + "\r\n").target, "/");
  EXPECT_EQ(parse("GET / HTTP/1.0\r\n\r\n").is_done, true);
}

TEST(RequestParser, joins_chunks_and_drops_extensions_and_trailers) {
  const std::string head = "POST /p HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(parse(head + "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Late: 1\r\n\r\nnext"),
            (Outcome{.is_done = true, .method = "POST", .target = "/p", .body = "hello world", .left = "next"}));
  EXPECT_EQ(parse(head + "0\r\n\r\n").is_done, true);
  for (const char* bad : {"x\r\n", "5\r\nhelloX\r\n", "-1\r\n", "FFFFFFFFFFFFFFFFF\r\n", "5\nhello\r\n"}) {
    EXPECT_TRUE(parse(head + bad + "0\r\n\r\n").error >= 400) << bad;
  }
}

TEST(RequestParser, header_limit_takes_exactly_its_bytes_and_refuses_one_more) {
  const std::string start = "GET / HTTP/1.1\r\n" + kHost;
  const auto padded = [&](size_t total) {
    const std::string name = "X: ";
    return start + name + std::string(total - start.size() - name.size() - 4, 'x') + "\r\n\r\n";
  };
  ASSERT_EQ(padded(kHeaderMax).size(), kHeaderMax);
  EXPECT_EQ(parse(padded(kHeaderMax)).is_done, true);
  EXPECT_EQ(parse(padded(kHeaderMax + 1)).error, 431);
  EXPECT_EQ(parse("GET /" + std::string(2000, 'x')).error, 431);
}

// Beast's own limit starts anew with each call; a header sent line by line must not slip through.
TEST(RequestParser, header_limit_holds_for_a_header_that_comes_line_by_line) {
  std::vector<std::string> lines = {"GET / HTTP/1.1\r\n", kHost};
  for (int i = 0; i < 200; ++i) lines.push_back("X-Header: value\r\n");
  EXPECT_EQ(parse_chunks(lines).error, 431);
}

TEST(RequestParser, body_limit_takes_exactly_its_bytes_and_refuses_one_more) {
  const auto sized = [](size_t size) {
    return "POST / HTTP/1.1\r\n" + kHost + "Content-Length: " + std::to_string(size) + "\r\n\r\n" +
           std::string(size, 'x');
  };
  EXPECT_EQ(parse(sized(kBodyMax)).body.size(), kBodyMax);
  EXPECT_EQ(parse(sized(kBodyMax + 1)).error, 413);
  EXPECT_EQ(parse_chunks({sized(kBodyMax + 1) + std::string(2000, 'x')}).error, 413) << "not the header's fault";
  const std::string chunked = "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string half = "FA\r\n" + std::string(250, 'x') + "\r\n";
  EXPECT_EQ(parse(chunked + half + half + "0\r\n\r\n").body.size(), kBodyMax);
  EXPECT_EQ(parse(chunked + half + half + "1\r\nx\r\n0\r\n\r\n").error, 413);
  EXPECT_EQ(parse("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 18446744073709551615\r\n\r\n").error, 413);
}

TEST(RequestParser, endless_chunk_extensions_and_trailers_are_refused) {
  const std::string head = "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(parse_chunks({head, "1;" + std::string(2000, 'x')}).error, 431);
  EXPECT_EQ(parse_chunks({head, "0\r\nX: " + std::string(2000, 'x')}).error, 431);
  EXPECT_EQ(parse_chunks({head + "0\r\nX: " + std::string(2000, 'x') + "\r\n\r\n"}).error, 431) << "also all at once";
  EXPECT_EQ(parse_chunks({head + "1;" + std::string(2000, 'x') + "\r\ny\r\n0\r\n\r\n"}).error, 431);
}

TEST(RequestParser, refuses_what_could_smuggle_a_request) {
  const std::pair<const char*, std::string> cases[] = {
      {"length and coding", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"},
      {"coding and length", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n"},
      {"two lengths", "Content-Length: 4\r\nContent-Length: 5\r\n"},
      {"list of lengths", "Content-Length: 4, 5\r\n"},
      {"signed length", "Content-Length: +4\r\n"},
      {"hexadecimal length", "Content-Length: 0x4\r\n"},
      {"empty length", "Content-Length: \r\n"},
      {"two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"},
      {"coding and identity", "Transfer-Encoding: chunked, identity\r\n"},
      {"unknown coding", "Transfer-Encoding: gzip\r\n"},
      {"gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n"},
      {"vertical tab before chunked",
       "Transfer-Encoding: \x0b"
       "chunked\r\n"},
      {"space before the colon", "Content-Length : 4\r\n"},
      {"bare line feed", "X: y\nContent-Length: 4\r\n"},
      {"bare carriage return", "X: y\rContent-Length: 4\r\n"},
      {"NUL in a value", std::string("X: a\0b\r\n", 8)},
      {"second host", "Host: evil\r\n"},
      {"no name", ": value\r\n"},
  };
  for (const auto& [what, fields] : cases) {
    const Outcome outcome = parse("POST / HTTP/1.1\r\n" + kHost + fields + "\r\n0\r\n\r\n");
    EXPECT_TRUE(outcome.error == 400 || outcome.error == 501) << what << " " << outcome.error;
    EXPECT_FALSE(outcome.is_done) << what;
  }
  EXPECT_EQ(parse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").error, 400);
  EXPECT_EQ(parse("GET / HTTP/1.1\r\n\r\n").error, 400) << "no Host";
}

TEST(RequestParser, refuses_malformed_request_lines) {
  for (const char* line :
       {"GET  / HTTP/1.1", "GET / HTTP/2.0", "GET / HTTP/1.2", "GET /", "GET / HTTP/1.1 x", "G\x01T / HTTP/1.1",
        " GET / HTTP/1.1", "GET /a b HTTP/1.1", "GET example.org HTTP/1.1", "\x16\x03\x01\x02\x00"}) {
    EXPECT_EQ(parse(std::string(line) + "\r\n" + kHost + "\r\n").error, 400) << line;
  }
}

TEST(RequestParser, tells_connection_expectation_and_websocket_handshake) {
  const auto parsed = [](const std::string& fields, const std::string& line = "GET / HTTP/1.1\r\n") {
    auto parser = std::make_unique<RequestParser>(kHeaderMax, kBodyMax);
    parser->feed(line + kHost + fields + "\r\n");
    return parser;
  };
  EXPECT_TRUE(parsed("")->keeps_alive());
  EXPECT_FALSE(parsed("Connection: close\r\n")->keeps_alive());
  EXPECT_FALSE(parsed("", "GET / HTTP/1.0\r\n")->keeps_alive());
  EXPECT_TRUE(parsed("Connection: keep-alive\r\n", "GET / HTTP/1.0\r\n")->keeps_alive());
  EXPECT_TRUE(parsed("Expect: 100-Continue\r\nContent-Length: 5\r\n", "POST / HTTP/1.1\r\n")->expects_continue());
  EXPECT_EQ(parsed("Expect: 200-maybe\r\n")->error().status, 417);
  const std::string upgrade = "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  EXPECT_TRUE(parsed(upgrade + key + version)->take().is_websocket_upgrade);
  EXPECT_EQ(parsed(upgrade + key)->error().status, 426);
  EXPECT_EQ(parsed(upgrade + key + "Sec-WebSocket-Version: 8\r\n")->error().status, 426);
  EXPECT_EQ(parsed(upgrade + version)->error().status, 400);
  EXPECT_EQ(parsed(upgrade + version + "Sec-WebSocket-Key: c2hvcnQ=\r\n")->error().status, 400);
  EXPECT_EQ(parsed(upgrade + key + version + "Content-Length: 2\r\n")->error().status, 400);
  EXPECT_FALSE(parsed("Upgrade: h2c\r\nConnection: Upgrade\r\n")->take().is_websocket_upgrade);
}

TEST(ResponseParser, reads_by_length_by_chunks_to_the_end_and_without_body) {
  const auto parsed = [](const std::string& bytes, bool is_head = false) {
    auto parser = std::make_unique<ResponseParser>(kHeaderMax, kBodyMax, is_head);
    parser->feed(bytes);
    return parser;
  };
  EXPECT_EQ(parsed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")->take().body.bytes(), "hi");
  EXPECT_EQ(parsed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")->take().body.bytes(),
            "hi");
  EXPECT_TRUE(parsed("HTTP/1.1 204 No Content\r\n\r\n")->is_done());
  EXPECT_TRUE(parsed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true)->is_done());
  auto to_end = parsed("HTTP/1.1 200 OK\r\n\r\nuntil the end");
  EXPECT_FALSE(to_end->is_done());
  EXPECT_TRUE(to_end->finish());
  EXPECT_EQ(to_end->take().body.bytes(), "until the end");
  auto cut = parsed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi");
  EXPECT_FALSE(cut->finish());
  EXPECT_TRUE(parsed("HTTP/1.1 200 OK\r\nContent-Length: 501\r\n\r\n")->has_failed());
  EXPECT_TRUE(parsed("nonsense\r\n\r\n")->has_failed());
}

}  // namespace
}  // namespace kith::net
