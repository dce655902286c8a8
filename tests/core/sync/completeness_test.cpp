#include "core/sync/completeness.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

using crmsync::sync::doubt_about;
using crmsync::sync::FetchFacts;

namespace {

FetchFacts good_full() {
  FetchFacts facts;
  facts.full = true;
  facts.delivered = 1000;
  facts.known = 1000;
  facts.allowed_deletions = 25;
  facts.cursor = R"({"file":"export.csv","size":8123})";
  return facts;
}

bool says(const FetchFacts& facts, std::string_view text) {
  const auto doubt = doubt_about(facts);
  return doubt && doubt->why.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("what makes a fetch doubtful") {
  auto facts = good_full();

  SUBCASE("a full sync that delivers what was there is complete") { CHECK_FALSE(doubt_about(facts)); }

  SUBCASE("the first full sync has nothing to compare with") {
    facts.known = 0, facts.delivered = 0;
    CHECK_FALSE(doubt_about(facts));
    facts.delivered = 5000;
    CHECK_FALSE(doubt_about(facts));
  }
  SUBCASE("no record where there were some") {
    facts.delivered = 0, facts.known = 1, facts.newly_absent = 1;
    CHECK(says(facts, "no record where there were 1 record."));
    facts.known = 1000, facts.newly_absent = 0;  // gone before, too: still nothing to believe
    CHECK(says(facts, "no record where there were 1000 records."));
  }
  SUBCASE("a short count: more missing than may be deleted") {
    facts.delivered = 975, facts.newly_absent = 25;
    CHECK_FALSE(doubt_about(facts));
    facts.delivered = 974, facts.newly_absent = 26;
    CHECK(says(facts, "26 records of 1000 are missing from a full sync, more than the delete limit of 25."));
    facts.allowed_deletions = 0, facts.newly_absent = 1;
    CHECK(says(facts, "1 record of 1000 is missing"));
  }
  SUBCASE("an incremental sync says nothing about what it does not deliver") {
    facts.full = false, facts.delivered = 0, facts.newly_absent = 500;
    CHECK_FALSE(doubt_about(facts));
  }
  SUBCASE("a repeated cursor, in any mode") {
    facts.cursor_repeated = true;
    CHECK(says(facts, "same cursor twice"));
    facts.full = false;
    CHECK(says(facts, "same cursor twice"));
  }
  SUBCASE("the connector cannot prove the end, in any mode") {
    facts.connector_complete = false;
    facts.connector_doubt = "The last line has 3 of 7 columns.";
    facts.connector_token = "export.csv 8123";
    facts.full = false;
    const auto doubt = doubt_about(facts);
    REQUIRE(doubt);
    CHECK(doubt->why == "The last line has 3 of 7 columns.");
    CHECK(doubt->token == "export.csv 8123");
  }
  SUBCASE("a connector that says nothing more is doubted all the same, and can be settled") {
    facts.connector_complete = false;
    const auto doubt = doubt_about(facts);
    REQUIRE(doubt);
    CHECK(doubt->why == "The connector cannot prove that it read everything.");
    facts.accepted = doubt->token;
    CHECK_FALSE(doubt_about(facts));
  }
}

TEST_CASE("a person settles one situation and no other") {
  auto facts = good_full();
  facts.delivered = 400, facts.newly_absent = 600;
  const auto doubt = doubt_about(facts);
  REQUIRE(doubt);

  SUBCASE("the same situation is complete afterwards") {
    facts.accepted = doubt->token;
    CHECK_FALSE(doubt_about(facts));
  }
  SUBCASE("any difference is a new doubt") {
    const std::vector<std::function<void(FetchFacts&)>> changes = {
        [](auto& f) { f.delivered = 399; },        [](auto& f) { f.known = 1001; },
        [](auto& f) { f.newly_absent = 601; },     [](auto& f) { f.cursor += ' '; },
        [](auto& f) { f.cursor_repeated = true; }, [](auto& f) { f.delivered = 0; },
    };
    std::set<std::string> tokens{doubt->token};
    for (const auto& change : changes) {
      auto other = facts;
      change(other);
      const auto first = doubt_about(other);
      REQUIRE(first);
      CHECK(tokens.insert(first->token).second);
      other.accepted = doubt->token;
      CHECK(doubt_about(other));
    }
  }
  SUBCASE("nothing accepted settles nothing, nor does a part of a token") {
    facts.accepted = doubt->token.substr(0, doubt->token.size() - 1);
    CHECK(doubt_about(facts));
  }
}

TEST_CASE("several doubts about one fetch") {
  auto facts = good_full();
  facts.delivered = 400, facts.newly_absent = 600;
  facts.connector_complete = false;
  facts.connector_doubt = "The file ends in the middle of a line.";
  facts.connector_token = "export.csv 8123";
  const auto both = doubt_about(facts);
  REQUIRE(both);

  SUBCASE("all are named, and one approval settles them all") {
    CHECK(both->why.find("middle of a line. 600 records of 1000") != std::string::npos);
    facts.accepted = both->token;
    CHECK_FALSE(doubt_about(facts));
  }
  SUBCASE("approved one after the other they stay settled: the first does not come back") {
    auto first = facts;
    first.newly_absent = 0, first.delivered = 1000;
    const auto connector_doubt = doubt_about(first);
    REQUIRE(connector_doubt);
    facts.accepted = connector_doubt->token;
    const auto second = doubt_about(facts);
    REQUIRE(second);
    CHECK(second->why.find("middle of a line") == std::string::npos);
    facts.accepted = second->token;
    CHECK_FALSE(doubt_about(facts));
    // Also when the connector takes its own token as settled and says no more.
    facts.connector_complete = true;
    CHECK_FALSE(doubt_about(facts));
  }
  SUBCASE("what is remembered does not grow for ever") {
    std::size_t longest = 0;
    for (int i = 0; i < 100; ++i) {
      facts.connector_token = "export-" + std::to_string(i) + ".csv";
      const auto doubt = doubt_about(facts);
      REQUIRE(doubt);
      facts.accepted = doubt->token;
      CHECK_FALSE(doubt_about(facts));
      longest = std::max(longest, doubt->token.size());
    }
    CHECK(longest < 200);
  }
  SUBCASE("a connector's token with a line break is settled as a whole") {
    facts.connector_token = "odd\nname.csv";
    facts.accepted = doubt_about(facts)->token;
    CHECK_FALSE(doubt_about(facts));
  }
}
