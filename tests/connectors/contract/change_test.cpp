// What the next run owes after the CRM changed, or did not.
#include <set>

#include "tests/connectors/contract/client.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::contract;

namespace {

// As the engine asks for the run after `before`.
Listing next_run(Client& client, const Listing& before) {
  FetchRequest request = pages_of(5);
  if (client.can().incremental) {
    request.mode = Mode::incremental;
    request.cursor = before.last().next_cursor;
  }
  return client.listing(request);
}

bool is_gone(const Listing& listing, std::string_view id) {
  const auto record = find(listing, id);
  return !record || record->deleted;
}

// A CRM that has been read once, some time ago.
struct Known {
  explicit Known(CrmUnderTest& crm) : client(crm) {
    crm.put(people(12));
    crm.tick(domain::kHour);
    before = client.listing(pages_of(5));
    crm.tick(domain::kHour);
  }
  Client client;
  Listing before;
};

}  // namespace

TEST_CASE("a run after no change brings nothing that differs from what is known") {
  for_each_crm([](CrmUnderTest& crm) {
    Known known(crm);
    for (const auto& record : next_run(known.client, known.before).records()) {
      const auto before = find(known.before, record.external_id);
      REQUIRE(before.has_value());
      CHECK(record == *before);
    }
  });
}

TEST_CASE("a connector that can only read everything does so whatever it is asked for") {
  for_each_crm([](CrmUnderTest& crm) {
    Known known(crm);
    if (known.client.can().incremental) return skip("it reads what changed; the next cases are about that");
    FetchRequest request;
    request.mode = Mode::incremental;
    CHECK(text_of(known.client.listing(request).records()) == text_of(crm.entries()));
  });
}

TEST_CASE("the next run sees") {
  for_each_crm([](CrmUnderTest& crm) {
    Known known(crm);
    auto entry = entry_of(crm, "1004");  // subscribed
    auto out = entry_of(crm, "1003");
    SUBCASE("an opt-out") {
      entry.opted_out = true;
      put(crm, entry);
      CHECK(find(next_run(known.client, known.before), "1004")->opted_out == true);
    }
    SUBCASE("a re-activation") {
      REQUIRE(out.opted_out == true);
      out.opted_out = false;
      put(crm, out);
      CHECK(find(next_run(known.client, known.before), "1003")->opted_out == false);
    }
    SUBCASE("an opt-out that is no longer known") {
      if (crm.says_unknown()) {
        out.opted_out = std::nullopt;
        put(crm, out);
        CHECK_FALSE(find(next_run(known.client, known.before), "1003")->opted_out.has_value());
      } else {
        skip("in this CRM every record says yes or no");
      }
    }
    SUBCASE("a new record") {
      put(crm, {"2000", "new@example.com", "New", true});
      const auto record = find(next_run(known.client, known.before), "2000");
      REQUIRE(record.has_value());
      CHECK(record->email == "new@example.com");
      CHECK(record->opted_out == true);
    }
    SUBCASE("a new address of a record, under its old id") {
      entry.email = "moved@example.com";
      put(crm, entry);
      CHECK(find(next_run(known.client, known.before), "1004")->email == "moved@example.com");
    }
    SUBCASE("a change that was made at the same stamp as one that was read") {
      entry.name = "Changed first";
      put(crm, entry);
      const auto between = next_run(known.client, known.before);
      out.opted_out = false;
      put(crm, out);
      CHECK(find(next_run(known.client, between), "1003")->opted_out == false);
    }
  });
}

TEST_CASE("a change is never older than what it changes") {
  for_each_crm([](CrmUnderTest& crm) {
    Known known(crm);
    const auto before = find(known.before, "1004");
    REQUIRE(before.has_value());
    if (!before->modified_at) return skip("this CRM does not say when a record changed");
    auto entry = entry_of(crm, "1004");
    entry.opted_out = true;
    put(crm, entry);
    const auto after = find(next_run(known.client, known.before), "1004");
    REQUIRE(after.has_value());
    CHECK(after->modified_at > before->modified_at);
  });
}

TEST_CASE("a deleted record is reported as deleted, or is absent from a listing that says it is complete") {
  for_each_crm([](CrmUnderTest& crm) {
    Known known(crm);
    crm.remove("1005");
    const auto next = next_run(known.client, known.before);
    if (known.client.can().lists_deletions) {
      const auto record = find(next, "1005");
      REQUIRE(record.has_value());
      CHECK(record->deleted);
    }
    const auto whole = known.client.listing(pages_of(5));
    CHECK(is_gone(whole, "1005"));
    CHECK(whole.last().complete);
    CHECK(text_of(whole.records()) == text_of(crm.entries()));
  });
}

TEST_CASE("a record that comes back is there as it is now") {
  for_each_crm([](CrmUnderTest& crm) {
    Known known(crm);
    auto entry = entry_of(crm, "1005");
    crm.remove("1005");
    const auto without = next_run(known.client, known.before);
    crm.tick(domain::kHour);
    entry.opted_out = true;
    put(crm, entry);
    const auto back = find(next_run(known.client, without), "1005");
    REQUIRE(back.has_value());
    CHECK_FALSE(back->deleted);
    CHECK(back->opted_out == true);
  });
}

TEST_CASE("of two records that the CRM merged, the one that is left names the other, or the other is gone") {
  for_each_crm([](CrmUnderTest& crm) {
    Known known(crm);
    if (!crm.merge("1004", "1005")) return skip("this CRM merges no records");
    const auto next = next_run(known.client, known.before);
    const auto winner = find(next, "1005");
    const auto whole = known.client.listing();
    CHECK(is_gone(whole, "1004"));
    CHECK_FALSE(is_gone(whole, "1005"));
    if (winner && !winner->merged_ids.empty())
      CHECK(winner->merged_ids == std::vector<std::string>{"1004"});
    else if (known.client.can().lists_deletions)
      CHECK((find(next, "1004") && find(next, "1004")->deleted));
  });
}
