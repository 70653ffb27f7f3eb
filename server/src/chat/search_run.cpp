#include "chat/search_run.hpp"

#include <algorithm>
#include <limits>

#include "chat/present.hpp"
#include "chat/search_content.hpp"
#include "chat/search_events.hpp"
#include "chat/search_match.hpp"
#include "chat/search_scope.hpp"

namespace kith::chat {
namespace {

constexpr size_t kDefaultLimit = 20;
/// The clock is asked once for so many candidates of rooms that are not the caller's: they cost a microsecond each.
constexpr size_t kSkippedPerTimeCheck = 32;
/// And so many of them count as one candidate, so that a search ends even if no time passes.
constexpr size_t kSkippedPerCandidate = 16;
/// Quick terms go on while one of so many messages read is a hit, and are not judged before so many were read. More:
/// rare words wait for messages read in vain; fewer: common beginnings wait until all their messages are gathered.
constexpr size_t kQuickReadsPerHit = 16;
constexpr size_t kQuickReads = 32;

template <typename Id, typename Ids, typename Decode>
Result<std::vector<Id>> decode_ids(const Ids& texts, size_t most, std::string_view field, Decode decode) {
  if (static_cast<size_t>(texts.size()) > most) {
    return fail(Reason::kTooMany, "The search names too many ids.", std::string(field));
  }
  std::vector<Id> out;
  for (const std::string& text : texts) {
    const std::optional<Id> id = decode(text);
    if (!id) return fail(Reason::kInvalidField, "This is no id of this server.", std::string(field));
    if (std::ranges::find(out, *id) == out.end()) out.push_back(*id);
  }
  return out;
}

/// The later of two lower limits, the earlier of two upper ones.
void narrow(SearchQuery& query, const kith::v1::SearchMessagesRequest& request) {
  if (request.has_after()) {
    const UnixMillis after = from_timestamp(request.after());
    query.after = std::max(query.after.value_or(after), after);
  }
  if (request.has_before()) {
    const UnixMillis before = from_timestamp(request.before());
    query.before = std::min(query.before.value_or(before), before);
  }
  query.has_link = query.has_link || request.has_link();
}

/// Carries out one search; see run_search.
class SearchRun {
 public:
  SearchRun(const Context& context, store::ReadTransaction& transaction, const SearchOrder& order, SearchScope& scope)
      : context_(context),
        events_(transaction),
        order_(order),
        scope_(scope),
        matcher_(order.query),
        started_at_(context.clock.now()) {}

  Result<kith::v1::SearchMessagesResponse> run(store::SearchReader& reader) {
    TRY(const auto range, find_range(reader));
    if (!range) return response_;
    IndexTerms terms = index_terms(order_.query);
    if (terms.quick != terms.precise) {
      TRY(const bool is_done, walk(reader, std::move(terms.quick), *range, true));
      if (is_done) return std::move(response_);
    }
    TRY_VOID(walk(reader, std::move(terms.precise), *range, false));
    return std::move(response_);
  }

 private:
  /// Examines the candidates of these terms, from where the last walk stopped. False if it was given up because too few
  /// of them were hits.
  Result<bool> walk(store::SearchReader& reader, std::vector<store::SearchTerm> terms, store::SearchRange range,
                    bool may_give_up) {
    if (examined_pos_ != 0) range.high = examined_pos_ - 1;
    const store::SearchFilter filter{.terms = std::move(terms),
                                     .rooms = scope_.index_rooms(),
                                     .senders = scope_.senders(),
                                     .has_link = order_.query.has_link};
    bool is_given_up = false;
    TRY_VOID(reader.find(filter, range, [&](const store::SearchCandidate& candidate) -> Result<bool> {
      if (is_at_limit()) {
        response_.set_next_cursor(context_.ids.encode_cursor(examined_pos_));
        return false;
      }
      const size_t hits = static_cast<size_t>(response_.results_size());
      is_given_up = may_give_up && read_ >= kQuickReads && hits * kQuickReadsPerHit < read_;
      if (is_given_up) return false;
      examined_pos_ = candidate.pos;
      TRY_VOID(examine(candidate));
      return true;
    }));
    return !is_given_up;
  }

  Result<std::optional<store::SearchRange>> find_range(store::SearchReader& reader) {
    store::SearchRange range{.low = 1, .high = std::numeric_limits<Pos>::max()};
    if (order_.cursor) range.high = *order_.cursor - 1;
    if (order_.query.before || order_.query.after) {
      constexpr UnixMillis kEndOfTime{253'402'300'800'000};  // year 10000
      TRY(const auto within,
          reader.positions(order_.query.after.value_or(UnixMillis{}), order_.query.before.value_or(kEndOfTime)));
      if (!within) return std::nullopt;
      range = {.low = std::max(range.low, within->low), .high = std::min(range.high, within->high)};
    }
    if (range.low > range.high) return std::nullopt;
    return range;
  }

  bool is_at_limit() {
    if (static_cast<size_t>(response_.results_size()) >= order_.limit) return true;
    if (examined_pos_ == 0) return false;  // a page moves on by one candidate at least
    if (read_ + skipped_ / kSkippedPerCandidate >= context_.limits.search_candidates) return true;
    const bool must_look = last_was_read_ || skipped_ % kSkippedPerTimeCheck == 0;
    return must_look && context_.clock.now() - started_at_ >= context_.limits.search_time;
  }

  Result<> examine(const store::SearchCandidate& candidate) {
    TRY(const auto first_readable, scope_.first_readable(candidate.room));
    last_was_read_ = first_readable.has_value() && candidate.seq >= *first_readable;
    if (!last_was_read_) {
      ++skipped_;
      return {};
    }
    ++read_;
    TRY(const model::StoredEvent* event, events_.find(candidate.room, candidate.seq));
    // The index may lag behind, or be of another history: only what the store says now counts.
    if (event == nullptr || event->pos != candidate.pos || !is_within_filters(*event)) return {};
    const auto content = searchable_text(context_.ids, *event);
    if (!content || (order_.query.has_link && !content->has_link)) return {};
    const auto ranges = matcher_.match(content->text);
    if (!ranges) return {};
    auto& result = *response_.add_results();
    *result.mutable_message() = present_message(context_.ids, *event);
    for (const TextRange& hit : *ranges) {
      auto& out = *result.add_hits();
      out.set_start(hit.start);
      out.set_end(hit.end);
    }
    return {};
  }

  [[nodiscard]] bool is_within_filters(const model::StoredEvent& event) const {
    const auto& senders = scope_.senders();
    if (!senders.empty() && std::ranges::find(senders, event.sender) == senders.end()) return false;
    if (order_.query.before && event.at >= *order_.query.before) return false;
    return !order_.query.after || event.at >= *order_.query.after;
  }

  const Context& context_;
  SearchEvents events_;
  const SearchOrder& order_;
  SearchScope& scope_;
  SearchMatcher matcher_;
  const Instant started_at_;
  kith::v1::SearchMessagesResponse response_;
  Pos examined_pos_ = 0;
  size_t read_ = 0;
  size_t skipped_ = 0;
  bool last_was_read_ = false;
};

}  // namespace

Result<SearchOrder> check_search(const Context& context, UserId caller,
                                 const kith::v1::SearchMessagesRequest& request) {
  SearchOrder order{.caller = caller};
  TRY(order.query, parse_search_query(request.query(), context.limits));
  narrow(order.query, request);
  TRY(order.rooms, decode_ids<RoomId>(request.room_ids(), context.limits.page_size, "room_ids",
                                      [&](const std::string& text) { return context.ids.decode_room(text); }));
  TRY(order.senders, decode_ids<UserId>(request.from_user_ids(), context.limits.page_size, "from_user_ids",
                                        [&](const std::string& text) { return context.ids.decode_user(text); }));
  const bool has_filter = order.query.has_filter() || !order.rooms.empty() || !order.senders.empty();
  if (order.query.items.empty() && !has_filter) {
    return fail(Reason::kEmptyQuery, "The query has no searchable word.", "query");
  }
  order.limit = page_limit(context, request.limit(), kDefaultLimit);
  if (!request.cursor().empty()) {
    order.cursor = context.ids.decode_cursor(request.cursor());
    // A position is all a cursor says, and permissions are asked anew: a forged one only begins elsewhere.
    if (!order.cursor || *order.cursor > context.store.durable_head()) {
      return fail(Reason::kBadCursor, "The cursor is not one of this search.", "cursor");
    }
  }
  return order;
}

Result<kith::v1::SearchMessagesResponse> run_search(const Context& context, store::SearchIndex& index,
                                                    store::ReadTransaction& transaction, const SearchOrder& order) {
  TRY(store::SearchReader reader, index.reader());
  TRY(SearchScope scope, SearchScope::find(context, transaction, order));
  if (scope.is_empty()) return kith::v1::SearchMessagesResponse();
  return SearchRun(context, transaction, order, scope).run(reader);
}

}  // namespace kith::chat
