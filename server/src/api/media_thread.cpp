#include "api/media_thread.hpp"

#include <algorithm>
#include <utility>

#include "base/thread_name.hpp"
#include "rtc/stun.hpp"

namespace kith::api {

Result<std::unique_ptr<MediaThread>> MediaThread::create(const Options& options, const Clock& clock) {
  TRY(auto reactor, net::Reactor::create(clock));
  TRY(auto udp, net::UdpSocket::bind({.address = options.udp, .keeps_addresses = options.keeps_addresses}));
  std::unique_ptr<net::TcpMediaListener> tcp;
  if (options.tcp) {
    TRY(tcp, net::TcpMediaListener::bind({.address = *options.tcp}));
  }
  return std::unique_ptr<MediaThread>(new MediaThread(std::move(reactor), std::move(udp), std::move(tcp)));
}

MediaThread::MediaThread(std::unique_ptr<net::Reactor> reactor, std::unique_ptr<net::UdpSocket> udp,
                         std::unique_ptr<net::TcpMediaListener> tcp)
    : reactor_(std::move(reactor)), udp_(std::move(udp)), tcp_(std::move(tcp)) {}

MediaThread::~MediaThread() { stop(); }

Result<> MediaThread::start(MediaCore& core) {
  core_ = &core;
  TRY_VOID(udp_->start(*reactor_, *this));
  if (tcp_) tcp_->start(*reactor_, *this);
  thread_ = std::thread([this] {
    set_thread_name("kith-media");
    reactor_->run();
  });
  return {};
}

void MediaThread::stop() {
  if (!thread_.joinable()) return;
  reactor_->stop();
  thread_.join();
  core_ = nullptr;
}

void MediaThread::post(MediaJob job) {
  reactor_->post([this, job = std::move(job)]() mutable {
    begin_pass(reactor_->now());
    job(now_, outbox_);
  });
}

std::optional<net::Address> MediaThread::tcp_address() const {
  return tcp_ ? std::optional(tcp_->address()) : std::nullopt;
}

void MediaThread::add_to(MediaMetrics& sum) const {
  const net::UdpMetrics& udp = udp_->metrics();
  sum.datagrams_in += udp.datagrams_in.value();
  sum.datagrams_out += udp.datagrams_out.value();
  sum.bytes_in += udp.bytes_in.value();
  sum.bytes_out += udp.bytes_out.value();
  sum.groups_out += udp.groups_out.value();
  sum.dropped += udp.dropped_full.value() + udp.dropped_refused.value();
  sum.truncated += udp.truncated.value();
  if (!tcp_) return;
  const net::TcpMediaMetrics& tcp = tcp_->metrics();
  sum.datagrams_in += tcp.datagrams_in.value();
  sum.datagrams_out += tcp.datagrams_out.value();
  sum.dropped += tcp.dropped_full.value();
  sum.tcp_open += tcp.open.value();
  sum.tcp_refused += tcp.refused.value();
}

void MediaThread::begin_pass(Instant now) {
  now_ = std::max(now_, now);
  if (std::exchange(is_in_pass_, true)) return;
  reactor_->mark_dirty(*this);
}

void MediaThread::handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram) {
  begin_pass(now);
  if (rtc::is_stun(datagram) && answer_plain_binding(path, datagram)) return;
  core_->handle_datagram(now_, path, datagram, outbox_);
}

bool MediaThread::answer_plain_binding(const rtc::Path& path, rtc::Bytes datagram) {
  const size_t size = rtc::answer_plain_binding(datagram, path.remote, outbox_.begin(rtc::kStunBytesMax));
  if (size == 0) return false;
  outbox_.commit(path, size);
  return true;
}

void MediaThread::handle_closed(const rtc::Path& path) {
  if (core_ != nullptr) core_->forget_path(path);
}

void MediaThread::flush() {
  is_in_pass_ = false;
  core_->finish_pass(now_, outbox_);
  udp_->send(outbox_);
  if (tcp_) tcp_->send(outbox_);
  outbox_.clear();
  set_timer();
}

void MediaThread::set_timer() {
  const auto due = core_->next_timeout();
  // One that comes too early finds nothing to do and is set anew: cheaper than moving it with every pass.
  if (!due || (timer_ != net::TimerId::kNone && timer_due_ <= *due)) return;
  reactor_->cancel(timer_);
  timer_due_ = *due;
  timer_ = reactor_->call_after(*due - reactor_->clock().now(), [this] { handle_timer(); });
}

void MediaThread::handle_timer() {
  timer_ = net::TimerId::kNone;
  begin_pass(reactor_->now());
  const auto due = core_->next_timeout();
  if (due && *due <= now_) core_->handle_timeout(now_, outbox_);
}

}  // namespace kith::api
