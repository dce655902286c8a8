// A connector on a CRM under test, and what the cases of the contract suite do with it: read all pages, push, look for
// what must not be in a message.
#pragma once

#include <string>
#include <vector>

#include "tests/connectors/contract/crm_under_test.h"
#include "tests/connectors/contract/loop.h"

namespace crmsync::connectors::contract {

// All pages of a run.
struct Listing {
  std::vector<Page> pages;
  std::vector<nlohmann::json> cursors;  // that the pages but the last one ended with
  std::vector<domain::RemoteRecord> records() const;
  std::vector<std::string> bad_rows() const;
  const Page& last() const { return pages.back(); }
};

class Client {
 public:
  explicit Client(CrmUnderTest& crm, Loop::Work work = Loop::Work::own_thread);

  Capabilities can() const { return connector_->capabilities(); }
  Connector& connector() { return *connector_; }
  Loop& loop() { return loop_; }

  Result<Page> fetch(const FetchRequest& request) { return loop_.wait(connector_->fetch(request)); }
  // From the request's cursor to the end; cursors go through text, as the store keeps them.
  Result<Listing> read(FetchRequest request = {});
  // The same where it has to succeed.
  Listing listing(FetchRequest request = {});
  std::vector<PushResult> push(const std::vector<Push>& batch) { return loop_.wait(connector_->push(batch)); }
  Probe probe() { return loop_.wait(connector_->probe()); }

 private:
  Loop loop_;
  std::unique_ptr<Connector> connector_;
};

FetchRequest pages_of(std::size_t size);

// A case that does not apply says so in the test's output.
void skip(const std::string& why);

std::vector<Entry> people(std::size_t count);

// Runs a case on every subject of the table, each a subcase of its own. A case may return early, but not out of the
// middle of subcases of its own: doctest would never come to those behind it.
template <class Case>
void for_each_crm(Case test) {
  for (const Subject& subject : subjects()) {
    SUBCASE(subject.name) {
      const auto crm = subject.make();
      test(*crm);
    }
  }
}

// The same for each of these ways to fail: test(crm, way, broken) on a broken CRM of twelve records, after
// before(crm) on the whole one.
struct Way {
  Break by;
  const char* name;
  const char* kind;  // of the error that it has to end in
};

template <class Before, class Case>
void for_each_way(std::span<const Way> ways, Before before, Case test) {
  for_each_crm([&](CrmUnderTest& crm) {
    for (const Way& way : ways) {
      SUBCASE(way.name) {
        crm.put(people(12));
        auto known = before(crm);
        if (const auto broken = crm.break_by(way.by))
          test(crm, way, *broken, known);
        else
          skip("this CRM cannot fail like that");
      }
    }
  });
}

void put(CrmUnderTest& crm, const Entry& entry);
Entry entry_of(const CrmUnderTest& crm, std::string_view id);

// A line a record, sorted: id, address, name, opted out or not. Records that are reported as deleted are left out.
std::string text_of(const std::vector<domain::RemoteRecord>& records);
std::string text_of(const std::vector<Entry>& entries);
// Of the records with that id, the one that came last; nullopt: none.
std::optional<domain::RemoteRecord> find(const Listing& listing, std::string_view id);

// The CRM's records that the pages do not have, as ids.
std::string missing(const CrmUnderTest& crm, const std::vector<domain::RemoteRecord>& records);

std::vector<Push> pushes(const Capabilities& can, const std::vector<Entry>& entries,
                         domain::PushKind kind = domain::PushKind::opt_out);
std::string text_of(std::vector<Told> told);
// What the CRM must have been told after these pushes.
std::vector<Told> told_by(const std::vector<Push>& pushes);

// A message for people: it says something, and has neither a secret nor an address of the CRM.
void check_discreet(const CrmUnderTest& crm, const std::string& message);
// And it names the place and the cure.
void check_helpful(const CrmUnderTest& crm, const std::string& message, const Broken& broken);

}  // namespace crmsync::connectors::contract
