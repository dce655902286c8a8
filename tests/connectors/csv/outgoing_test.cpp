#include "connectors/csv/outgoing.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/connectors/csv/csv_text.h"
#include "tests/connectors/csv/temp_folder.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::csv;

namespace {

Push push(std::string key, std::string id = "7", std::string email = "ann@example.com") {
  Push one;
  one.idempotency_key = std::move(key);
  one.external_id = std::move(id);
  one.email = std::move(email);
  one.reason = "contact";
  one.at = 1'767'225'600'123;
  return one;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(folder)) names.push_back(file.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("a batch is a CSV file for the CRM to import") {
  auto in = push("b", "8", "bob@example.com");
  in.kind = domain::PushKind::opt_in;
  in.at = 0;
  CHECK(batch_text(std::vector<Push>{in, push("a")}) ==
        "id,email,opted_out,reason,at\r\n"
        "7,ann@example.com,true,contact,2026-01-01T00:00:00.123Z\r\n"
        "8,bob@example.com,false,contact,1970-01-01T00:00:00.000Z\r\n");
  SUBCASE("whose cells come back as they were") {
    const std::vector<std::string> odd{"a\"b", "a,b", "a;b", "a\tb", "a\r\nb",   " a ",
                                       "=1+1", "+1",  "-1",  "@a",   "z\xC3\xBC"};
    for (const auto& id : odd) {
      CAPTURE(id);
      const auto text = batch_text(std::vector<Push>{push("a", id)});
      const auto rows = rows_of(text);
      REQUIRE(rows.size() == 2);
      CHECK(rows[1].at(0) == id);
      CHECK(rows[1].size() == 5);
      if (id.front() == '=') CHECK(text.find("\"=1+1\"") != std::string::npos);
    }
  }
}

TEST_CASE("a batch has its name by its keys") {
  const std::vector<Push> batch{push("a"), push("b")}, turned{push("b"), push("a")}, other{push("a"), push("c")};
  CHECK(batch_name(batch) == batch_name(turned));
  CHECK(batch_text(batch) == batch_text(turned));
  CHECK(batch_name(batch) != batch_name(other));
  CHECK(batch_name(std::vector<Push>{push("ab")}) != batch_name(batch));
  CHECK(batch_name(batch).starts_with("opt-outs-"));
  CHECK(batch_name(batch).ends_with(".csv"));
}

TEST_CASE("a batch that is written") {
  const TempFolder folder;
  const std::vector<Push> batch{push("a"), push("b", "8")};
  SUBCASE("is one whole file, and nothing besides it") {
    REQUIRE(write_batch(folder.path(), batch).has_value());
    CHECK(names_in(folder.path()) == std::vector<std::string>{batch_name(batch)});
    CHECK(contents(folder.file(batch_name(batch))) == batch_text(batch));
  }
  SUBCASE("again is the same file") {
    REQUIRE(write_batch(folder.path(), batch).has_value());
    REQUIRE(write_batch(folder.path(), batch).has_value());
    CHECK(names_in(folder.path()).size() == 1);
  }
  SUBCASE("after a crash replaces what was left half-done") {
    folder.write(batch_name(batch) + ".part", std::string(10'000, 'x'));
    REQUIRE(write_batch(folder.path(), batch).has_value());
    CHECK(names_in(folder.path()).size() == 1);
    CHECK(contents(folder.file(batch_name(batch))) == batch_text(batch));
  }
  SUBCASE("never through a link that somebody put there") {
    const auto target = folder.write("precious", "keep me");
    std::filesystem::create_symlink(target, folder.file(batch_name(batch) + ".part"));
    CHECK_FALSE(write_batch(folder.path(), batch).has_value());
    CHECK(contents(target) == "keep me");
  }
  SUBCASE("is not for others to read") {
    REQUIRE(write_batch(folder.path(), batch).has_value());
    const auto rights = std::filesystem::status(folder.file(batch_name(batch))).permissions();
    CHECK(((rights & std::filesystem::perms::others_all) == std::filesystem::perms::none));
  }
  SUBCASE("is none where there is nothing to say") {
    CHECK(write_batch(folder.path(), {}).has_value());
    CHECK(names_in(folder.path()).empty());
  }
}

TEST_CASE("what cannot be written is an error") {
  const TempFolder folder;
  const std::vector<Push> batch{push("a")};
  SUBCASE("with the place and the cure") {
    for (const auto& place : {folder.file("missing"), folder.write("file", "")}) {
      const auto written = write_batch(place, batch);
      REQUIRE_FALSE(written.has_value());
      CHECK(std::string(to_string(written.error().kind)) == "transient");
      CHECK(written.error().message.find(place) != std::string::npos);
      CHECK(written.error().message.find("`outgoing`") != std::string::npos);
      CHECK(written.error().message.find("ann@example.com") == std::string::npos);
    }
  }
  SUBCASE("and leaves nothing half-done") {
    std::filesystem::create_directory(folder.file(batch_name(batch)));  // in the way of the rename
    CHECK_FALSE(write_batch(folder.path(), batch).has_value());
    REQUIRE(std::filesystem::remove(folder.file(batch_name(batch))));
    CHECK(names_in(folder.path()).empty());
  }
  SUBCASE("of the configuration where there is no folder") {
    const auto written = write_batch("", batch);
    REQUIRE_FALSE(written.has_value());
    CHECK(std::string(to_string(written.error().kind)) == "config");
  }
}
