#include "net/connection_host.hpp"

#include <cassert>
#include <cstring>
#include <ctime>

namespace kith::net {
namespace {

uint64_t random_seed() {
  SystemRandom random;
  return random.next_u64();
}

}  // namespace

ConnectionHost::ConnectionHost(Reactor& its_reactor, const Limits& its_limits)
    : reactor(its_reactor),
      limits(its_limits),
      deadlines(its_reactor),
      read_buffer_(std::make_unique_for_overwrite<char[]>(kReadBytes)),
      mask_random_(random_seed()) {}

ConnectionHost::~ConnectionHost() = default;

void ConnectionHost::adopt(std::unique_ptr<Connection> connection) {
  connection->host_index_ = connections_.size();
  connections_.push_back(std::move(connection));
}

void ConnectionHost::release(Connection& connection) {
  const size_t index = connection.host_index_;
  assert(connections_[index].get() == &connection);
  std::unique_ptr<Connection> owner = std::move(connections_[index]);
  if (index + 1 < connections_.size()) {
    connections_[index] = std::move(connections_.back());
    connections_[index]->host_index_ = index;
  }
  connections_.pop_back();
  reactor.destroy_later(std::move(owner));
}

void ConnectionHost::drain_all() {
  // Backwards: one that ends at once is replaced by the last, which had its turn.
  for (size_t i = connections_.size(); i-- > 0;) {
    if (i < connections_.size()) connections_[i]->drain();
  }
}

void ConnectionHost::abort_all() {
  for (size_t i = connections_.size(); i-- > 0;) {
    if (i < connections_.size()) connections_[i]->abort();
  }
}

std::string_view ConnectionHost::join(const SendQueue& queue) {
  const size_t offset = queue.sent_of_first();
  const std::string_view first = std::string_view(*queue.at(0)).substr(offset);
  if (queue.count() == 1 || first.size() >= kJoinBytes) return first;

  size_t same = 0;
  const size_t count = queue.count();
  if (joined_offset_ == offset && joined_.size() <= count) {
    while (same < joined_.size() && joined_[same] == queue.at(static_cast<uint32_t>(same))) ++same;
  }
  if (same != joined_.size() || same == 0) {
    joined_.assign(1, queue.at(0));
    joined_offset_ = offset;
    join_buffer_.assign(first);
    same = 1;
  }
  for (size_t i = same; i < count; ++i) {
    const SharedBuffer& next = queue.at(static_cast<uint32_t>(i));
    if (join_buffer_.size() + next->size() > kJoinBytes) break;
    join_buffer_.append(*next);
    joined_.push_back(next);
  }
  return join_buffer_;
}

std::string_view ConnectionHost::http_date() {
  const int64_t second = reactor.wall().value / 1000;
  if (second != date_second_) {
    date_second_ = second;
    const time_t time = static_cast<time_t>(second);
    tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 40> text{};
    date_.assign(text.data(), strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  }
  return date_;
}

std::array<uint8_t, 4> ConnectionHost::next_mask() {
  std::array<uint8_t, 4> mask{};
  mask_random_.fill(std::as_writable_bytes(std::span(mask)));
  return mask;
}

}  // namespace kith::net
