#include "connectors/csv/settle.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <map>

#include "tests/connectors/csv/temp_folder.h"

using namespace crmsync;
using namespace crmsync::connectors::csv;
using domain::Millis;

namespace {

constexpr Millis kNow = 1'767'225'600'000;

// A file that was changed that long before kNow.
FileIdentity file(const std::string& path, Millis age) { return {path, 100, (kNow - age) * 1'000'000, 1}; }

// What the system says of each file, as a test sets it.
struct System {
  std::map<std::string, Writer> writers;
  SettleCheck check() {
    return SettleCheck([this](const std::string& path) { return writers.at(path); });
  }
};

}  // namespace

TEST_CASE("a file that nobody writes is read at once, however new it is") {
  System system{{{"a", Writer::nobody}}};
  CHECK(system.check().ready({file("a", 0)}, kNow));
}

TEST_CASE("a file that somebody writes is not read, however old it is") {
  System system{{{"a", Writer::somebody}}};
  auto check = system.check();
  CHECK_FALSE(check.ready({file("a", domain::kDay)}, kNow));
  CHECK_FALSE(check.ready({file("a", domain::kDay)}, kNow + domain::kHour));
  SUBCASE("until it is closed") {
    system.writers["a"] = Writer::nobody;
    CHECK(check.ready({file("a", domain::kDay)}, kNow));
  }
}

TEST_CASE("where the system cannot tell") {
  System system{{{"a", Writer::cannot_tell}}};
  auto check = system.check();
  SUBCASE("a file that has been left alone for a while is read at once") {
    CHECK(check.ready({file("a", SettleCheck::kUntouched)}, kNow));
  }
  SUBCASE("a new one has to be the same for a moment") {
    CHECK_FALSE(check.ready({file("a", 0)}, kNow));
    CHECK_FALSE(check.ready({file("a", 0)}, kNow + SettleCheck::kBetweenLooks - 1));
    CHECK(check.ready({file("a", 0)}, kNow + SettleCheck::kBetweenLooks));
  }
  SUBCASE("one that grows is waited for again") {
    auto grown = file("a", 0);
    CHECK_FALSE(check.ready({grown}, kNow));
    grown.size += 1;
    CHECK_FALSE(check.ready({grown}, kNow + SettleCheck::kBetweenLooks));
    CHECK(check.ready({grown}, kNow + 2 * SettleCheck::kBetweenLooks));
  }
  SUBCASE("one with a time in the future is waited for as well, and read") {
    CHECK_FALSE(check.ready({file("a", -domain::kDay)}, kNow));
    CHECK(check.ready({file("a", -domain::kDay)}, kNow + SettleCheck::kBetweenLooks));
  }
}

TEST_CASE("of several files all have to be ready") {
  System system{{{"a", Writer::nobody}, {"b", Writer::nobody}, {"c", Writer::cannot_tell}}};
  auto check = system.check();
  CHECK(check.ready({file("a", 0), file("b", 0)}, kNow));
  CHECK(check.ready({file("a", 0), file("c", domain::kHour)}, kNow));
  CHECK_FALSE(check.ready({file("a", 0), file("c", 0)}, kNow));
  system.writers["b"] = Writer::somebody;
  CHECK_FALSE(check.ready({file("a", 0), file("b", 0)}, kNow));
}

TEST_CASE("the system knows who writes a file") {
  const TempFolder folder;
  const auto path = folder.write("a.csv", "id,email\n");
  const bool knows = writer_of(path) != Writer::cannot_tell;
  const auto is = [&](Writer expected) { return writer_of(path) == (knows ? expected : Writer::cannot_tell); };
  if (!knows) MESSAGE("skipped: this file system grants no leases");
  CHECK(is(Writer::nobody));
  const int writer = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(writer >= 0);
  CHECK(is(Writer::somebody));
  ::close(writer);
  CHECK(is(Writer::nobody));
  const int reader = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(reader >= 0);
  CHECK(is(Writer::nobody));
  ::close(reader);
  SUBCASE("and nothing of one that is not there") { CHECK((writer_of(folder.file("no")) == Writer::cannot_tell)); }
}
