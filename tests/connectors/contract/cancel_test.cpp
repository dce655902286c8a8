// A connector is cancellable at every await: each case is cut off after its first step, after its second, and so on
// until it is done before it can be cut off. What is cut off ends, with a value, the error `cancelled` or asio's own
// operation_aborted, leaves nothing open, and can be done again.
#include <filesystem>

#include "tests/connectors/contract/client.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::contract;

namespace {

constexpr std::size_t kMostSteps = 5'000;

std::ptrdiff_t open_files() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

// `attempt(client, steps)` says whether it was cut off; `afterwards(client)` checks that all still works.
template <class Attempt, class Afterwards>
void cut_everywhere(CrmUnderTest& crm, Attempt attempt, Afterwards afterwards) {
  for (const auto work : {Loop::Work::own_thread, Loop::Work::same_thread}) {
    bool cut = true;
    std::size_t steps = 0;
    for (; cut && steps < kMostSteps; ++steps) {
      CAPTURE(steps);
      crm.hang_up();
      const auto before = open_files();
      {
        Client client(crm, work);
        cut = attempt(client, steps);
        afterwards(client);
      }
      crm.hang_up();
      CHECK(open_files() == before);
    }
    CHECK(steps > 1);
    CHECK_FALSE(cut);
  }
}

std::string kind_of(const Error& error) { return to_string(error.kind); }

bool cut_fetch(Client& client, const FetchRequest& request, std::size_t steps) {
  const auto outcome = client.loop().cancel_after(steps, client.connector().fetch(request));
  if (!outcome.value) return true;
  if (!*outcome.value) CHECK(kind_of(outcome.value->error()) == "cancelled");
  return outcome.cut;
}

void reads_all(CrmUnderTest& crm, Client& client) {
  CHECK(text_of(client.listing(pages_of(5)).records()) == text_of(crm.entries()));
}

}  // namespace

TEST_CASE("a first page can be cut off at every await") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(12));
    cut_everywhere(
        crm, [](Client& client, std::size_t steps) { return cut_fetch(client, pages_of(5), steps); },
        [&](Client& client) { reads_all(crm, client); });
  });
}

TEST_CASE("a page in the middle can be cut off at every await, and be asked for again") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(12));
    auto request = pages_of(5);
    std::vector<domain::RemoteRecord> first;
    cut_everywhere(
        crm,
        [&](Client& client, std::size_t steps) {
          const auto page = client.fetch(pages_of(5));
          REQUIRE(page.has_value());
          first = page->records;
          request.cursor = page->next_cursor;
          return cut_fetch(client, request, steps);
        },
        [&](Client& client) {
          auto joined = first;
          const auto rest = client.listing(request).records();
          joined.insert(joined.end(), rest.begin(), rest.end());
          CHECK(text_of(joined) == text_of(crm.entries()));
        });
  });
}

TEST_CASE("a push can be cut off at every await; repeated, it has told everything") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(6));
    const auto can = Client(crm).can();
    if (!can.push_opt_out) return skip("this connector pushes no opt-outs");
    const auto batch = pushes(can, crm.entries());
    cut_everywhere(
        crm,
        [&](Client& client, std::size_t steps) {
          const auto outcome = client.loop().cancel_after(steps, client.connector().push(batch));
          if (!outcome.value) return true;
          CHECK(outcome.value->size() == batch.size());
          for (const auto& result : *outcome.value)
            if (result.state == PushResult::State::failed) {
              REQUIRE(result.error.has_value());
              CHECK(kind_of(*result.error) == "cancelled");
            }
          return outcome.cut;
        },
        [&](Client& client) {
          for (const auto& result : client.push(batch)) CHECK_FALSE(result.error.has_value());
          CHECK(text_of(crm.told()) == text_of(told_by(batch)));
        });
  });
}

TEST_CASE("a push that ended before it was cut off told what it says") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(1));
    const auto can = Client(crm).can();
    if (!can.push_opt_out) return skip("this connector pushes no opt-outs");
    const auto batch = pushes(can, crm.entries());
    bool told = false;
    for (std::size_t steps = 0; !told && steps < kMostSteps; ++steps) {
      Client client(crm, Loop::Work::same_thread);
      const auto outcome = client.loop().cancel_after(steps, client.connector().push(batch));
      told = outcome.value && outcome.value->front().state != PushResult::State::failed;
      if (told) CHECK(text_of(crm.told()) == text_of(told_by(batch)));
    }
    CHECK(told);
  });
}

TEST_CASE("a probe can be cut off at every await") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(6));
    cut_everywhere(
        crm,
        [](Client& client, std::size_t steps) {
          return client.loop().cancel_after(steps, client.connector().probe()).cut;
        },
        [&](Client& client) { reads_all(crm, client); });
  });
}

TEST_CASE("waiting for a CRM that does not answer can be cut off") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(6));
    if (!crm.break_by(Break::slow)) return skip("this CRM answers at once or never");
    for (std::size_t steps = 0; steps < 5; ++steps) {
      CAPTURE(steps);
      crm.break_by(Break::slow);
      Client client(crm, Loop::Work::same_thread);
      const auto request = pages_of(5);
      const auto outcome = client.loop().cancel_after(steps, client.connector().fetch(request));
      CHECK(outcome.cut);
      if (outcome.value) {
        REQUIRE_FALSE(outcome.value->has_value());
        CHECK(kind_of(outcome.value->error()) == "cancelled");
      }
      crm.repair();
      reads_all(crm, client);
    }
  });
}
