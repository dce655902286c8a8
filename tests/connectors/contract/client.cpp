#include "tests/connectors/contract/client.h"

#include <algorithm>
#include <set>

namespace crmsync::connectors::contract {

namespace {

constexpr std::size_t kMostPages = 20'000;  // more than any case has: only a circle gets there

std::string line(const std::string& id, const std::string& email, const std::string& name,
                 const std::optional<bool>& opted_out) {
  const char* out = !opted_out ? "unknown" : *opted_out ? "opted out" : "subscribed";
  return id + " | " + email + " | " + name + " | " + out + "\n";
}

std::string sorted(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const auto& one : lines) text += one;
  return text;
}

}  // namespace

std::vector<domain::RemoteRecord> Listing::records() const {
  std::vector<domain::RemoteRecord> all;
  for (const auto& page : pages) all.insert(all.end(), page.records.begin(), page.records.end());
  return all;
}

std::vector<std::string> Listing::bad_rows() const {
  std::vector<std::string> all;
  for (const auto& page : pages) all.insert(all.end(), page.bad_rows.begin(), page.bad_rows.end());
  return all;
}

Client::Client(CrmUnderTest& crm, Loop::Work work) : loop_(work) {
  const ConnectionOptions connection{"crm", "agency", crm.options()};
  connector_ = crm.kind().make(connection, loop_.environment([&crm] { return crm.now(); }));
}

Result<Listing> Client::read(FetchRequest request) {
  Listing listing;
  while (listing.pages.size() < kMostPages) {
    auto page = fetch(request);
    if (!page) return page.error();
    listing.pages.push_back(std::move(*page));
    const Page& last = listing.last();
    if (last.end) return listing;
    request.cursor = nlohmann::json::parse(last.next_cursor.dump());
    listing.cursors.push_back(request.cursor);
  }
  FAIL("the pages never end");
  return listing;
}

Listing Client::listing(FetchRequest request) {
  auto done = read(std::move(request));
  REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
  return std::move(*done);
}

FetchRequest pages_of(std::size_t size) {
  FetchRequest request;
  request.page_size = size;
  return request;
}

void skip(const std::string& why) { MESSAGE("skipped: " << why); }

std::vector<Entry> people(std::size_t count) {
  std::vector<Entry> all;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(1000 + i);
    all.push_back({number, "person" + number + "@example.com", "Person " + number, i % 3 == 0});
  }
  return all;
}

void put(CrmUnderTest& crm, const Entry& entry) { crm.put({&entry, 1}); }

Entry entry_of(const CrmUnderTest& crm, std::string_view id) {
  const auto entries = crm.entries();
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.id == id; });
  REQUIRE(found != entries.end());
  return *found;
}

std::string text_of(const std::vector<domain::RemoteRecord>& records) {
  std::vector<std::string> lines;
  for (const auto& record : records)
    if (!record.deleted) lines.push_back(line(record.external_id, record.email, record.name, record.opted_out));
  return sorted(std::move(lines));
}

std::string text_of(const std::vector<Entry>& entries) {
  std::vector<std::string> lines;
  for (const auto& entry : entries) lines.push_back(line(entry.id, entry.email, entry.name, entry.opted_out));
  return sorted(std::move(lines));
}

std::optional<domain::RemoteRecord> find(const Listing& listing, std::string_view id) {
  const auto records = listing.records();
  const auto found =
      std::find_if(records.rbegin(), records.rend(), [&](const auto& record) { return record.external_id == id; });
  return found == records.rend() ? std::nullopt : std::optional(*found);
}

std::string missing(const CrmUnderTest& crm, const std::vector<domain::RemoteRecord>& records) {
  std::set<std::string> seen;
  for (const auto& record : records) seen.insert(record.external_id);
  std::string ids;
  for (const auto& entry : crm.entries())
    if (!seen.contains(entry.id)) ids += entry.id + " ";
  return ids;
}

std::vector<Push> pushes(const Capabilities& can, const std::vector<Entry>& entries, domain::PushKind kind) {
  std::vector<Push> batch;
  for (const auto& entry : entries) {
    Push push;
    push.idempotency_key = (kind == domain::PushKind::opt_out ? "out-" : "in-") + entry.id;
    push.kind = kind;
    if (can.opt_out_owner == OptOutOwner::record) push.external_id = entry.id;
    push.email = entry.email;
    push.reason = "contact";
    push.at = 1'767'225'600'000;
    batch.push_back(std::move(push));
  }
  return batch;
}

std::string text_of(std::vector<Told> told) {
  std::vector<std::string> lines;
  for (const auto& one : told) lines.push_back(line(one.id, one.email, "", one.opted_out));
  return sorted(std::move(lines));
}

std::vector<Told> told_by(const std::vector<Push>& pushes) {
  std::vector<Told> told;
  for (const auto& push : pushes)
    told.push_back({push.external_id, push.email, push.kind == domain::PushKind::opt_out});
  return told;
}

void check_discreet(const CrmUnderTest& crm, const std::string& message) {
  CAPTURE(message);
  CHECK_FALSE(message.empty());
  for (const auto& secret : crm.secrets()) CHECK_FALSE(message.find(secret) != std::string::npos);
  for (const auto& entry : crm.entries())
    if (entry.email.find('@') != std::string::npos) CHECK_FALSE(message.find(entry.email) != std::string::npos);
}

void check_helpful(const CrmUnderTest& crm, const std::string& message, const Broken& broken) {
  check_discreet(crm, message);
  CAPTURE(message);
  CAPTURE(broken.place);
  CHECK(message.find(broken.place) != std::string::npos);
  CAPTURE(broken.cure);
  CHECK(message.find(broken.cure) != std::string::npos);
}

}  // namespace crmsync::connectors::contract
