// What a failing CRM ends in: the kind of error that names the right reaction, a message that names place and cure, and
// a connector that works again as soon as the CRM does.
#include <algorithm>

#include "tests/connectors/contract/client.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::contract;

namespace {

constexpr Way kWays[] = {
    {Break::gone, "a CRM that is not there", "transient"},
    {Break::forbidden, "a CRM that refuses the credentials", "unauthorized"},
    {Break::busy, "a CRM that is busy", "rate_limited"},
    {Break::nonsense, "a CRM that answers nonsense", "protocol"},
};

// A run that has read its first page.
struct Begun {
  explicit Begun(CrmUnderTest& crm) : client(std::make_unique<Client>(crm)), request(pages_of(5)) {
    auto page = client->fetch(request);
    REQUIRE(page.has_value());
    first = std::move(page->records);
    request.cursor = page->next_cursor;
  }
  std::unique_ptr<Client> client;
  FetchRequest request;
  std::vector<domain::RemoteRecord> first;
};

}  // namespace

// What a CRM under test cannot do is skipped, so it may not leave out what its connector's declaration makes possible.
TEST_CASE("a CRM under test can fail in every way that its connector has to know") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(3));
    const auto options = crm.kind().options;
    const auto is_secret = [](const Option& option) { return option.type == Option::Type::secret; };
    std::vector<Break> ways{Break::gone, Break::nonsense};
    if (std::any_of(options.begin(), options.end(), is_secret)) {
      CHECK_FALSE(crm.secrets().empty());
      ways.insert(ways.end(), {Break::forbidden, Break::busy, Break::cut, Break::slow});
    }
    if (Client(crm).can().push_opt_out) ways.push_back(Break::deaf);
    for (const Break way : ways) {
      CAPTURE(static_cast<int>(way));
      const auto broken = crm.break_by(way);
      CHECK(broken.has_value());
      if (broken) CHECK_FALSE((broken->place.empty() || broken->cure.empty()));
      crm.repair();
    }
  });
}

TEST_CASE("the error names the reaction, the place and the cure, and ends with its cause") {
  const auto make = [](CrmUnderTest& crm) { return std::make_unique<Client>(crm); };
  for_each_way(kWays, make, [](CrmUnderTest& crm, const Way& way, const Broken& broken, auto& client) {
    const auto page = client->fetch(pages_of(5));
    REQUIRE_FALSE(page.has_value());
    CHECK(std::string(to_string(page.error().kind)) == way.kind);
    check_helpful(crm, page.error().message, broken);
    CHECK(page.error().retry_after.has_value() == (way.by == Break::busy));
    crm.repair();
    CHECK(text_of(client->listing(pages_of(5)).records()) == text_of(crm.entries()));
  });
}

TEST_CASE("a failure between two pages fails the run, or the run ends with everything; never in between") {
  const auto begin = [](CrmUnderTest& crm) { return Begun(crm); };
  for_each_way(kWays, begin, [](CrmUnderTest& crm, const Way& way, const Broken&, Begun& begun) {
    Client after_restart(crm);
    for (Client* reader : {begun.client.get(), &after_restart}) {
      const auto rest = reader->read(begun.request);
      if (!rest) {
        const std::string kind = to_string(rest.error().kind);
        CAPTURE(kind);
        CHECK((kind == way.kind || kind == "transient"));
        check_discreet(crm, rest.error().message);
        continue;
      }
      auto joined = begun.first;
      const auto more = rest->records();
      joined.insert(joined.end(), more.begin(), more.end());
      CHECK(missing(crm, joined).empty());
    }
  });
}

TEST_CASE("an answer that ends in the middle is an error, or a doubt that a person can settle") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(12));
    const auto broken = crm.break_by(Break::cut);
    if (!broken) return skip("this CRM's answers are whole or none");
    Client client(crm);
    const auto listing = client.read(pages_of(5));
    if (!listing) {
      const std::string kind = to_string(listing.error().kind);
      CHECK((kind == "transient" || kind == "protocol"));
      check_helpful(crm, listing.error().message, *broken);
      return;
    }
    CHECK_FALSE(listing->last().complete);
    check_helpful(crm, listing->last().doubt, *broken);
    const std::string token = listing->last().doubt_token;
    REQUIRE_FALSE(token.empty());
    SUBCASE("which is the same until something changes") {
      CHECK(client.listing(pages_of(5)).last().doubt_token == token);
      CHECK(Client(crm).listing(pages_of(3)).last().doubt_token == token);
    }
    SUBCASE("which approving that very doubt settles") {
      auto request = pages_of(5);
      request.accepted = token;
      CHECK(client.listing(request).last().complete);
      request.accepted = token + "?";
      CHECK_FALSE(client.listing(request).last().complete);
    }
    SUBCASE("which another one like it does not inherit") {
      crm.repair();
      crm.tick(domain::kHour);
      crm.put(people(13));
      crm.break_by(Break::cut);
      auto request = pages_of(5);
      request.accepted = token;
      CHECK_FALSE(client.listing(request).last().complete);
    }
    SUBCASE("and the whole answer ends") {
      crm.repair();
      const auto whole = client.listing(pages_of(5));
      CHECK(whole.last().complete);
      CHECK(whole.last().doubt_token.empty());
      CHECK(text_of(whole.records()) == text_of(crm.entries()));
    }
  });
}
