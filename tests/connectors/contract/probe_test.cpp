// What `connection test` owes: it says what works and what does not, with the cure, and changes nothing.
#include <algorithm>

#include "tests/connectors/contract/client.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::contract;

namespace {

// The details of the checks that failed, one a line.
std::string failures(const Probe& probe) {
  std::string text;
  for (const auto& verdict : probe.verdicts)
    if (!verdict.ok) text += verdict.check + ": " + verdict.detail + "\n";
  return text;
}

void check_verdicts(const CrmUnderTest& crm, const Probe& probe) {
  CHECK_FALSE(probe.verdicts.empty());
  for (const auto& verdict : probe.verdicts) {
    CHECK_FALSE(verdict.check.empty());
    check_discreet(crm, verdict.detail);
  }
}

constexpr Way kWays[] = {
    {Break::gone, "a CRM that is not there", ""},
    {Break::forbidden, "a CRM that refuses the credentials", ""},
    {Break::busy, "a CRM that is busy", ""},
    {Break::nonsense, "a CRM that answers nonsense", ""},
    {Break::opt_out_hidden, "a CRM that does not show who opted out", ""},
    {Break::deaf, "a CRM that cannot be told", ""},
};

}  // namespace

TEST_CASE("of a CRM that is in order every verdict is good, and samples show how records are understood") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(12));
    Client client(crm);
    const auto probe = client.probe();
    CHECK(failures(probe).empty());
    check_verdicts(crm, probe);
    CHECK_FALSE(probe.samples.empty());
    CHECK(probe.samples.size() <= 3);
    const auto all = client.listing().records();
    for (const auto& sample : probe.samples) CHECK(std::find(all.begin(), all.end(), sample) != all.end());
  });
}

TEST_CASE("a probe changes nothing, also in the middle of a run") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(12));
    Client client(crm);
    auto request = pages_of(5);
    const auto first = client.fetch(request);
    REQUIRE(first.has_value());
    client.probe();
    request.cursor = first->next_cursor;
    auto joined = first->records;
    const auto rest = client.listing(request).records();
    joined.insert(joined.end(), rest.begin(), rest.end());
    CHECK(text_of(joined) == text_of(people(12)));
    CHECK(text_of(crm.entries()) == text_of(people(12)));
    CHECK(crm.told().empty());
  });
}

TEST_CASE("a probe finds, names and knows the cure of") {
  const auto make = [](CrmUnderTest& crm) { return std::make_unique<Client>(crm); };
  for_each_way(kWays, make, [](CrmUnderTest& crm, const Way& way, const Broken& broken, auto& client) {
    if (way.by == Break::deaf && !client->can().push_opt_out) return skip("this connector pushes no opt-outs");
    const auto probe = client->probe();
    check_verdicts(crm, probe);
    check_helpful(crm, failures(probe), broken);
    crm.repair();
    CHECK(failures(client->probe()).empty());
  });
}
