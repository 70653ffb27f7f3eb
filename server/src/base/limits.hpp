// Every limit of the server in one place. The command line, `KITH_*` and kith.toml may change those listed in
// app/config; each has a test that goes one beyond it. Bytes unless the name says otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kith {

struct Limits {
  // HTTP
  size_t http_header_bytes = 16 * 1024;  ///< request line and header fields together
  size_t http_body_bytes = 1024 * 1024;  ///< body of an API call
  std::chrono::seconds http_header_time{
      10};                                   ///< from the first byte of a request to the end of its header (slow loris)
  std::chrono::seconds http_body_time{30};   ///< from the header to the end of the body
  std::chrono::seconds http_idle_time{75};   ///< a kept-alive connection without a request
  size_t connections_per_reactor = 100'000;  ///< sockets one reactor accepts
  size_t connections_per_address = 20'000;   ///< sockets from one address (a NAT is one address)

  // WebSocket
  size_t ws_message_bytes = 256 * 1024;           ///< one message, all fragments together
  size_t ws_queue_bytes = 1024 * 1024;            ///< unsent bytes of one connection; beyond it the reader is too slow
  std::chrono::seconds ws_ping_every{30};         ///< a silent peer is asked …
  std::chrono::seconds ws_pong_within{20};        ///< … and closed if it does not answer
  uint32_t ws_calls_per_second = 200;             ///< sustained calls of one connection; bursts of twice as many pass
  uint32_t sends_in_flight = 32;                  ///< unacknowledged sends of one connection
  uint32_t http_calls_per_second = 100;           ///< sustained HTTP calls of one session or, signed out, one address
  std::chrono::milliseconds poll_wait{25'000};    ///< longest wait of one long poll
  std::chrono::seconds poll_connection_time{60};  ///< a polled connection nobody asks for
  size_t poll_connections = 10'000;               ///< polled connections of the server

  // Text, in bytes of UTF-8 unless said otherwise
  size_t message_bytes = 32 * 1024;
  size_t name_characters = 64;  ///< room and display names
  size_t username_characters_min = 2;
  size_t username_characters = 32;
  size_t topic_characters = 500;  ///< topics and bios
  size_t password_characters_min = 8;
  size_t password_bytes = 1024;  ///< longer ones cost Argon2id time
  size_t device_name_characters = 64;
  size_t setting_key_bytes = 64;
  size_t setting_value_bytes = 16 * 1024;
  size_t txn_id_bytes = 64;
  size_t query_bytes = 1024;  ///< a search query
  size_t query_terms = 16;
  size_t mentions_per_message = 50;

  // Numbers
  size_t page_size = 100;  ///< entries of any page
  size_t members_per_room = 100'000;
  size_t rooms_per_user = 5'000;
  size_t invites_per_room_creation = 50;
  size_t sessions_per_user = 100;
  size_t sessions_in_memory = 200'000;  ///< sessions whose tokens are known without asking the store
  size_t invitations = 1'000;           ///< open invitations of the server
  uint32_t invitation_uses = 1'000;     ///< accounts made with one invitation
  uint32_t invitation_hours = 8'760;    ///< longest validity of an invitation: a year
  size_t settings_per_user = 1'000;
  size_t read_positions_members = 50;  ///< others' read positions and presence are pushed in rooms up to this size

  // Login back-off: after so many failures the wait doubles from one second up to the maximum.
  uint32_t login_failures_free = 5;
  uint32_t login_failures_free_address = 20;  ///< an office or a family shares one address
  std::chrono::seconds login_wait_max{900};
  size_t login_entries = 100'000;  ///< remembered accounts and addresses

  // Store
  size_t writer_batch_commands = 1'000;
  size_t writer_batch_bytes = 1024 * 1024;
  size_t writer_batch_read_marks = 300;
  size_t writer_queue_commands = 100'000;       ///< waiting writes; beyond it: REASON_BUSY
  size_t reader_queue_jobs = 20'000;            ///< waiting reads; beyond it: REASON_BUSY
  size_t worker_queue_jobs = 1'000;             ///< waiting Argon2id and compression jobs
  size_t log_rows_pack_at = 196'608;            ///< unpacked events that start a packing pass
  size_t log_rows_pack = 131'072;               ///< events one pass takes
  size_t log_rows_max = 2'000'000;              ///< unpacked events beyond which sends wait
  size_t tail_events = 64;                      ///< newest events of a room kept in memory
  size_t tail_cache_bytes = 256 * 1024 * 1024;  ///< memory of all tails
  size_t wal_restart_bytes = 64 * 1024 * 1024;
  size_t wal_stop_bytes = 256 * 1024 * 1024;
  size_t ring_cache_devices = 200'000;  ///< devices whose last sends are kept in memory

  // Sync
  size_t sync_rooms_full = 50;        ///< rooms by activity whose missed events are sent; others get head and counts
  size_t sync_events_per_room = 100;  ///< more missed events than this reset the room
  size_t sync_events_after_reset = 30;
  size_t sync_waiting_items = 10'000;  ///< events held for one connection while its Sync is answered

  // Calls
  size_t calls = 10'000;                             ///< going on at once on the server
  size_t call_participants = 100;                    ///< in one call at once
  size_t call_participants_told = 50;                ///< named in one description of a call
  uint32_t call_ring_seconds = 45;                   ///< until an unanswered call is missed
  std::chrono::seconds call_connect_within{60};      ///< from being let in to media; later one is out again
  std::chrono::seconds call_reconnect_within{20};    ///< a call nobody is in any more, or one of two, ends after it
  std::chrono::milliseconds call_told_every{1'000};  ///< comings and goings in a room above `read_positions_members`

  // Search
  size_t search_candidates = 2'000;  ///< index hits one request may examine
  std::chrono::milliseconds search_time{20};
};

}  // namespace kith
