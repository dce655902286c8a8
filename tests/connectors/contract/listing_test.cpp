// What a full listing owes.
#include <array>

#include "tests/connectors/contract/client.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::contract;

TEST_CASE("every kind of connector is in the contract suite") {
  for (const Kind& kind : kinds()) {
    bool found = false;
    for (const Subject& subject : subjects()) found = found || subject.make()->kind().name == kind.name;
    CHECK_MESSAGE(found, std::string(kind.name));
  }
}

TEST_CASE("a full listing has every record exactly once, with id, address, name and opt-out") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(25));
    Client client(crm);
    const auto listing = client.listing();
    CHECK(text_of(listing.records()) == text_of(crm.entries()));
    CHECK(listing.bad_rows().empty());
    CHECK(listing.last().complete);
    CHECK(listing.last().doubt.empty());
  });
}

TEST_CASE("a listing of more records than the connector puts into a page is whole") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(crm.more_than_a_page()));
    Client client(crm);
    const auto listing = client.listing();
    CHECK(listing.pages.size() > 1);
    CHECK(text_of(listing.records()) == text_of(crm.entries()));
  });
}

TEST_CASE("a CRM without records ends at once, complete") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(1));
    crm.remove(people(1).front().id);
    Client client(crm);
    const auto listing = client.listing();
    CHECK(text_of(listing.records()).empty());
    CHECK(listing.last().complete);
  });
}

TEST_CASE("what is not known of one record is unknown, and never subscribed") {
  for_each_crm([](CrmUnderTest& crm) {
    if (!crm.says_unknown()) return skip("in this CRM every record says yes or no");
    auto entries = people(6);
    entries[2].opted_out = std::nullopt;
    crm.put(entries);
    Client client(crm);
    const auto listing = client.listing();
    CHECK(text_of(listing.records()) == text_of(entries));
    CHECK_FALSE(find(listing, entries[2].id)->opted_out.has_value());
  });
}

TEST_CASE("an opt-out that nobody may see is unknown for every record, and the listing goes on") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(6));
    if (!crm.break_by(Break::opt_out_hidden)) return skip("this CRM always shows who opted out");
    Client client(crm);
    const auto listing = client.listing();
    CHECK(missing(crm, listing.records()).empty());
    for (const auto& record : listing.records()) CHECK_FALSE(record.opted_out.has_value());
  });
}

TEST_CASE("an opted-out record says what made it so, the others say nothing") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(9));
    Client client(crm);
    for (const auto& record : client.listing().records()) {
      CAPTURE(record.external_id);
      CHECK(record.evidence.empty() == (record.opted_out != true));
      CHECK_FALSE(record.deleted);
      CHECK(record.merged_ids.empty());
    }
  });
}

TEST_CASE("ids, names and addresses arrive as the CRM has them") {
  for_each_crm([](CrmUnderTest& crm) {
    std::vector<Entry> entries{
        {"2001", "O'Brien+news@Example.COM", "O'Brien, \"Pat\"; Jr.", true},
        {"2002", "tab@example.com", "a\tb|c", false},
        {"2003", "z\xC3\xBCrich@example.com", "Z\xC3\xBCrich \xF0\x9F\x98\x80", false},
        {"2004", "formula@example.com", "@SUM(A1)", true},
        {"2005", "lines@example.com", "first\nsecond", false},
    };
    const std::array odd_ids{"00Q-\"7\",;|", "id with blanks", "\xC3\xA4\xE2\x82\xAC", "=1+1", "first\nsecond"};
    if (crm.takes_any_id())
      for (std::size_t i = 0; i < odd_ids.size(); ++i) entries[i].id = odd_ids[i];
    else
      skip("ids of this CRM are numbers; names and addresses are checked");
    crm.put(entries);
    Client client(crm);
    CHECK(text_of(client.listing().records()) == text_of(entries));
  });
}

TEST_CASE("a record without an address, or with what is none, is delivered like the others") {
  for_each_crm([](CrmUnderTest& crm) {
    auto entries = people(5);
    entries[1].email.clear();
    entries[3].email = "not an address";
    crm.put(entries);
    Client client(crm);
    CHECK(text_of(client.listing().records()) == text_of(entries));
  });
}

TEST_CASE("two records with one address are two records") {
  for_each_crm([](CrmUnderTest& crm) {
    auto entries = people(4);
    entries[2].email = entries[1].email;
    crm.put(entries);
    Client client(crm);
    CHECK(text_of(client.listing().records()) == text_of(entries));
  });
}

TEST_CASE("what cannot be read as a record is reported with its place, and stops nothing") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(6));
    const auto place = crm.put_unreadable();
    if (!place) return skip("in this CRM no record can be unreadable by itself");
    Client client(crm);
    for (const std::size_t size : {0U, 1U, 4U}) {
      const auto listing = client.listing(pages_of(size));
      CHECK(text_of(listing.records()) == text_of(crm.entries()));
      REQUIRE(listing.bad_rows().size() == 1);
      check_discreet(crm, listing.bad_rows().front());
      CHECK(listing.bad_rows().front().find(*place) != std::string::npos);
    }
  });
}

TEST_CASE("a link to a record, where there is one, is one of its own") {
  for_each_crm([](CrmUnderTest& crm) {
    Client client(crm);
    const auto one = client.connector().record_url("1001"), other = client.connector().record_url("1002");
    if (!one) return skip("this CRM has no page for a record");
    check_discreet(crm, *one);
    CHECK(one->starts_with("http"));
    CHECK(one != other);
  });
}
