#include "daemon/engine/metrics.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

using namespace crmsync;
using namespace crmsync::engine;

namespace {

struct Text {
  explicit Text(const std::string& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
  }
  // The value of a series, "absent" where there is none.
  std::string at(const std::string& series) const {
    for (const auto& line : lines)
      if (line.starts_with(series + " ")) return line.substr(series.size() + 1);
    return "absent";
  }
  std::vector<std::string> lines;
};

store::RunRow run(const std::string& connection, store::RunState state) {
  store::RunRow row;
  row.connection = connection;
  row.state = state;
  row.duration_ms = 700;
  row.api_calls = 3;
  row.counts.fetched = 100, row.counts.added = 10, row.counts.unsubscribed = 4, row.counts.kept_unsubscribed = 2;
  row.counts.unknown = 1;
  return row;
}

Figures figures() {
  Figures all;
  Figures::Account account{"harbour", {}};
  account.contacts.by_status[domain::Status::subscribed] = 90;
  account.contacts.by_status[domain::Status::on_hold] = 3;
  account.contacts.by_reason[domain::Reason::hard_bounce] = 7;
  all.accounts.push_back(account);
  Figures::Connection connection;
  connection.id = "crm";
  connection.up = false;
  connection.held_runs = 1, connection.oldest_held = 60'000;
  connection.pushes[store::PushState::dead] = 2;
  connection.oldest_push = 43'200'000, connection.overdue_pushes = 5;
  connection.last_success = 1'795'428'000'000;
  all.connections.push_back(connection);
  all.conflicts = 11;
  return all;
}

}  // namespace

TEST_CASE("metrics of runs") {
  Metrics metrics(1'795'428'000'000);
  metrics.keep_connections({"crm"});
  SUBCASE("every series of a connection is there from the start, at zero") {
    const Text text(metrics.render({}));
    CHECK(text.at(R"(crmsyncd_runs_total{connection="crm",state="failed"})") == "0");
    CHECK(text.at(R"(crmsyncd_kept_unsubscribed_total{connection="crm"})") == "0");
    CHECK(text.at(R"(crmsyncd_pushes_total{connection="crm",result="dead"})") == "0");
    CHECK(text.at(R"(crmsyncd_run_duration_seconds_count{connection="crm"})") == "0");
  }
  SUBCASE("counters add up over runs") {
    metrics.finished(run("crm", store::RunState::applied));
    metrics.finished(run("crm", store::RunState::applied));
    const Text text(metrics.render({}));
    CHECK(text.at(R"(crmsyncd_runs_total{connection="crm",state="applied"})") == "2");
    CHECK(text.at(R"(crmsyncd_kept_unsubscribed_total{connection="crm"})") == "4");
    CHECK(text.at(R"(crmsyncd_changes_total{change="unsubscribed",connection="crm"})") == "8");
    CHECK(text.at(R"(crmsyncd_changes_total{change="new",connection="crm"})") == "20");
    CHECK(text.at(R"(crmsyncd_records_skipped_total{cause="unknown",connection="crm"})") == "2");
    CHECK(text.at(R"(crmsyncd_records_read_total{connection="crm"})") == "200");
    CHECK(text.at(R"(crmsyncd_crm_requests_total{connection="crm"})") == "6");
    CHECK(text.at(R"(crmsyncd_run_duration_seconds_bucket{connection="crm",le="0.5"})") == "0");
    CHECK(text.at(R"(crmsyncd_run_duration_seconds_bucket{connection="crm",le="1"})") == "2");
  }
  SUBCASE("what an approval changes counts as changed, not as a run") {
    store::RunCounts delta;
    delta.resubscribed = 60;
    metrics.changed("crm", delta);
    const Text text(metrics.render({}));
    CHECK(text.at(R"(crmsyncd_changes_total{change="resubscribed",connection="crm"})") == "60");
    CHECK(text.at(R"(crmsyncd_runs_total{connection="crm",state="applied"})") == "0");
  }
  SUBCASE("a connection that leaves the configuration takes its series along, the others keep theirs") {
    metrics.keep_connections({"crm", "second"});
    metrics.finished(run("crm", store::RunState::applied));
    metrics.finished(run("second", store::RunState::held));
    metrics.keep_connections({"crm"});
    const std::string text = metrics.render({});
    CHECK(text.find("\"second\"") == std::string::npos);
    CHECK(Text(text).at(R"(crmsyncd_runs_total{connection="crm",state="applied"})") == "1");
  }
  SUBCASE("the result of a push is what became of the attempt") {
    for (const auto state : {store::PushState::pending, store::PushState::sent, store::PushState::acknowledged,
                             store::PushState::dead, store::PushState::dead})
      metrics.pushed("crm", state);
    const Text text(metrics.render({}));
    CHECK(text.at(R"(crmsyncd_pushes_total{connection="crm",result="failed"})") == "1");
    CHECK(text.at(R"(crmsyncd_pushes_total{connection="crm",result="accepted"})") == "1");
    CHECK(text.at(R"(crmsyncd_pushes_total{connection="crm",result="acknowledged"})") == "1");
    CHECK(text.at(R"(crmsyncd_pushes_total{connection="crm",result="dead"})") == "2");
  }
}

TEST_CASE("metrics of the moment") {
  Metrics metrics(1'795'428'000'000);
  const Text text(metrics.render(figures()));
  SUBCASE("contacts by account and status, every status there") {
    CHECK(text.at(R"(crmsyncd_contacts{account="harbour",status="subscribed"})") == "90");
    CHECK(text.at(R"(crmsyncd_contacts{account="harbour",status="unsubscribed"})") == "0");
    CHECK(text.at(R"(crmsyncd_contacts{account="harbour",status="on_hold"})") == "3");
    CHECK(text.at(R"(crmsyncd_suppressed_contacts{account="harbour",reason="hard_bounce"})") == "7");
    CHECK(text.at(R"(crmsyncd_suppressed_contacts{account="harbour",reason="manual"})") == "0");
  }
  SUBCASE("a failing connection, held runs and the outbox") {
    CHECK(text.at(R"(crmsyncd_connection_up{connection="crm"})") == "0");
    CHECK(text.at(R"(crmsyncd_held_runs{connection="crm"})") == "1");
    CHECK(text.at(R"(crmsyncd_held_run_oldest_age_seconds{connection="crm"})") == "60");
    CHECK(text.at(R"(crmsyncd_outbox_pushes{connection="crm",state="dead"})") == "2");
    CHECK(text.at(R"(crmsyncd_outbox_pushes{connection="crm",state="pending"})") == "0");
    CHECK(text.at(R"(crmsyncd_outbox_oldest_age_seconds{connection="crm"})") == "43200");
    CHECK(text.at(R"(crmsyncd_outbox_overdue_pushes{connection="crm"})") == "5");
    CHECK(text.at(R"(crmsyncd_last_success_timestamp_seconds{connection="crm"})") == "1795428000");
    CHECK(text.at("crmsyncd_conflicts") == "11");
  }
  SUBCASE("the process") {
    CHECK(std::stod(text.at("process_resident_memory_bytes")) > 1e6);
    CHECK(std::stod(text.at("process_open_fds")) >= 3);
    CHECK(std::stod(text.at("process_max_fds")) >= std::stod(text.at("process_open_fds")));
    CHECK(std::stod(text.at("process_cpu_seconds_total")) >= 0);
    CHECK(text.at("process_start_time_seconds") == "1795428000");
  }
  SUBCASE("a refused reload shows until one takes effect") {
    CHECK(text.at("crmsyncd_config_last_reload_successful") == "1");
    metrics.reloaded(false, 1'795'428'060'000);
    const Text refused(metrics.render({}));
    CHECK(refused.at("crmsyncd_config_last_reload_successful") == "0");
    CHECK(refused.at("crmsyncd_config_last_reload_success_timestamp_seconds") == "1795428000");
    metrics.reloaded(true, 1'795'428'120'000);
    CHECK(Text(metrics.render({})).at("crmsyncd_config_last_reload_successful") == "1");
  }
}

TEST_CASE("every metric says what to alert on, has a type, and counters are named as such") {
  Metrics metrics(0);
  metrics.keep_connections({"crm"});
  metrics.answered("/api/v1/status", 200, 0.01);
  metrics.wrote(sync::Steady(5));
  const Text text(metrics.render(figures()));
  int helps = 0;
  for (const auto& line : text.lines) {
    std::istringstream words(line);
    std::string hash, what, name, type;
    words >> hash >> what >> name >> type;
    if (what == "HELP") {
      ++helps;
      const bool says = line.find("Alert") != std::string::npos || line.find("No alert") != std::string::npos;
      CHECK_MESSAGE(says, line);
    }
    if (what == "TYPE") CHECK_MESSAGE((type == "counter") == name.ends_with("_total"), name);
  }
  CHECK(helps == std::count_if(text.lines.begin(), text.lines.end(),
                               [](const auto& line) { return line.starts_with("# TYPE"); }));
  CHECK(helps > 25);
}

TEST_CASE("requests by route and status, with their durations") {
  Metrics metrics(0);
  metrics.answered("/api/v1/contacts/{id}", 200, 0.002);
  metrics.answered("/api/v1/contacts/{id}", 404, 0.2);
  const Text text(metrics.render({}));
  CHECK(text.at(R"(crmsyncd_api_requests_total{route="/api/v1/contacts/{id}",status="404"})") == "1");
  CHECK(text.at(R"(crmsyncd_api_request_duration_seconds_count{route="/api/v1/contacts/{id}"})") == "2");
  CHECK(text.at(R"(crmsyncd_api_request_duration_seconds_bucket{route="/api/v1/contacts/{id}",le="0.005"})") == "1");
}
