#include "connectors/csv/options.h"

#include <doctest/doctest.h>

#include "tests/connectors/csv/temp_folder.h"

using namespace crmsync::connectors;
using namespace crmsync::connectors::csv;
using nlohmann::json;

namespace {

std::string problem_keys(const json& options) {
  std::string keys;
  for (const auto& problem : check_options(options)) keys += (keys.empty() ? "" : " ") + problem.key;
  return keys;
}

json with(const char* key, const json& value) { return {{"path", "/export"}, {key, value}}; }

}  // namespace

TEST_CASE("options in order") {
  CHECK(problem_keys({{"path", "/export"}}).empty());
  CHECK(
      problem_keys({{"path", "/export/*.csv"},
                    {"read", "all"},
                    {"outgoing", "/import"},
                    {"columns", {{"id", "a"}, {"email", "b"}, {"opted_out", "c"}, {"modified_at", "d"}, {"name", "e"}}},
                    {"opted_out_values", {"gone", "left"}},
                    {"opted_out_when", {{{"field", "state"}, {"equals", ""}}}}})
          .empty());
  CHECK(problem_keys(with("columns", {{"name", {"first", "last"}}})).empty());
}

TEST_CASE("a mistake is named by its key") {
  CHECK(problem_keys(json::object()) == "path");
  CHECK(problem_keys({{"path", ""}}) == "path");
  CHECK(problem_keys(with("read", "oldest")) == "read");
  CHECK(problem_keys(with("outgoing", "")) == "outgoing");
  CHECK(problem_keys(with("columns", {{"mail", "Email"}})) == "columns.mail");
  CHECK(problem_keys(with("columns", {{"email", ""}, {"id", 1}})) == "columns.email columns.id");
  CHECK(problem_keys(with("columns", {{"name", json::array()}})) == "columns.name");
  CHECK(problem_keys(with("columns", {{"name", {"first", 2}}})) == "columns.name");
  CHECK(problem_keys(with("opted_out_values", json::array())) == "opted_out_values");
  CHECK(problem_keys(with("opted_out_values", {"gone", ""})) == "opted_out_values");
  CHECK(problem_keys(with("opted_out_when", json::array())) == "opted_out_when");
  CHECK(problem_keys(with("opted_out_when", {{{"field", "state"}}})) == "opted_out_when");
  CHECK(problem_keys(with("opted_out_when", {{{"field", ""}, {"equals", "x"}}})) == "opted_out_when");
  CHECK(problem_keys(with("opted_out_when", {{{"field", "state"}, {"equals", 1}}})) == "opted_out_when");
}

TEST_CASE("what is written for the CRM must not be where exports are read") {
  const TempFolder folder;
  const std::string in = folder.file("in");
  std::filesystem::create_directory(in);
  std::filesystem::create_directory(folder.file("out"));
  std::filesystem::create_directory_symlink(in, folder.file("link"));
  const auto check = [](const std::string& path, const std::string& outgoing) {
    return problem_keys({{"path", path}, {"outgoing", outgoing}});
  };
  CHECK(check(in, in) == "outgoing");
  CHECK(check(in, in + "/") == "outgoing");
  CHECK(check(in + "/*.csv", in) == "outgoing");
  CHECK(check(in + "/contacts.csv", in) == "outgoing");
  CHECK(check(in, folder.file("out/../in")) == "outgoing");
  CHECK(check(in, folder.file("link")) == "outgoing");
  CHECK(check("*.csv", ".") == "outgoing");
  CHECK(check(in, folder.file("out")).empty());
  CHECK(check(in, folder.file("not-there-yet")).empty());
  CHECK(check(in, in + "/out").empty());
}

TEST_CASE("options as values") {
  SUBCASE("have defaults") {
    const auto options = parse_options({{"path", "/export"}});
    CHECK(options.path == "/export");
    CHECK((options.read == ReadWhich::newest));
    CHECK(options.outgoing.empty());
    CHECK_FALSE(options.columns.any());
    CHECK(options.opted_out_values.empty());
    CHECK(options.opted_out_when.empty());
  }
  SUBCASE("are what was configured") {
    const auto options = parse_options({{"path", "/export"},
                                        {"read", "all"},
                                        {"outgoing", "/import"},
                                        {"columns", {{"email", "Mail"}, {"name", {"First", "Last"}}}},
                                        {"opted_out_values", {"gone"}},
                                        {"opted_out_when", {{{"field", "State"}, {"equals", "left"}}}}});
    CHECK((options.read == ReadWhich::all));
    CHECK(options.outgoing == "/import");
    CHECK(options.columns.any());
    CHECK(options.columns.email == "Mail");
    CHECK_FALSE(options.columns.id.has_value());
    CHECK(options.columns.name == std::vector<std::string>{"First", "Last"});
    CHECK(options.opted_out_values == std::vector<std::string>{"gone"});
    REQUIRE(options.opted_out_when.size() == 1);
    CHECK(options.opted_out_when[0].field == "State");
    CHECK(options.opted_out_when[0].equals == "left");
  }
  SUBCASE("take one name as well as a list") {
    CHECK(parse_options(with("columns", {{"name", "Who"}})).columns.name == std::vector<std::string>{"Who"});
  }
}
