#include "connectors/csv/place.h"

#include <doctest/doctest.h>

using namespace crmsync;
using namespace crmsync::connectors::csv;
using nlohmann::json;

namespace {

Place a_place() {
  Place place;
  place.files = {{"/export/a.csv", 1000, 1'767'225'600'000'000'123, 77}, {"/export/b.csv", 2000, -5, 1ULL << 63}};
  place.index = 1;
  place.position = {12'345'678'901, 321, {12'000'000'000, 24'000'000'002}};
  place.doubts = {{"The export is cut short.", "csv:/export/a.csv:1000"}};
  return place;
}

void check_refused(const json& cursor) {
  CAPTURE(cursor.dump());
  const auto place = parse_cursor(cursor);
  REQUIRE_FALSE(place.has_value());
  CHECK(std::string(to_string(place.error().kind)) == "protocol");
  CHECK(place.error().message.find("full sync") != std::string::npos);
}

}  // namespace

TEST_CASE("a place survives as a cursor, through text") {
  const Place before = a_place();
  const auto after = parse_cursor(json::parse(before.cursor().dump()));
  REQUIRE(after.has_value());
  CHECK((after->files == before.files));
  CHECK(after->index == before.index);
  CHECK((after->position == before.position));
  REQUIRE(after->doubts.size() == 1);
  CHECK(after->doubts[0].text == before.doubts[0].text);
  CHECK(after->doubts[0].token == before.doubts[0].token);
}

TEST_CASE("what is no cursor of this version is refused") {
  const json good = a_place().cursor();
  SUBCASE("because something is missing, or of another kind") {
    for (const auto& [key, value] : good.items()) {
      json without = good, other = good;
      without.erase(key);
      other[key] = "?";
      check_refused(without);
      check_refused(other);
    }
  }
  SUBCASE("because it is no object at all") {
    for (const auto& cursor : {json(), json(1), json("x"), json::array(), json::object()}) check_refused(cursor);
  }
  SUBCASE("because it is at no file") {
    json cursor = good;
    for (const auto& index : {json(2), json(-1), json(1ULL << 40)}) {
      cursor["index"] = index;
      check_refused(cursor);
    }
    cursor["index"] = 0;
    cursor["files"] = json::array();
    check_refused(cursor);
  }
  SUBCASE("because its anchor is behind it") {
    json cursor = good;
    cursor["offset"] = 5;
    check_refused(cursor);
  }
}

TEST_CASE("a place is at its end after the last file") {
  Place place = a_place();
  CHECK_FALSE(place.at_end());
  place.index = 2;
  CHECK(place.at_end());
  CHECK(Place().at_end());
}
