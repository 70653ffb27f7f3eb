// ICE for one peer connection (RFC 8445, RFC 7675): which path to the peer works and is wanted. One component, bundled.
//
// A request of the peer: 1. signed with our password? · 2. the path it came on is remembered · 3. answered ·
// 4. USE-CANDIDATE selects the path; agents that check do so once their own check of it has succeeded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "rtc/outbox.hpp"
#include "rtc/path.hpp"
#include "rtc/stun.hpp"

namespace kith::rtc {

/// User name fragment and password of one side (RFC 8445 §5.3).
struct IceCredentials {
  std::string ufrag;
  std::string pwd;
  bool operator==(const IceCredentials&) const = default;

  /// 48 and 144 random bits, more than the 24 and 128 asked for: the server tells peers apart by their ufrag.
  static IceCredentials make(Random& random);
};

enum class IceRole : uint8_t {
  kLite,         ///< answers only: the usual server
  kControlled,   ///< checks too, the peer chooses: for peers that want a full agent
  kControlling,  ///< checks and chooses: towards a full peer that answers our offers, and in the load generator
};

enum class IceState : uint8_t {
  kNew,           ///< no path was ever selected
  kConnected,     ///< a path is selected and the peer agreed to it within the last seconds
  kDisconnected,  ///< no sign of agreement for a while; may come back
};

class IceAgent {
 public:
  /// Most paths remembered; beyond it the one heard least recently makes room.
  static constexpr size_t kPathsMax = 16;
  /// Without agreement for so long an agent is disconnected: browsers check every 2.5 s, two may get lost.
  static constexpr Duration kDisconnectedAfter = std::chrono::seconds(7);
  /// Without agreement for so long nothing may be sent any more (RFC 7675 §5.1).
  static constexpr Duration kConsentTime = std::chrono::seconds(30);
  /// How often a full agent checks the selected path, give or take a fifth.
  static constexpr Duration kConsentCheckEvery = std::chrono::seconds(2);

  /// What was dropped, and why.
  struct Counters {
    uint64_t malformed = 0;        ///< no STUN Binding message
    uint64_t unauthenticated = 0;  ///< wrong user or password
    uint64_t unexpected = 0;       ///< an answer to nothing we asked
    uint64_t role_conflicts = 0;
    bool operator==(const Counters&) const = default;
  };

  /// `random` outlives the agent.
  IceAgent(IceRole role, IceCredentials local, Random& random);

  /// The peer's credentials; other ones than before restart the checks of a full agent (RFC 8445 §9).
  void set_remote(const IceCredentials& remote);
  /// New own credentials for an ICE restart; the old ones are accepted until the peer uses the new ones. Media stays on
  /// the selected path meanwhile.
  void restart(IceCredentials local);
  /// A candidate of the peer; only agents that check use them.
  void add_remote_candidate(Instant now, const Path& path, uint32_t priority);
  /// The TCP connection of a path closed.
  void forget_path(const Path& path);

  /// Takes a datagram that `is_stun`. Never fails: what is malformed or not signed is counted and dropped.
  void handle_datagram(Instant now, const Path& path, Bytes datagram, Outbox& outbox);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  void handle_timeout(Instant now, Outbox& outbox);

  /// Where data goes; nullopt before the first selection and when consent has run out.
  [[nodiscard]] const std::optional<Path>& path() const { return selected_; }
  /// True if an authenticated message came on this path: its other datagrams may be the peer's.
  [[nodiscard]] bool knows(const Path& path) const;
  [[nodiscard]] IceState state() const { return state_; }
  /// When the peer last proved to be there; the epoch of the clock if never.
  [[nodiscard]] Instant last_received() const { return last_received_; }
  [[nodiscard]] const IceCredentials& local() const { return local_; }
  /// The credentials before a restart, while they are still accepted.
  [[nodiscard]] const std::optional<IceCredentials>& previous_local() const { return previous_local_; }
  [[nodiscard]] IceRole role() const { return role_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  /// A path and what is known of it.
  struct CandidatePair {
    Path path;
    uint32_t priority = 0;      ///< the peer's
    Instant heard_at;           ///< last authenticated message
    bool is_heard = false;      ///< there was one
    bool is_valid = false;      ///< a check of ours succeeded
    bool is_nominated = false;  ///< by the side that controls
    Instant nominated_at;
    uint64_t check_id = 0;          ///< random part of our transaction ids
    uint32_t checks_sent = 0;       ///< number of the newest check: the other part
    uint32_t checks_open = 0;       ///< sent since the last answer
    uint32_t first_nominating = 0;  ///< number of the first check with USE-CANDIDATE; 0: none
    std::optional<Instant> next_check;
  };

  [[nodiscard]] bool is_full() const { return role_ != IceRole::kLite; }
  CandidatePair* find(const Path& path);
  CandidatePair& find_or_add(const Path& path);
  void hear(Instant now, CandidatePair& pair);

  void handle_request(Instant now, const Path& path, const StunMessage& request, Outbox& outbox);
  bool is_authentic(const StunMessage& request);
  [[nodiscard]] std::string_view answer_password(const StunMessage& request) const;
  [[nodiscard]] bool is_role_conflict(const StunMessage& request) const;
  void answer(const Path& path, const StunMessage& request, Outbox& outbox) const;
  void refuse(const Path& path, const StunMessage& request, uint16_t code, Outbox& outbox) const;

  void handle_success(Instant now, const Path& path, const StunMessage& response);
  void send_check(Instant now, CandidatePair& pair, Outbox& outbox);
  void send_due_checks(Instant now, Outbox& outbox);
  void nominate_best();
  void check_all_again();

  [[nodiscard]] bool may_replace_selected(Instant now, const CandidatePair& nominated);
  void select_if_better(Instant now, const CandidatePair& nominated);
  void update_state(Instant now);

  IceRole role_;
  IceCredentials local_;
  std::optional<IceCredentials> previous_local_;
  std::optional<IceCredentials> remote_;
  Random& random_;
  std::vector<CandidatePair> pairs_;
  std::optional<Path> selected_;
  IceState state_ = IceState::kNew;
  Instant agreed_at_;      ///< newest consent: a request for a lite agent, an answer for a full one
  Instant last_received_;  ///< newest authenticated message
  Counters counters_;
};

}  // namespace kith::rtc
