// The engine with the csv connector, on clocks that the test sets.
#include "daemon/engine/engine.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>

#include "daemon/engine/log.h"

using namespace crmsync;
using namespace crmsync::engine;
using domain::kDay;
using domain::kHour;
using domain::Millis;

namespace {

constexpr Millis kStart = 1'795'428'000'000;

class World {
 public:
  World() {
    std::string name = (std::filesystem::temp_directory_path() / "crmsync-engine-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    folder_ = name;
    config::Log quiet;
    quiet.level = "error";
    set_up_log(quiet);
    std::ofstream(folder_ + "/export.csv") << "Record ID,Email,Unsubscribed from all email,Last Modified Date\n"
                                              "1,ann@example.com,No,2026-11-01 10:00\n"
                                              "2,bea@example.com,No,2026-11-01 10:00\n";
    Clock clock;
    clock.wall = [this] { return wall.load(); };
    clock.steady = [this] { return sync::Steady(steady.load()); };
    engine.emplace(io, std::make_shared<const config::Config>(config()), config::Secrets(), clock);
    engine->start();
    const auto first_run = [&](store::Reader& reader) { return !reader.runs("crm", 1, 0).empty(); };
    wait_until([&] { return ask(first_run) && engine->activity().front().state == "idle"; });
  }
  ~World() {
    engine->stop();
    wait_until([&] { return engine->done(); });
    engine.reset();
    std::filesystem::remove_all(folder_);
  }

  config::Config config() const {
    config::Config all;
    all.store_path = folder_ + "/store.db";
    config::Account account;
    account.id = account.name = "harbour";
    config::Connection connection;
    connection.id = connection.rules.connection = "crm";
    connection.account = "harbour", connection.connector = "csv";
    connection.schedule.every = std::chrono::hours(24 * 300);
    connection.schedule.full_every = std::chrono::hours(24 * 300);
    connection.options = {{"path", folder_ + "/export.csv"}, {"outgoing", outgoing()}};
    account.connections.push_back(connection);
    all.accounts.push_back(account);
    return all;
  }

  // The folder does not exist at first: pushes fail.
  std::string outgoing() const { return folder_ + "/out"; }
  void mend() const { std::filesystem::create_directory(outgoing()); }
  void pass(Millis time) { wall += time, steady += time; }

  template <class Condition>
  void wait_until(const Condition& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      io.restart();
      io.run_one_for(std::chrono::milliseconds(5));
    }
  }

  template <class Question>
  auto ask(const Question& question) -> decltype(question(std::declval<store::Reader&>())) {
    decltype(question(std::declval<store::Reader&>())) answer{};
    const Control::ReadJob job = [&](store::Reader& reader) { answer = question(reader); };
    finish(engine->read(job));
    return answer;
  }

  void unsubscribe(const std::string& address) {
    store::EventIn event;
    event.account = "harbour", event.address = event.display = address;
    event.type = domain::EventType::unsubscribe;
    event.at = wall, event.evidence = "{}";
    const std::vector<store::EventIn> events{event};
    finish(engine->add_events(events));
  }

  // How often the CRM was told about the record; -1: it never had to be.
  int attempts(const std::string& record) {
    const auto question = [&](store::Reader& reader) {
      for (const auto& push : reader.outbox(std::nullopt, 100, 0))
        if (push.external_id == record) return push.attempts;
      return -1;
    };
    return ask(question);
  }
  bool is_sent(const std::string& record) {
    const auto question = [&](store::Reader& reader) {
      for (const auto& push : reader.outbox(store::PushState::sent, 100, 0))
        if (push.external_id == record) return true;
      return false;
    };
    return ask(question);
  }

  template <class T>
  T finish(asio::awaitable<T> work) {
    auto done = asio::co_spawn(io, std::move(work), asio::use_future);
    wait_until([&] { return done.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    return done.get();
  }

  std::atomic<Millis> wall{kStart};
  std::atomic<Millis> steady{1000};
  asio::io_context io{1};
  std::optional<Engine> engine;

 private:
  std::string folder_;
};

}  // namespace

TEST_CASE("pushes and a wall clock that is set") {
  World world;
  world.unsubscribe("ann@example.com");
  world.wait_until([&] { return world.attempts("1") == 1; });

  SUBCASE("a push that waits is made after its pause, although the clock was set back by a day") {
    world.mend();
    world.wall -= kDay;
    world.pass(kHour);
    world.unsubscribe("bea@example.com");  // wakes the outbox
    world.wait_until([&] { return world.is_sent("1"); });
  }
  SUBCASE("a clock that is set forward does not end the pause") {
    world.wall += kDay;
    world.unsubscribe("bea@example.com");
    world.wait_until([&] { return world.attempts("2") == 1; });
    CHECK(world.attempts("1") == 1);
    world.mend();
    world.pass(kHour);
    world.unsubscribe("carl@example.com");
    world.wait_until([&] { return world.is_sent("1") && world.is_sent("2"); });
  }
  SUBCASE("a person's retry counts at once, whatever the clock does") {
    world.mend();
    world.wall -= kDay;
    const auto id = [](store::Reader& reader) { return reader.outbox(std::nullopt, 1, 0).front().id; };
    const store::Id push = world.ask(id);
    world.finish(world.engine->retry_push(push));
    world.wait_until([&] { return world.is_sent("1"); });
  }
}

TEST_CASE("a connection at work") {
  World world;
  SUBCASE("keeps its schedule over a reload") {
    const auto before = world.engine->activity().front().next_due;
    world.pass(kHour);
    auto changed = world.config();
    changed.accounts[0].connections[0].push_warn_after = std::chrono::hours(1);
    CHECK(world.finish(world.engine->reload(std::make_shared<const config::Config>(changed), {})).has_value());
    CHECK(world.engine->activity().front().state == "idle");
    const auto after = world.engine->activity().front().next_due;
    CHECK(*after <= *before);  // within the jitter
    CHECK(*after >= kStart + 300 * kDay);
  }
  SUBCASE("runs when it is due") {
    const auto runs = [](store::Reader& reader) { return reader.runs("crm", 100, 0).size(); };
    const auto before = world.ask(runs);
    world.pass(400 * kDay);
    world.engine->trigger_all(store::RunMode::incremental);
    world.wait_until([&] { return world.ask(runs) > before; });
  }
  SUBCASE("is gone with the next configuration, and comes back with the one after") {
    auto without = world.config();
    without.accounts[0].connections.clear();
    CHECK(world.finish(world.engine->reload(std::make_shared<const config::Config>(without), {})).has_value());
    CHECK(world.engine->activity().empty());
    CHECK(world.finish(world.engine->reload(std::make_shared<const config::Config>(world.config()), {})).has_value());
    CHECK(world.engine->activity().size() == 1);
    world.mend();
    world.unsubscribe("ann@example.com");
    world.wait_until([&] { return world.is_sent("1"); });
  }
}
