#include "connectors/hubspot/cursor.h"

#include <algorithm>
#include <array>

#include "connectors/hubspot/record_id.h"

namespace crmsync::connectors::hubspot {

namespace {

using domain::Millis;
using nlohmann::json;
using Phase = Cursor::Phase;

constexpr std::array<std::string_view, 5> kPhases{"list", "archived", "changes", "opted_out", "idle"};

Error circle(const char* where) {
  return Error(ErrorKind::protocol, std::string("the pages of ") + where +
                                        " do not go forward; the next run tries again from where this one began");
}

bool goes_forward(const std::string& from, const std::string& to) {
  if (to.empty() || to == from) return false;
  return !is_number(from) || !is_number(to) || id_before(from, to);
}

// Where the next run's window begins: before this run did, by the earlier of HubSpot's clock and ours, so that one that
// is wrong costs reading more, not losing a change. What is known of it is of the first page: later ones may show what
// changed after contacts that had been passed by then.
void note_times(Cursor& cursor, const Shown& shown, Millis now) {
  const bool first_page = cursor.after.empty() && (cursor.phase == Phase::list || cursor.phase == Phase::changes);
  if (!first_page) return;
  for (const auto& record : shown.page->records)
    cursor.newest = std::max(cursor.newest, record.modified_at.value_or(0));
  if (shown.server_time) cursor.next_since = std::max<Millis>(1, std::min(*shown.server_time, now) - kIndexLag);
}

// Without a clock of HubSpot's only what it has shown tells how far its index is.
Cursor idle(const Cursor& at, Millis now) {
  Cursor cursor;
  cursor.phase = Phase::idle;
  cursor.swept = at.swept;
  cursor.since = at.next_since;
  if (cursor.since == 0) cursor.since = at.newest == 0 ? at.since : std::min(at.newest, now) - kIndexLag;
  if (cursor.since <= 0) cursor.since = std::max<Millis>(1, now - domain::kDay);
  return cursor;
}

bool sweep_is_due(const Cursor& at, Millis now, Millis sweep_every) {
  return now < at.swept || now - at.swept >= sweep_every;
}

Cursor in_phase(Cursor at, Phase phase) {
  at.phase = phase;
  at.after.clear();
  return at;
}

Result<Step> advance_list(const Cursor& at, const Shown& shown, Millis now) {
  Step step{at, false, false};
  if (at.phase == Phase::list) step.next.listed += static_cast<std::int64_t>(shown.page->rows);
  if (const auto& after = shown.page->after) {
    if (!goes_forward(at.after, *after)) return circle("the list");
    step.next.after = *after;
    return step;
  }
  if (at.phase == Phase::list) {
    step.doubtful = shown.page->rows >= shown.limit;
    step.next = in_phase(step.next, Phase::archived);
    return step;
  }
  step.next = idle(step.next, now);
  step.end = true;
  return step;
}

// A search without results is at its end. One with results is when there are no more than these: `total` counts what is
// beyond the last id.
Result<bool> search_goes_on(const Cursor& at, const ContactPage& page) {
  if (page.rows == 0) {
    if (page.after) return circle("the search");
    return false;
  }
  const bool again = !at.after.empty() && !page.first_id.empty() && !id_before(at.after, page.first_id);
  const bool more = page.after.has_value() || page.total.value_or(0) > static_cast<std::int64_t>(page.rows);
  if (!page.ascending || again || (more && page.last_id.empty())) return circle("the search");
  return more;
}

Result<Step> advance_search(const Cursor& at, const Shown& shown, Millis now, Millis sweep_every) {
  Step step{at, false, false};
  const auto goes_on = search_goes_on(at, *shown.page);
  if (!goes_on) return goes_on.error();
  if (*goes_on) {
    step.next.after = shown.page->last_id;
    return step;
  }
  if (at.phase == Phase::changes && sweep_is_due(at, now, sweep_every)) {
    step.next = in_phase(at, Phase::opted_out);
    step.next.swept = now;
    return step;
  }
  step.next = idle(at, now);
  step.end = true;
  return step;
}

std::optional<Phase> phase_of(const json& stored) {
  if (!stored.is_object() || !stored.contains("phase") || !stored["phase"].is_string()) return std::nullopt;
  const auto at = std::find(kPhases.begin(), kPhases.end(), stored["phase"].get_ref<const std::string&>());
  return at == kPhases.end() ? std::nullopt : std::optional(static_cast<Phase>(at - kPhases.begin()));
}

// False: it is there, and no whole number from 0 on.
bool read_number(const json& stored, const char* key, std::int64_t& to) {
  constexpr std::int64_t most = 1'000'000'000'000'000;
  if (!stored.contains(key)) return true;
  if (!stored[key].is_number_integer()) return false;
  to = stored[key].get<std::int64_t>();
  return to >= 0 && to < most;
}

std::optional<Cursor> parse(const json& stored) {
  const auto phase = phase_of(stored);
  if (!phase) return std::nullopt;
  Cursor cursor;
  cursor.phase = *phase;
  if (stored.contains("after")) {
    if (!stored["after"].is_string()) return std::nullopt;
    cursor.after = stored["after"].get<std::string>();
  }
  const bool good = read_number(stored, "since", cursor.since) && read_number(stored, "next", cursor.next_since) &&
                    read_number(stored, "newest", cursor.newest) && read_number(stored, "swept", cursor.swept) &&
                    read_number(stored, "listed", cursor.listed) && read_number(stored, "counted", cursor.counted);
  const bool has_window = cursor.since > 0 || (cursor.phase != Phase::changes && cursor.phase != Phase::idle);
  return good && has_window ? std::optional(cursor) : std::nullopt;
}

}  // namespace

json to_json(const Cursor& cursor) {
  json stored = {{"phase", kPhases[static_cast<std::size_t>(cursor.phase)]}};
  if (!cursor.after.empty()) stored["after"] = cursor.after;
  const auto add = [&](const char* key, std::int64_t value) {
    if (value != 0) stored[key] = value;
  };
  add("since", cursor.since);
  add("next", cursor.next_since);
  add("newest", cursor.newest);
  add("swept", cursor.swept);
  add("listed", cursor.listed);
  add("counted", cursor.counted);
  return stored;
}

Result<Cursor> begin_page(Mode mode, const json& stored, Millis now) {
  Cursor fresh;
  fresh.swept = now;  // a full run sees all who are opted out
  if (stored.is_null()) return fresh;
  const auto cursor = parse(stored);
  if (!cursor)
    return Error(ErrorKind::protocol,
                 "the stored cursor is none of the hubspot connector; a full sync makes a new one");
  if (cursor->phase != Phase::idle) return *cursor;
  return mode == Mode::full ? fresh : in_phase(*cursor, Phase::changes);
}

Result<Step> advance(const Cursor& at, const Shown& shown, Millis now, Millis sweep_every) {
  Cursor noted = at;
  note_times(noted, shown, now);
  const bool listing = at.phase == Phase::list || at.phase == Phase::archived;
  return listing ? advance_list(noted, shown, now) : advance_search(noted, shown, now, sweep_every);
}

}  // namespace crmsync::connectors::hubspot
