// What a push owes: a result for each item, nothing twice, and an opt-out that can be read back.
#include <algorithm>

#include "tests/connectors/contract/client.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::contract;
using State = PushResult::State;

namespace {

// What a push that went well ends as.
State done(const Capabilities& can) { return can.confirms_push ? State::acknowledged : State::accepted; }

std::vector<Entry> subscribed(std::size_t count) {
  auto all = people(count);
  for (auto& entry : all) entry.opted_out = false;
  return all;
}

void check_all_done(const Capabilities& can, const std::vector<PushResult>& results, std::size_t count) {
  REQUIRE(results.size() == count);
  for (const auto& result : results) {
    CHECK(result.state == done(can));
    CHECK_FALSE(result.error.has_value());
  }
}

}  // namespace

TEST_CASE("pushed opt-outs") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(subscribed(9));
    Client client(crm);
    const auto can = client.can();
    if (!can.push_opt_out) return skip("this connector pushes no opt-outs; the next case is about that");
    const auto entries = crm.entries();
    const auto batch = pushes(can, {entries[1], entries[4], entries[7]});
    check_all_done(can, client.push(batch), batch.size());
    CHECK(text_of(crm.told()) == text_of(told_by(batch)));
    SUBCASE("are what the next run reads, and nobody else is opted out") {
      crm.tick(domain::kHour);
      crm.take_in();
      const auto listing = client.listing();
      for (const auto& entry : entries) {
        const bool told =
            std::any_of(batch.begin(), batch.end(), [&](auto& push) { return push.email == entry.email; });
        CAPTURE(entry.id);
        CHECK(find(listing, entry.id)->opted_out == told);
      }
    }
    SUBCASE("leave the CRM as it is when they are repeated") {
      check_all_done(can, client.push(batch), batch.size());
      CHECK(text_of(crm.told()) == text_of(told_by(batch)));
      Client after_restart(crm);
      check_all_done(can, after_restart.push(batch), batch.size());
      CHECK(text_of(crm.told()) == text_of(told_by(batch)));
    }
    SUBCASE("can be repeated in other company") {
      auto more = pushes(can, {entries[7], entries[2]});
      check_all_done(can, client.push(more), more.size());
      CHECK(text_of(crm.told()) == text_of(told_by(pushes(can, {entries[1], entries[2], entries[4], entries[7]}))));
    }
  });
}

TEST_CASE("a connector that does not push refuses each push of a batch and says what to configure") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(3));
    Client client(crm);
    const auto can = client.can();
    if (can.push_opt_out) return skip("this connector pushes opt-outs");
    CHECK_FALSE(can.push_opt_in);
    const auto results = client.push(pushes(can, crm.entries()));
    REQUIRE(results.size() == 3);
    for (const auto& result : results) {
      CHECK(result.state == State::failed);
      REQUIRE(result.error.has_value());
      CHECK(std::string(to_string(result.error->kind)) == "config");
      check_discreet(crm, result.error->message);
    }
    CHECK(crm.told().empty());
  });
}

TEST_CASE("a push of nothing is fine") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(2));
    Client client(crm);
    CHECK(client.push({}).empty());
    CHECK(crm.told().empty());
  });
}

TEST_CASE("a batch as large as the connector takes is told whole") {
  for_each_crm([](CrmUnderTest& crm) {
    Client client(crm);
    const auto can = client.can();
    if (!can.push_opt_out) return skip("this connector pushes no opt-outs");
    REQUIRE(can.push_batch > 0);
    crm.put(subscribed(can.push_batch));
    const auto batch = pushes(can, crm.entries());
    check_all_done(can, client.push(batch), can.push_batch);
    CHECK(text_of(crm.told()) == text_of(told_by(batch)));
  });
}

TEST_CASE("ids and addresses go back as the CRM has them") {
  for_each_crm([](CrmUnderTest& crm) {
    std::vector<Entry> entries{{"2001", "O'Brien+news@Example.COM", "", false},
                               {"2002", "\"quoted, local\"@example.com", "", false},
                               {"2003", "z\xC3\xBCrich@example.com", "", false}};
    if (crm.takes_any_id())
      entries[0].id = "00Q-\"7\",;|", entries[1].id = "=1+1", entries[2].id = "\xC3\xA4";
    else
      skip("ids of this CRM are numbers; addresses are checked");
    crm.put(entries);
    Client client(crm);
    const auto can = client.can();
    if (!can.push_opt_out) return skip("this connector pushes no opt-outs");
    const auto batch = pushes(can, crm.entries());
    check_all_done(can, client.push(batch), batch.size());
    CHECK(text_of(crm.told()) == text_of(told_by(batch)));
    crm.take_in();
    for (const auto& record : client.listing().records()) CHECK(record.opted_out == true);
  });
}

TEST_CASE("a push for a record that does not exist fails by itself or is passed on, and holds up no other") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(subscribed(4));
    Client client(crm);
    const auto can = client.can();
    if (!can.push_opt_out) return skip("this connector pushes no opt-outs");
    auto entries = crm.entries();
    entries[1] = {"999999", "nobody@example.com", "", false};
    const auto results = client.push(pushes(can, entries));
    REQUIRE(results.size() == entries.size());
    for (const std::size_t good : {0U, 2U, 3U}) CHECK(results[good].state == done(can));
    if (results[1].state == State::failed) {
      REQUIRE(results[1].error.has_value());
      const std::string kind = to_string(results[1].error->kind);
      CHECK((kind == "not_found" || kind == "rejected"));
      check_discreet(crm, results[1].error->message);
      CHECK(results[1].error->message.find("nobody@example.com") == std::string::npos);
    }
    crm.take_in();
    for (const std::size_t good : {0U, 2U, 3U}) CHECK(find(client.listing(), entries[good].id)->opted_out == true);
  });
}

TEST_CASE("an opt-in push re-activates in the CRM") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(people(4));
    Client client(crm);
    const auto can = client.can();
    if (!can.push_opt_in) return skip("this connector pushes no opt-ins");
    const auto out = entry_of(crm, "1003");
    REQUIRE(out.opted_out == true);
    const auto batch = pushes(can, {out}, domain::PushKind::opt_in);
    check_all_done(can, client.push(batch), 1);
    CHECK(text_of(crm.told()) == text_of(told_by(batch)));
    crm.tick(domain::kHour);
    crm.take_in();
    CHECK(find(client.listing(), "1003")->opted_out == false);
    CHECK(find(client.listing(), "1000")->opted_out == true);
  });
}

TEST_CASE("a CRM that cannot be told fails every push, with the cure, and is told everything later") {
  for_each_crm([](CrmUnderTest& crm) {
    crm.put(subscribed(3));
    Client client(crm);
    const auto can = client.can();
    if (!can.push_opt_out) return skip("this connector pushes no opt-outs");
    const auto broken = crm.break_by(Break::deaf);
    if (!broken) return skip("this CRM can always be told");
    const auto batch = pushes(can, crm.entries());
    const auto results = client.push(batch);
    REQUIRE(results.size() == batch.size());
    for (const auto& result : results) {
      CHECK(result.state == State::failed);
      REQUIRE(result.error.has_value());
      CHECK(std::string(to_string(result.error->kind)) == "transient");
      check_helpful(crm, result.error->message, *broken);
    }
    crm.repair();
    check_all_done(can, client.push(batch), batch.size());
    CHECK(text_of(crm.told()) == text_of(told_by(batch)));
  });
}
