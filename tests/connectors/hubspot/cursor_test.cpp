// Paging: nothing is lost, nothing goes in a circle, and quiet times cost one call.
#include "connectors/hubspot/cursor.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "connectors/hubspot/record_id.h"
#include "connectors/hubspot/requests.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::hubspot;
using domain::Millis;
using nlohmann::json;
using Phase = Cursor::Phase;

namespace {

constexpr Millis kStart = 1'795'428'000'000;
constexpr Millis kNever = 10'000 * domain::kDay;

// HubSpot's search: a version of a contact is found from some time after the change on.
class Index {
 public:
  struct Version {
    Millis modified = 0;
    Millis found = 0;
    bool opted_out = false;
  };

  void change(std::int64_t id, Millis now, Millis lag, bool opted_out, bool moves_the_time = true) {
    auto& versions = contacts_[id];
    const Millis modified = moves_the_time || versions.empty() ? now : versions.back().modified;
    versions.push_back({modified, now + lag, opted_out});
  }

  ContactPage search(const Cursor& at, std::size_t limit, Millis now) const {
    ContactPage page;
    page.total = 0;
    for (const auto& [id, versions] : contacts_) {
      const Version* version = nullptr;
      for (const auto& one : versions)
        if (one.found <= now) version = &one;
      if (version == nullptr || !matches(at, id, *version)) continue;
      ++*page.total;
      if (page.rows < limit) add(page, id, *version);
    }
    return page;
  }

  const std::map<std::int64_t, std::vector<Version>>& contacts() const { return contacts_; }

 private:
  static bool matches(const Cursor& at, std::int64_t id, const Version& version) {
    if (!at.after.empty() && id <= std::stoll(at.after)) return false;
    return at.phase == Phase::changes ? version.modified >= at.since : version.opted_out;
  }

  static void add(ContactPage& page, std::int64_t id, const Version& version) {
    domain::RemoteRecord record;
    record.external_id = std::to_string(id);
    record.modified_at = version.modified;
    record.opted_out = version.opted_out;
    if (page.first_id.empty()) page.first_id = record.external_id;
    page.last_id = record.external_id;
    ++page.rows;
    page.records.push_back(std::move(record));
  }

  std::map<std::int64_t, std::vector<Version>> contacts_;
};

// What a daemon that polls knows.
struct Reader {
  json cursor = to_json({Phase::idle, "", kStart - kIndexLag, 0, 0, kStart, 0, 0});
  std::map<std::string, domain::RemoteRecord> seen;
  std::size_t pages = 0;
  Millis sweep_every = kNever;
  bool has_clock = true;  // HubSpot sends Date

  // One run; between two pages `meanwhile` happens.
  template <class Meanwhile>
  void run(const Index& index, std::size_t limit, Millis& now, Meanwhile meanwhile) {
    for (bool end = false; !end; ++pages) {
      const auto at = begin_page(Mode::incremental, cursor, now);
      REQUIRE(at.has_value());
      const auto page = index.search(*at, limit, now);
      for (const auto& record : page.records) {
        auto& known = seen[record.external_id];
        if (!known.modified_at || *known.modified_at <= *record.modified_at) known = record;
      }
      Shown shown{&page, limit, std::nullopt};
      if (has_clock) shown.server_time = now;
      const auto step = advance(*at, shown, now, sweep_every);
      REQUIRE(step.has_value());
      cursor = json::parse(to_json(step->next).dump());
      end = step->end;
      if (!end) meanwhile();
    }
  }
  void run(const Index& index, std::size_t limit, Millis& now) {
    run(index, limit, now, [] {});
  }
};

ContactPage page_of(std::vector<std::string> ids, std::optional<std::string> after = std::nullopt) {
  ContactPage page;
  for (const auto& id : ids) {
    if (page.first_id.empty()) page.first_id = id;
    if (!page.last_id.empty() && id_before(id, page.last_id)) page.ascending = false;
    page.last_id = id;
    ++page.rows;
  }
  page.after = std::move(after);
  return page;
}

Result<Step> step_of(const Cursor& at, const ContactPage& page, std::size_t limit = 100) {
  return advance(at, {&page, limit, kStart}, kStart, kNever);
}

}  // namespace

TEST_CASE("the order of ids is that of numbers") {
  CHECK(id_before("9", "10"));
  CHECK_FALSE(id_before("10", "9"));
  CHECK_FALSE(id_before("10", "10"));
  CHECK_FALSE(id_before("0010", "10"));
  CHECK(id_before("33451", "513881705057"));
  CHECK(id_before("99999999999999999999999", "100000000000000000000000"));
  CHECK(id_before("10", "a"));
  CHECK(id_before("a", "b"));
}

TEST_CASE("a cursor survives as JSON") {
  CHECK(rc::check("any", [] {
    Cursor cursor;
    cursor.phase = static_cast<Phase>(*rc::gen::inRange(0, 5));
    cursor.after = *rc::gen::element<std::string>("", "334 52", "\xC3\xA4", "513881705057");
    cursor.since = *rc::gen::inRange<Millis>(1, kStart);
    cursor.next_since = *rc::gen::inRange<Millis>(0, kStart);
    cursor.newest = *rc::gen::inRange<Millis>(0, kStart);
    cursor.swept = *rc::gen::inRange<Millis>(0, kStart);
    cursor.listed = *rc::gen::inRange<Millis>(0, 1'000'000);
    cursor.counted = *rc::gen::inRange<Millis>(0, 1'000'000);
    const auto again = begin_page(Mode::incremental, json::parse(to_json(cursor).dump()), kStart);
    RC_ASSERT(again.has_value());
    if (cursor.phase == Phase::idle) cursor.phase = Phase::changes, cursor.after.clear();
    RC_ASSERT(*again == cursor);
  }));
}

TEST_CASE("what is no cursor of ours is refused") {
  for (const char* text : {"42", "\"list\"", "[]", "{}", R"({"phase":"other"})", R"({"phase":1})",
                           R"({"phase":"idle"})", R"({"phase":"changes"})", R"({"phase":"changes","since":-1})",
                           R"({"phase":"changes","since":"1"})", R"({"phase":"changes","since":1.5})",
                           R"({"phase":"list","after":7})", R"({"phase":"idle","since":9223372036854775807})"}) {
    CAPTURE(text);
    const auto begun = begin_page(Mode::incremental, json::parse(text), kStart);
    REQUIRE_FALSE(begun.has_value());
    CHECK(begun.error().kind == ErrorKind::protocol);
  }
}

TEST_CASE("a run begins") {
  const auto phase = [](Mode mode, const json& stored) { return begin_page(mode, stored, kStart)->phase; };
  const json idle = to_json({Phase::idle, "", kStart, 0, 0, kStart, 0, 0});
  CHECK(phase(Mode::full, nullptr) == Phase::list);
  CHECK(phase(Mode::incremental, nullptr) == Phase::list);
  CHECK(phase(Mode::full, idle) == Phase::list);
  CHECK(phase(Mode::incremental, idle) == Phase::changes);
}

TEST_CASE("a full run lists, then looks at the archived, then rests") {
  auto step = step_of(Cursor{}, page_of({"1", "2"}, "3"), 2);
  REQUIRE(step.has_value());
  CHECK(step->next.phase == Phase::list);
  CHECK(step->next.after == "3");
  CHECK(step->next.listed == 2);
  step = step_of(step->next, page_of({"3"}), 2);
  CHECK(step->next.phase == Phase::archived);
  CHECK(step->next.after.empty());
  CHECK_FALSE(step->doubtful);
  CHECK_FALSE(step->end);
  step = step_of(step->next, page_of({"7", "8"}, "9"), 2);
  CHECK(step->next.phase == Phase::archived);
  step = step_of(step->next, page_of({"9", "10"}), 2);
  CHECK(step->end);
  CHECK_FALSE(step->doubtful);
  CHECK(step->next.phase == Phase::idle);
  CHECK(step->next.since == kStart - kIndexLag);
}

TEST_CASE("a list that ends with a full page may have lost its way") {
  CHECK(step_of(Cursor{}, page_of({"1", "2"}), 2)->doubtful);
  CHECK_FALSE(step_of(Cursor{}, page_of({"1"}), 2)->doubtful);
}

TEST_CASE("a list that goes back, or to where it is, is nonsense") {
  Cursor at;
  at.after = "10";
  for (const char* after : {"10", "9", "", "0010"}) {
    CAPTURE(after);
    const auto step = step_of(at, page_of({"10"}, after));
    REQUIRE_FALSE(step.has_value());
    CHECK(step.error().kind == ErrorKind::protocol);
  }
  CHECK(step_of(at, page_of({"10"}, "11")).has_value());
  CHECK(step_of(at, page_of({"10"}, "opaque")).has_value());
  CHECK(step_of(at, page_of({}, "11")).has_value());  // a page whose contacts have all just gone
}

TEST_CASE("a search that does not do what it was asked for is nonsense") {
  Cursor at{Phase::changes, "10", 1, 0, 0, kStart, 0, 0};
  CHECK_FALSE(step_of(at, page_of({"10", "11"})).has_value());  // the last one again
  CHECK_FALSE(step_of(at, page_of({"12", "11"})).has_value());  // not sorted
  CHECK_FALSE(step_of(at, page_of({}, "200")).has_value());     // nothing, and more of it
  CHECK(step_of(at, page_of({"11", "11"})).has_value());        // twice is the engine's affair
}

TEST_CASE("a search is at its end when nothing is beyond its last id, whatever the size of the page") {
  const Cursor at{Phase::changes, "", 1, 0, 0, kStart, 0, 0};
  auto page = page_of({"1", "2"});
  page.total = 5;
  CHECK(step_of(at, page)->next.after == "2");
  page.total = 2;
  CHECK(step_of(at, page)->end);
  page.total = std::nullopt;
  CHECK(step_of(at, page)->end);
  page.after = "2";
  CHECK_FALSE(step_of(at, page)->end);
}

TEST_CASE("when nothing changed a poll is one call") {
  Index index;
  for (int id = 1; id <= 1000; ++id) index.change(id, kStart - domain::kDay, 0, id % 7 == 0);
  Reader reader;
  Millis now = kStart;
  for (int poll = 1; poll <= 10; ++poll) {
    now += 5 * domain::kMinute;
    reader.run(index, kSearchPage, now);
    CHECK(reader.pages == static_cast<std::size_t>(poll));
  }
  CHECK(reader.seen.empty());
}

TEST_CASE("a thousand changes are at most twelve calls, the read again of the overlap and a sweep included") {
  Index index;
  for (int id = 1; id <= 1000; ++id) index.change(id, kStart + 1, 0, false);
  Reader reader;
  Millis now = kStart + domain::kMinute;
  reader.run(index, kSearchPage, now);
  now += 4 * domain::kMinute;
  reader.sweep_every = 1;
  reader.run(index, kSearchPage, now);
  CHECK(reader.seen.size() == 1000);
  CHECK(reader.pages <= 12);
}

TEST_CASE("more than ten thousand contacts of one time are read once each, and do not keep the next poll busy") {
  Index index;
  for (int id = 1; id <= 12'345; ++id) index.change(id, kStart, 0, false);
  Reader reader;
  Millis now = kStart + domain::kMinute;
  reader.run(index, kSearchPage, now);
  CHECK(reader.seen.size() == 12'345);
  CHECK(reader.pages == (12'345 + kSearchPage - 1) / kSearchPage);
  now += 2 * kIndexLag;
  reader.pages = 0;
  reader.run(index, kSearchPage, now);  // begins where the run before did
  reader.pages = 0;
  now += 2 * kIndexLag;
  reader.run(index, kSearchPage, now);
  CHECK(reader.pages == 1);
}

TEST_CASE("an opt-out that moves no time is found by the sweep, at its own interval") {
  Index index;
  for (int id = 1; id <= 500; ++id) index.change(id, kStart - domain::kDay, 0, false);
  for (int id = 1; id <= 300; ++id) index.change(id, kStart, 0, true, /*moves_the_time=*/false);
  Reader reader;
  reader.sweep_every = domain::kHour;
  Millis now = kStart + 30 * domain::kMinute;
  reader.run(index, kSearchPage, now);
  CHECK(reader.seen.empty());
  now += 40 * domain::kMinute;
  reader.pages = 0;
  reader.run(index, kSearchPage, now);
  CHECK(reader.seen.size() == 300);
  CHECK(reader.pages == 3);
  now += 40 * domain::kMinute;
  reader.pages = 0;
  reader.run(index, kSearchPage, now);
  CHECK(reader.pages == 1);
}

TEST_CASE("a clock that was set back does not put the sweep off") {
  const Cursor at{Phase::changes, "", 1, 0, 0, kStart + domain::kDay, 0, 0};
  const auto page = page_of({});
  CHECK(advance(at, {&page, 100, kStart}, kStart, domain::kHour)->next.phase == Phase::opted_out);
}

TEST_CASE("the window of the next run begins by the earlier clock, HubSpot's or ours") {
  const Cursor at{Phase::changes, "", 1, 0, 0, kStart, 0, 0};
  const auto page = page_of({});
  const auto since = [&](std::optional<Millis> theirs, Millis ours) {
    return advance(at, {&page, 100, theirs}, ours, kNever)->next.since;
  };
  CHECK(since(kStart, kStart + domain::kHour) == kStart - kIndexLag);
  CHECK(since(kStart + domain::kHour, kStart) == kStart - kIndexLag);
  CHECK(since(std::nullopt, kStart) == 1);  // nothing tells how far HubSpot is: the window stays
}

TEST_CASE("no change is lost and no run is endless, whatever changes when, and however long the index lags") {
  CHECK(rc::check("any history", [] {
    Index index;
    Reader reader;
    reader.has_clock = *rc::gen::arbitrary<bool>();
    Millis now = kStart;
    const auto limit = static_cast<std::size_t>(*rc::gen::inRange(1, 6));
    // Steps of nothing, too: then many changes have one time.
    const auto pass = [&] { now += *rc::gen::element<Millis>(0, 0, 1, 1000, domain::kMinute); };
    const auto change = [&] {
      const Millis lag = *rc::gen::element<Millis>(0, 0, 1, domain::kMinute, kIndexLag - 1);
      index.change(*rc::gen::inRange<std::int64_t>(1, 25), now, lag, *rc::gen::arbitrary<bool>());
    };
    for (int run = *rc::gen::inRange(1, 6); run > 0; --run) {
      for (int changes = *rc::gen::inRange(0, 30); changes > 0; --changes) change(), pass();
      std::size_t between = 0;
      reader.pages = 0;
      reader.run(index, limit, now, [&] {
        if (++between < 40) change(), pass();
      });
      RC_ASSERT(reader.pages <= 26 / limit + 26);
    }
    now += kIndexLag;
    reader.run(index, limit, now);
    for (const auto& [id, versions] : index.contacts()) {
      const auto found = reader.seen.find(std::to_string(id));
      RC_ASSERT(found != reader.seen.end());
      RC_ASSERT(found->second.modified_at == versions.back().modified);
    }
  }));
}
