// The small parts of the engine that decide something: pulse, push alarm, skipped rows, making a connector.
#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "daemon/engine/make_connector.h"
#include "daemon/engine/pulse.h"
#include "daemon/engine/push_alarm.h"
#include "daemon/engine/push_gate.h"
#include "daemon/engine/skipped_rows.h"

using namespace crmsync;
using namespace crmsync::engine;
namespace asio = boost::asio;
using domain::kHour;
using domain::kMinute;
using domain::Millis;
using Say = PushAlarm::Say;

TEST_CASE("the pulse of the store") {
  Pulse pulse;
  const sync::Steady start(1000);
  SUBCASE("an idle store lives, however long") { CHECK(pulse.alive(start + std::chrono::hours(1000))); }
  SUBCASE("a long write is no hang") {
    pulse.began(start);
    CHECK(pulse.alive(start + std::chrono::minutes(4)));
  }
  SUBCASE("a job that never ends is one") {
    pulse.began(start);
    CHECK_FALSE(pulse.alive(start + Pulse::kHang));
  }
  SUBCASE("each job has its own time") {
    pulse.began(start);
    pulse.ended();
    CHECK(pulse.alive(start + Pulse::kHang));
    pulse.began(start + Pulse::kHang);
    CHECK(pulse.alive(start + Pulse::kHang + std::chrono::minutes(1)));
  }
}

TEST_CASE("the alarm for late pushes") {
  PushAlarm alarm;
  const Millis limit = 12 * kHour;
  SUBCASE("says nothing before the limit") {
    CHECK(alarm.look(0, limit) == Say::nothing);
    CHECK(alarm.look(limit - 1, limit) == Say::nothing);
  }
  SUBCASE("speaks once an outage, and again each time the age has doubled") {
    std::vector<Millis> spoken;
    for (Millis age = 0; age < 100 * kHour; age += kMinute)
      if (alarm.look(age, limit) == Say::late) spoken.push_back(age);
    CHECK(spoken == std::vector<Millis>{12 * kHour, 24 * kHour, 48 * kHour, 96 * kHour});
  }
  SUBCASE("says once that it is over, and speaks again in the next outage") {
    CHECK(alarm.look(limit, limit) == Say::late);
    CHECK(alarm.look(0, limit) == Say::over);
    CHECK(alarm.look(0, limit) == Say::nothing);
    CHECK(alarm.look(limit, limit) == Say::late);
  }
  SUBCASE("is looked at again when the limit is reached") {
    CHECK(PushAlarm::next_look(10 * kHour, limit) == 2 * kHour);
    CHECK(PushAlarm::next_look(13 * kHour, limit) == kMinute);
  }
}

TEST_CASE("the gate of the pushes") {
  PushGate gate;
  const sync::Now at{sync::Steady(kHour), 500 * kHour};
  const auto after = [&](Millis time) { return at.steady + sync::Steady(time); };
  const sync::PushVerdict stopped{sync::PushNext::pending, 0, at.wall + 15 * kMinute, true, false};
  const sync::PushVerdict told{sync::PushNext::pending, 0, at.wall + 2 * kHour, false, true};
  SUBCASE("is open, and stays open after what concerns one push alone") {
    gate.look({sync::PushNext::pending, 1, at.wall + kHour, false, false}, at);
    gate.look({sync::PushNext::dead, 1, at.wall + kHour, false, false}, at);
    CHECK(gate.left(at.steady) == sync::Steady(0));
  }
  SUBCASE("credentials that fail close it for as long as the push waits") {
    gate.look(stopped, at);
    CHECK(gate.left(at.steady) == std::chrono::minutes(15));
    CHECK(gate.left(after(15 * kMinute)) == sync::Steady(0));
    CHECK(gate.stopped(after(15 * kMinute - 1)));
    CHECK_FALSE(gate.stopped(after(15 * kMinute)));
  }
  SUBCASE("and until a person has looked") {
    gate.look(stopped, at);
    gate.person_looked();
    CHECK(gate.left(at.steady) == sync::Steady(0));
  }
  SUBCASE("a wait that the CRM told is kept, whoever looks") {
    gate.look(told, at);
    gate.person_looked();
    CHECK(gate.left(at.steady) == std::chrono::hours(2));
    CHECK_FALSE(gate.stopped(at.steady));
  }
  SUBCASE("of several the longest counts") {
    gate.look(told, at);
    gate.look({sync::PushNext::pending, 0, at.wall + kMinute, false, true}, at);
    gate.look(stopped, at);
    CHECK(gate.left(at.steady) == std::chrono::hours(2));
  }
}

namespace {

std::vector<std::string> said;

void listen(Level, std::string_view message, std::initializer_list<Field> fields) {
  said.push_back(text_line(message, fields));
}

std::vector<std::string> rows(std::int64_t count) {
  std::vector<std::string> all;
  for (std::int64_t i = 0; i < count; ++i) all.push_back("line " + std::to_string(i));
  return all;
}

}  // namespace

TEST_CASE("rows that cannot be read") {
  said.clear();
  SUBCASE("the first few are shown with their causes, without a summary when that is all") {
    { SkippedRows(std::string("crm"), listen).add(rows(SkippedRows::kInFull)); }
    CHECK(said.size() == SkippedRows::kInFull);
    CHECK(said.front() == "row skipped connection=crm cause=\"line 0\"");
  }
  SUBCASE("the rest is one line with the count, over all pages of the run") {
    {
      SkippedRows skipped("crm", listen);
      for (int page = 0; page < 3; ++page) skipped.add(rows(1000));
    }
    CHECK(said.size() == SkippedRows::kInFull + 1);
    CHECK(said.back() == "rows skipped connection=crm rows=3000 not_shown=2995");
  }
  SUBCASE("none is no line") {
    { SkippedRows(std::string("crm"), listen).add({}); }
    CHECK(said.empty());
  }
}

namespace {

std::string handed_over;

class Nothing : public connectors::Connector {
 public:
  connectors::Capabilities capabilities() const override { return {}; }
  asio::awaitable<connectors::Probe> probe() override { co_return connectors::Probe(); }
  asio::awaitable<Result<connectors::Page>> fetch(const connectors::FetchRequest&) override {
    co_return connectors::Page();
  }
  asio::awaitable<std::vector<connectors::PushResult>> push(std::span<const connectors::Push>) override {
    co_return std::vector<connectors::PushResult>();
  }
};

std::unique_ptr<connectors::Connector> make_nothing(const connectors::ConnectionOptions& connection,
                                                    const connectors::Environment&) {
  handed_over = connection.id + " " + connection.options.at("base_url").get<std::string>() + " " +
                connection.options.at("token").get<std::string>();
  return std::make_unique<Nothing>();
}

}  // namespace

TEST_CASE("a connector is made with its secrets in place of their names") {
  connectors::Kind kind{};
  kind.name = "nothing";
  kind.make = make_nothing;
  config::Connection connection;
  connection.id = "crm";
  connection.options = {{"base_url", "https://crm.example"}};
  config::ConnectionSecrets secrets;
  secrets.emplace("token", config::Secret("s3cret"));
  boost::asio::io_context io;
  const connectors::Environment environment{io.get_executor(), io.get_executor(), [] { return Millis(0); }};
  CHECK(make_connector(kind, connection, secrets, environment));
  CHECK(handed_over == "crm https://crm.example s3cret");
  SUBCASE("and the configuration itself never holds them") { CHECK_FALSE(connection.options.contains("token")); }
}
