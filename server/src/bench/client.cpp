#include "bench/client.hpp"

#include "bench/sample_text.hpp"

namespace kith::bench {
namespace {

constexpr size_t kKnownFrames = 4096;
constexpr size_t kHandshakesAtOnce = 256;
constexpr Duration kPass = std::chrono::milliseconds(5);

Limits client_limits() {
  Limits limits;
  limits.ws_message_bytes = 64 * 1024 * 1024;  // a Sync of many rooms
  limits.ws_queue_bytes = 64 * 1024 * 1024;
  limits.ws_ping_every = std::chrono::seconds(3600);
  return limits;
}

/// Only events are told to many clients in the same bytes.
bool is_shared(const v1::ServerFrame& frame) {
  for (const v1::ServerItem& item : frame.items()) {
    if (!item.has_event()) return false;
  }
  return true;
}

bool is_whole(const v1::Event& event) {
  return !event.posted().content().has_text() || SampleText::check(event.posted().content().text()).has_value();
}

}  // namespace

Result<std::unique_ptr<Loop>> Loop::create(uint16_t port, std::shared_ptr<net::TlsContext> tls) {
  std::unique_ptr<Loop> loop(new Loop(port, std::move(tls)));  // tidy: naked new, the constructor is private
  TRY(loop->reactor_, net::Reactor::create(loop->clock_));
  loop->connector_ = std::make_unique<net::WebSocketConnector>(*loop->reactor_, client_limits());
  return loop;
}

Loop::~Loop() { disconnect_all(); }

void Loop::disconnect_all() {
  connector_->close_all();
  reactor_->run_pass(Duration(0));
}

bool Loop::run_until(FunctionRef<bool()> done, Duration at_most) {
  const Instant end = clock_.now() + at_most;
  while (!done()) {
    if (clock_.now() >= end) return false;
    reactor_->run_pass(kPass);
  }
  return true;
}

void Loop::run_for(Duration time) {
  run_until([] { return false; }, time);
}

net::ClientOptions Loop::options() const {
  return {.address = *net::Address::parse_ip("127.0.0.1", port_), .tls = tls_, .timeout = std::chrono::seconds(60)};
}

Crowd::~Crowd() {
  static ClientObserver nobody;
  observer = &nobody;
  loop.disconnect_all();
}

const v1::ServerFrame* Crowd::decode(std::string_view payload, uint64_t& place) {
  if (place < first_known_) place = first_known_;
  const uint64_t at = place - first_known_;
  if (at < known_.size() && known_[at].payload == payload) {
    ++place;
    return &known_[at].frame;
  }
  if (!other_.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return nullptr;
  for (const v1::ServerItem& item : other_.items()) {
    if (item.has_event() && !is_whole(item.event())) ++faults.damaged;
  }
  if (at < known_.size() || !is_shared(other_)) return &other_;
  known_.push_back({.payload = std::string(payload), .frame = other_});
  ++place;
  if (known_.size() > kKnownFrames) {
    known_.pop_front();
    ++first_known_;
  }
  return &known_.back().frame;
}

void Client::connect(bool syncs) {
  syncs_ = syncs;
  is_synced_ = false;
  place_ = crowd_.next_place();
  const net::Headers headers{{"Authorization", "Bearer " + token_}};
  crowd_.loop.connector().connect(
      crowd_.loop.options(), "/api/realtime", headers,
      [self = shared_from_this()](net::WebSocket& socket) {
        self->socket_ = &socket;
        if (self->syncs_) {
          v1::ClientFrame frame;
          frame.mutable_sync()->set_token(self->sync_token_);
          self->sync_call_ = self->call(frame);
        }
        return self;
      },
      [self = shared_from_this()](const Error&) { self->crowd_.observer->on_lost(*self); });
}

void Client::close() {
  if (socket_ != nullptr) socket_->close(net::CloseCode::kNormal);
}

uint32_t Client::call(v1::ClientFrame& frame) {
  frame.set_id(++last_call_);
  if (socket_ != nullptr) socket_->send(net::Opcode::kBinary, frame.SerializeAsString());
  return last_call_;
}

uint32_t Client::send_message(const std::string& room, std::string txn, std::string text) {
  v1::ClientFrame frame;
  v1::SendMessageRequest& request = *frame.mutable_send_message();
  request.set_room_id(room);
  request.set_txn_id(std::move(txn));
  request.mutable_content()->set_text(std::move(text));
  return call(frame);
}

Seq Client::seq(const std::string& room) const {
  const auto found = positions_.find(room);
  return found == positions_.end() ? 0 : found->second.last;
}

void Client::on_message(std::string_view payload, bool) {
  const v1::ServerFrame* frame = crowd_.decode(payload, place_);
  if (frame == nullptr) {
    ++crowd_.faults.damaged;
    return;
  }
  for (const v1::ServerItem& item : frame->items()) take(item);
}

void Client::on_closed(net::CloseCode) {
  socket_ = nullptr;
  is_synced_ = false;
  crowd_.observer->on_lost(*this);
}

void Client::take(const v1::ServerItem& item) {
  switch (item.kind_case()) {
    case v1::ServerItem::kEvent:
      return take(item.event());
    case v1::ServerItem::kToken:
      sync_token_ = item.token();
      return;
    case v1::ServerItem::kAnswer:
      if (item.answer().has_error()) ++crowd_.faults.errors;
      if (item.answer().has_sync()) take(item.answer().sync());
      return crowd_.observer->on_answer(*this, item.answer());
    default:
      return;
  }
}

void Client::take(const v1::SyncResponse& response) {
  sync_token_ = response.token();
  if (response.fresh()) rooms_.clear();
  for (const v1::RoomSync& room : response.rooms()) {
    const std::string& id = room.entry().room().id();
    if (response.fresh()) rooms_.push_back(id);
    Position& position = positions_[id];
    // After a reset the timeline begins anew, with the first event given or behind the head.
    if (room.reset()) position.last = room.events().empty() ? room.entry().room().last_seq() : room.events(0).seq() - 1;
    // The token may be older than what was told behind it: such events come again.
    position.synced = std::max(position.last, room.entry().room().last_seq());
    for (const v1::Event& event : room.events()) {
      if (!is_whole(event)) ++crowd_.faults.damaged;
      take(event);
    }
  }
  is_synced_ = true;
}

void Client::take(const v1::Event& event) {
  Position& position = positions_[event.room_id()];
  if (event.seq() <= position.last) {
    if (event.seq() > position.synced) ++crowd_.faults.doubled;
    return;
  }
  if (position.last != 0 && event.seq() != position.last + 1) ++crowd_.faults.holes;
  position.last = event.seq();
  ++events_;
  crowd_.observer->on_event(*this, event);
}

Clients make_clients(Crowd& crowd, const std::vector<std::string>& tokens) {
  Clients clients;
  clients.reserve(tokens.size());
  for (const std::string& token : tokens) {
    clients.push_back(std::make_shared<Client>(crowd, clients.size(), token));
  }
  return clients;
}

Result<> connect_all(Crowd& crowd, const Clients& clients, bool syncs, Duration at_most) {
  const auto is_ready = [&](const auto& client) { return syncs ? client->is_synced() : client->is_open(); };
  const Instant end = crowd.loop.clock().now() + at_most;
  for (size_t from = 0; from < clients.size(); from += kHandshakesAtOnce) {
    const size_t to = std::min(clients.size(), from + kHandshakesAtOnce);
    for (size_t i = from; i < to; ++i) clients[i]->connect(syncs);
    size_t ready = from;
    const auto all_ready = [&] {
      while (ready < to && is_ready(clients[ready])) ++ready;
      return ready == to;
    };
    if (!crowd.loop.run_until(all_ready, end - crowd.loop.clock().now())) {
      return fail(Reason::kBusy, "Only " + std::to_string(ready) + " of " + std::to_string(clients.size()) +
                                     " clients could connect.");
    }
  }
  return {};
}

}  // namespace kith::bench
