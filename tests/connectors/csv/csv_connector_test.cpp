// What is csv's own beside the contract: what it declares, and how long it waits for a file.
#include "connectors/csv/csv_connector.h"

#include <fcntl.h>
#include <unistd.h>

#include "connectors/csv/settle.h"
#include "tests/connectors/contract/loop.h"
#include "tests/connectors/csv/temp_folder.h"

using namespace crmsync;
using namespace crmsync::connectors;
using contract::Loop;

namespace {

const std::string kExport = "id,email,opted_out\n1,a@example.com,no\n2,b@example.com,yes\n";

struct Setup {
  std::unique_ptr<Connector> make(const nlohmann::json& options, std::function<domain::Millis()> now) {
    return csv::kind().make({"crm", "agency", options}, loop.environment(std::move(now)));
  }
  Result<Page> fetch(Connector& connector, const FetchRequest& request = {}) {
    return loop.wait(connector.fetch(request));
  }

  csv::TempFolder folder;
  Loop loop;
};

// The wall clock's time, which goes on by a second at each look.
std::function<domain::Millis()> running_clock() {
  return [at = domain::Millis{1'767'225'600'000}]() mutable { return at += domain::kSecond; };
}

// With asio's own exceptions turned off: only what the connector itself looks for ends it.
asio::awaitable<Result<Page>> without_exceptions(asio::awaitable<Result<Page>> fetching) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto page = co_await std::move(fetching);
  co_return page;
}

}  // namespace

TEST_CASE("csv declares that") {
  Setup setup;
  const auto path = setup.folder.write("a.csv", kExport);
  SUBCASE("it reads everything, and that the CRM confirms nothing") {
    const auto can =
        setup.make({{"path", path}, {"outgoing", setup.folder.file("out")}}, running_clock())->capabilities();
    CHECK_FALSE(can.incremental);
    CHECK_FALSE(can.lists_deletions);
    CHECK_FALSE(can.confirms_push);
    CHECK((can.opt_out_owner == OptOutOwner::record));
    CHECK(can.push_opt_out);
    CHECK(can.push_opt_in);
  }
  SUBCASE("it pushes nothing without a folder for it") {
    const auto can = setup.make({{"path", path}}, running_clock())->capabilities();
    CHECK_FALSE(can.push_opt_out);
    CHECK_FALSE(can.push_opt_in);
  }
}

TEST_CASE("a file that somebody writes") {
  Setup setup;
  const auto path = setup.folder.write("a.csv", kExport);
  if (csv::writer_of(path) == csv::Writer::cannot_tell) {
    MESSAGE("skipped: this file system grants no leases");
    return;
  }
  int writer = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  REQUIRE(writer >= 0);
  SUBCASE("is waited for, and read as soon as it is closed") {
    // Closed after the connector has found it open once: it asks for the time when it begins, before each look at the
    // file and in each.
    int asked = 0;
    const auto now = [&asked, &writer] {
      if (++asked == 4) {
        CHECK(::write(writer, "3,c@example.com,no\n", 19) == 19);
        ::close(writer);
        writer = -1;
      }
      return domain::Millis{1'767'225'600'000};
    };
    const auto connector = setup.make({{"path", path}}, now);
    const auto page = setup.fetch(*connector);
    REQUIRE(page.has_value());
    CHECK(page->records.size() == 3);
    CHECK(page->complete);
    CHECK(asked > 4);
  }
  SUBCASE("for too long is left to the next run") {
    const auto connector = setup.make({{"path", path}}, running_clock());
    const auto page = setup.fetch(*connector);
    REQUIRE_FALSE(page.has_value());
    CHECK(std::string(to_string(page.error().kind)) == "transient");
    CHECK(page.error().message.find(path) != std::string::npos);
    CHECK(page.error().message.find("renamed") != std::string::npos);
    ::close(writer);
    writer = -1;
    CHECK(setup.fetch(*connector).has_value());
  }
  if (writer >= 0) ::close(writer);
}

TEST_CASE("a run that is cancelled ends with the error `cancelled`, at every step") {
  csv::TempFolder folder;
  Loop loop(Loop::Work::same_thread);
  const auto path = folder.write("a.csv", kExport);
  const auto environment = loop.environment([] { return domain::Millis{1'767'225'600'000}; });
  const auto connector = csv::kind().make({"crm", "agency", {{"path", path}}}, environment);
  const int writer = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(writer >= 0);
  if (csv::writer_of(path) == csv::Writer::somebody) {
    for (std::size_t step = 0; step < 6; ++step) {
      CAPTURE(step);
      const FetchRequest request;
      const auto outcome = loop.cancel_after(step, without_exceptions(connector->fetch(request)));
      REQUIRE(outcome.cut);
      REQUIRE(outcome.value.has_value());
      REQUIRE_FALSE(outcome.value->has_value());
      CHECK(std::string(to_string(outcome.value->error().kind)) == "cancelled");
    }
  } else {
    MESSAGE("skipped: this file system grants no leases");
  }
  ::close(writer);
}

TEST_CASE("a file that grows while it is read fails the run, which starts anew") {
  Setup setup;
  const auto path = setup.folder.write("a.csv", kExport);
  const auto connector = setup.make({{"path", path}}, running_clock());
  FetchRequest request;
  request.page_size = 1;
  const auto first = setup.fetch(*connector, request);
  REQUIRE(first.has_value());
  setup.folder.write("a.csv", kExport + "3,c@example.com,no\n");
  request.cursor = first->next_cursor;
  const auto second = setup.fetch(*connector, request);
  REQUIRE_FALSE(second.has_value());
  CHECK(std::string(to_string(second.error().kind)) == "transient");
  CHECK(second.error().message.find(path) != std::string::npos);
  const auto anew = setup.fetch(*connector);
  REQUIRE(anew.has_value());
  CHECK(anew->records.size() == 3);
}

TEST_CASE("the doubts of all parts are told at the end, and settled together") {
  Setup setup;
  setup.folder.write("a.csv", kExport + "3,c@exa");
  setup.folder.write("b.csv", kExport);
  setup.folder.write("c.csv", kExport + "4");
  const auto connector = setup.make({{"path", setup.folder.path()}, {"read", "all"}}, running_clock());
  const auto whole = setup.fetch(*connector);
  REQUIRE(whole.has_value());
  CHECK(whole->end);
  CHECK_FALSE(whole->complete);
  CHECK(whole->doubt.find("a.csv") != std::string::npos);
  CHECK(whole->doubt.find("c.csv") != std::string::npos);
  CHECK(whole->doubt.find("b.csv") == std::string::npos);
  SUBCASE("also over pages, by another connector each") {
    FetchRequest request;
    request.page_size = 2;
    Page last;
    while (!last.end) {
      const auto fresh = setup.make({{"path", setup.folder.path()}, {"read", "all"}}, running_clock());
      auto page = setup.fetch(*fresh, request);
      REQUIRE(page.has_value());
      CHECK(page->complete != page->end);
      last = std::move(*page);
      request.cursor = last.next_cursor;
    }
    CHECK(last.doubt == whole->doubt);
    CHECK(last.doubt_token == whole->doubt_token);
  }
  SUBCASE("by what was said of all of them, not of one") {
    FetchRequest request;
    request.accepted = whole->doubt_token;
    CHECK(setup.fetch(*connector, request)->complete);
    request.accepted = whole->doubt_token.substr(0, whole->doubt_token.find(" + "));
    CHECK_FALSE(setup.fetch(*connector, request)->complete);
  }
}
