// A connector on a FakeHubSpot, without any network or wait.
#pragma once

#include <doctest/doctest.h>

#include "connectors/hubspot/hubspot_connector.h"
#include "tests/connectors/contract/loop.h"
#include "tests/connectors/hubspot/fake_client.h"

namespace crmsync::connectors::hubspot {

inline constexpr domain::Millis kNow = 1'795'428'000'000;  // 2026-11-23T10:00:00Z
inline constexpr const char* kToken = "pat-na1-secret";

// As good as none.
inline http::RateLimiter no_limit() { return http::RateLimiter(http::Rate{1e6, std::chrono::seconds(1)}, 1e6); }

inline Network network_of(FakeHubSpot& hubspot, Line& line, std::shared_ptr<http::RateLimiter> limiter) {
  Network network;
  network.client = std::make_unique<FakeClient>(hubspot, line);
  network.limiter = std::move(limiter);
  network.retry.attempts = 1;
  // A limit of one second fails the call that meets it, and the next one, a moment later, waits for its end.
  network.retry.longest_wait = std::chrono::milliseconds(999);
  return network;
}

struct Read {
  std::vector<domain::RemoteRecord> records;
  std::vector<std::string> bad_rows;
  Page last;
  const domain::RemoteRecord* find(std::string_view id) const {
    for (const auto& record : records)
      if (record.external_id == id) return &record;
    return nullptr;
  }
};

struct World {
  // One option may be set beside the token.
  explicit World(const char* option = nullptr, const char* value = "") {
    hubspot.now = kNow;
    nlohmann::json options = {{"token", kToken}};
    if (option != nullptr) options[option] = value;
    REQUIRE(check_options(options).empty());
    connector = make_connector(parse_options(options), loop.environment([this] { return hubspot.now; }),
                               network_of(hubspot, line, std::make_shared<http::RateLimiter>(no_limit())));
  }

  void put(int id, const std::string& email, domain::Millis modified) {
    auto& contact = hubspot.contacts[std::to_string(id)];
    contact.properties["email"] = email;
    contact.properties["firstname"] = "Person";
    contact.properties["lastname"] = std::to_string(id);
    contact.modified = modified;
  }
  static std::string email(int id) { return "person" + std::to_string(id) + "@example.com"; }
  void put_many(int count, domain::Millis modified, int first = 1) {
    for (int id = first; id < first + count; ++id) put(id, email(id), modified);
  }

  Result<Page> fetch(const FetchRequest& request) { return loop.wait(connector->fetch(request)); }

  Result<Read> try_read(FetchRequest request) {
    Read read;
    while (true) {
      auto page = fetch(request);
      if (!page) return page.error();
      read.records.insert(read.records.end(), page->records.begin(), page->records.end());
      read.bad_rows.insert(read.bad_rows.end(), page->bad_rows.begin(), page->bad_rows.end());
      read.last = *page;
      if (page->end) return read;
      request.cursor = nlohmann::json::parse(page->next_cursor.dump());
    }
  }
  Read full(std::string accepted = "") {
    FetchRequest request;
    request.accepted = std::move(accepted);
    auto read = try_read(request);
    REQUIRE(read.has_value());
    return *read;
  }
  Read poll(const Read& before) {
    FetchRequest request;
    request.mode = Mode::incremental;
    request.cursor = before.last.next_cursor;
    auto read = try_read(request);
    REQUIRE(read.has_value());
    return *read;
  }

  std::vector<PushResult> push(const std::vector<std::string>& emails,
                               domain::PushKind kind = domain::PushKind::opt_out) {
    std::vector<Push> pushes;
    for (const auto& one : emails) pushes.push_back({"key " + one, kind, "", one, "contact", kNow});
    return loop.wait(connector->push(pushes));
  }
  Probe probe() { return loop.wait(connector->probe()); }

  FakeHubSpot hubspot;
  Line line;
  contract::Loop loop;
  std::unique_ptr<Connector> connector;
};

}  // namespace crmsync::connectors::hubspot
