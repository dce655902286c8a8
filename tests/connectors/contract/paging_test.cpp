// What pages and their cursors owe: nothing is lost, whoever continues where.
#include <set>

#include "tests/connectors/contract/client.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::contract;
using nlohmann::json;

TEST_CASE("pages joined by their cursors are the whole") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(23));
    Client client(crm);
    for (const std::size_t size : {1U, 2U, 7U, 22U, 23U, 24U}) {
      CAPTURE(size);
      const auto listing = client.listing(pages_of(size));
      CHECK(text_of(listing.records()) == text_of(crm.entries()));
      CHECK(listing.last().complete);
    }
  });
}

TEST_CASE("a page is no larger than asked for") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(23));
    Client client(crm);
    for (const auto& page : client.listing(pages_of(5)).pages) CHECK(page.records.size() <= 5);
  });
}

TEST_CASE("every page but the last names where the next one starts, no two the same place") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(23));
    Client client(crm);
    const auto listing = client.listing(pages_of(4));
    std::set<json> places;
    for (const auto& cursor : listing.cursors) {
      CHECK_FALSE(cursor.is_null());
      for (const auto& secret : crm.secrets()) CHECK(cursor.dump().find(secret) == std::string::npos);
      CHECK(places.insert(cursor).second);
    }
    CHECK(places.size() + 1 == listing.pages.size());
  });
}

TEST_CASE("whoever continues at the cursor of any page loses nothing") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(23));
    Client client(crm);
    const auto whole = client.listing(pages_of(5));
    auto until = Listing();
    for (std::size_t i = 0; i < whole.cursors.size(); ++i) {
      CAPTURE(i);
      until.pages.push_back(whole.pages[i]);
      auto request = pages_of(5);
      request.cursor = whole.cursors[i];
      Client another(crm);
      const auto rest = another.listing(request), rest_of_same = client.listing(request);
      for (const auto* part : {&rest, &rest_of_same}) {
        auto joined = until.records();
        const auto more = part->records();
        joined.insert(joined.end(), more.begin(), more.end());
        CHECK(missing(crm, joined).empty());
        CHECK(part->last().complete);
      }
    }
  });
}

TEST_CASE("a page can be asked for again") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(12));
    Client client(crm);
    auto request = pages_of(4);
    const auto first = client.fetch(request);
    REQUIRE(first.has_value());
    request.cursor = first->next_cursor;
    const auto once = client.fetch(request), again = client.fetch(request);
    REQUIRE(once.has_value());
    REQUIRE(again.has_value());
    CHECK(text_of(once->records) == text_of(again->records));
    CHECK(once->next_cursor == again->next_cursor);
  });
}

TEST_CASE("a run that is given up for a new one disturbs it not") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(12));
    Client client(crm);
    REQUIRE(client.fetch(pages_of(5)).has_value());
    CHECK(text_of(client.listing(pages_of(5)).records()) == text_of(crm.entries()));
  });
}

TEST_CASE("a change between two pages costs no record that was there: it is seen, or the run fails") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(12));
    Client client(crm);
    auto request = pages_of(4);
    const auto first = client.fetch(request);
    REQUIRE(first.has_value());
    crm.tick(domain::kMinute);
    crm.put(people(14));
    crm.tick(domain::kMinute);
    request.cursor = first->next_cursor;
    Client another(crm);
    for (Client* reader : {&client, &another}) {
      const auto rest = reader->read(request);
      if (!rest) {
        CHECK(std::string(to_string(rest.error().kind)) == "transient");
        check_discreet(crm, rest.error().message);
        continue;
      }
      auto joined = first->records;
      const auto more = rest->records();
      joined.insert(joined.end(), more.begin(), more.end());
      std::set<std::string> seen;
      for (const auto& record : joined) seen.insert(record.external_id);
      for (const auto& entry : people(12)) CHECK(seen.contains(entry.id));
    }
  });
}

TEST_CASE("a cursor that is none of this connector is refused, and the next run works") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(12));
    Client client(crm);
    const std::vector<json> foreign{
        42, "page 2", json::array({1, 2}), json::object(), {{"after", {{"next", nullptr}}}}};
    for (const auto& cursor : foreign) {
      CAPTURE(cursor.dump());
      auto request = pages_of(4);
      request.cursor = cursor;
      const auto page = client.fetch(request);
      REQUIRE_FALSE(page.has_value());
      CHECK(std::string(to_string(page.error().kind)) == "protocol");
      check_discreet(crm, page.error().message);
    }
    CHECK(text_of(client.listing().records()) == text_of(crm.entries()));
  });
}

TEST_CASE("two connectors of one kind know nothing of each other") {
  for (const Subject& subject : subjects()) {
    SUBCASE(subject.name) {
      const auto crm = subject.make(), other_crm = subject.make();
      crm->put(people(11));
      auto strangers = people(9);
      for (auto& entry : strangers) entry.id = "9" + entry.id, entry.email = "x" + entry.email;
      other_crm->put(strangers);
      Client one(*crm), two(*crm), three(*other_crm);
      const auto expected = text_of(crm->entries()), expected_of_other = text_of(other_crm->entries());
      std::vector<domain::RemoteRecord> of_one, of_two, of_three;
      const auto step = [](Client& client, FetchRequest& request, bool& more, auto& records) {
        if (!more) return;
        const auto page = client.fetch(request);
        REQUIRE(page.has_value());
        records.insert(records.end(), page->records.begin(), page->records.end());
        request.cursor = page->next_cursor;
        more = !page->end;
      };
      auto at_one = pages_of(2), at_two = pages_of(3), at_three = pages_of(4);
      bool more_one = true, more_two = true, more_three = true;
      while (more_one || more_two || more_three) {
        step(one, at_one, more_one, of_one);
        step(two, at_two, more_two, of_two);
        step(three, at_three, more_three, of_three);
      }
      CHECK(text_of(of_one) == expected);
      CHECK(text_of(of_two) == expected);
      CHECK(text_of(of_three) == expected_of_other);
    }
  }
}
