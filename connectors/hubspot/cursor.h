// Where a run is, and what its next page is: the paging of full and incremental runs as a state machine without I/O.
// Used by the reader; to everybody else a cursor is JSON.
//
//   full:         list (all contacts) -> archived (what was deleted) -> idle
//   incremental:  changes (modified since) -> opted_out (all who are, where a sweep is due) -> idle
//
// The searches page by id: "modified since T and id beyond the last one, by id". A contact that changes meanwhile moves
// no other one to another page, no page is beyond the 10,000 results that a search gives, and any number of contacts
// may have one time. A contact that changes behind the place that was reached belongs to the next run, whose window
// begins before this run did.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "connectors/connector.h"
#include "connectors/hubspot/codec.h"

namespace crmsync::connectors::hubspot {

// How long a change may take to be found by a search. HubSpot says "a few moments".
inline constexpr domain::Millis kIndexLag = 5 * domain::kMinute;

struct Cursor {
  enum class Phase : std::uint8_t { list, archived, changes, opted_out, idle };
  Phase phase = Phase::list;
  std::string after;              // of the list: HubSpot's word for the next page; of a search: the last id
  domain::Millis since = 0;       // of `changes`: where the window begins
  domain::Millis next_since = 0;  // and that of the next run; 0: not known yet
  domain::Millis newest = 0;      // the latest change on the first page; by HubSpot's clock
  domain::Millis swept = 0;       // by our clock: when all who are opted out were last looked at
  std::int64_t listed = 0;        // rows of `list`
  std::int64_t counted = 0;       // by the search, where the list seems to have ended too early; else 0
  bool operator==(const Cursor&) const = default;
};

nlohmann::json to_json(const Cursor& cursor);

// Where a page begins. `stored` is null or what to_json() made; anything else is `protocol`.
Result<Cursor> begin_page(Mode mode, const nlohmann::json& stored, domain::Millis now);

// What a page showed.
struct Shown {
  const ContactPage* page = nullptr;
  std::size_t limit = 0;                      // that it was asked for with
  std::optional<domain::Millis> server_time;  // when the answer was made, by HubSpot's clock
};

struct Step {
  Cursor next;
  bool end = false;
  bool doubtful = false;  // the list ended with a full page: it may be one that lost the way to the next
};

// `protocol`: the pages go in a circle, or are not in the order that was asked for.
Result<Step> advance(const Cursor& at, const Shown& shown, domain::Millis now, domain::Millis sweep_every);

}  // namespace crmsync::connectors::hubspot
