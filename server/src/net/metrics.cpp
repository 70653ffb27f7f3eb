#include "net/metrics.hpp"

namespace kith::net {

void add_to(Metrics& sum, const MetricCounters& counters) {
  const auto add = [&](uint64_t Metrics::*total, Counter MetricCounters::*part) {
    sum.*total += (counters.*part).value();
  };
  add(&Metrics::connections_open, &MetricCounters::connections_open);
  add(&Metrics::connections_accepted, &MetricCounters::connections_accepted);
  add(&Metrics::connections_refused, &MetricCounters::connections_refused);
  add(&Metrics::websockets_open, &MetricCounters::websockets_open);
  add(&Metrics::websockets_opened, &MetricCounters::websockets_opened);
  add(&Metrics::requests, &MetricCounters::requests);
  add(&Metrics::responses_4xx, &MetricCounters::responses_4xx);
  add(&Metrics::responses_5xx, &MetricCounters::responses_5xx);
  add(&Metrics::messages_in, &MetricCounters::messages_in);
  add(&Metrics::frames_out, &MetricCounters::frames_out);
  add(&Metrics::bytes_in, &MetricCounters::bytes_in);
  add(&Metrics::bytes_out, &MetricCounters::bytes_out);
  add(&Metrics::writes, &MetricCounters::writes);
  add(&Metrics::slow_disconnects, &MetricCounters::slow_disconnects);
  add(&Metrics::ping_timeouts, &MetricCounters::ping_timeouts);
  add(&Metrics::protocol_errors, &MetricCounters::protocol_errors);
  add(&Metrics::request_timeouts, &MetricCounters::request_timeouts);
  add(&Metrics::tls_handshakes, &MetricCounters::tls_handshakes);
  add(&Metrics::tls_failures, &MetricCounters::tls_failures);
}

}  // namespace kith::net
