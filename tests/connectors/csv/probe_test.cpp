#include "connectors/csv/probe.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "connectors/csv/settle.h"
#include "tests/connectors/csv/csv_text.h"
#include "tests/connectors/csv/temp_folder.h"

using namespace crmsync::connectors;
using namespace crmsync::connectors::csv;

namespace {

// "ok: check: detail" a line.
std::string text_of(const Probe& probe) {
  std::string text;
  for (const auto& verdict : probe.verdicts)
    text += std::string(verdict.ok ? "ok: " : "not ok: ") + verdict.check + ": " + verdict.detail + "\n";
  return text;
}

bool has(const std::string& text, std::string_view part) {
  CAPTURE(text);
  CAPTURE(std::string(part));
  const bool found = text.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

Probe probe(nlohmann::json options, const std::string& path) {
  options["path"] = path;
  return probe_export(parse_options(options));
}

const std::string kGood =
    "id,email,opted_out\n1,a@example.com,no\n2,b@example.com,yes\n3,c@example.com,no\n4,d@example.com,no\n";

}  // namespace

TEST_CASE("a probe says what was found and what it means") {
  const TempFolder folder;
  SUBCASE("in one file") {
    const auto path = folder.write("contacts.csv", kGood);
    const auto found = probe({}, path);
    has(text_of(found), "ok: export found: " + path + ", " + std::to_string(kGood.size()) + " bytes\n");
    has(text_of(found),
        "ok: readable: UTF-8 (cells that are not are read as Windows-1252), separated by comma, 3 columns\n");
    has(text_of(found),
        "recognised by common names: email = \"email\", id = \"id\", modified_at = none, name = none\n");
    has(text_of(found), "ok: opt-out column: \"opted_out\"\n");
    has(text_of(found), "ok: outgoing folder: not configured");
    REQUIRE(found.samples.size() == 3);
    CHECK(found.samples[1].external_id == "2");
    CHECK(found.samples[1].opted_out == true);
  }
  SUBCASE("in the newest of a folder") {
    folder.write("contacts.csv", kGood);
    has(text_of(probe({}, folder.path())), ", the newest\n");
  }
  SUBCASE("in all files of a folder") {
    folder.write("a.csv", kGood);
    folder.write("b.csv", kGood);
    has(text_of(probe({{"read", "all"}}, folder.path())),
        "ok: export found: 2 files, the first is " + folder.file("a.csv"));
  }
  SUBCASE("whatever the encoding and the delimiter") {
    std::string text;
    for (const auto& row : rows_of(kGood)) text += quoted_row(row, '\t');
    has(text_of(probe({}, folder.write("le.csv", "\xFF\xFE" + utf_16(text, false)))), "UTF-16 LE, separated by tab");
    has(text_of(probe({}, folder.write("be.csv", "\xFE\xFF" + utf_16(text, true)))), "UTF-16 BE, separated by tab");
    has(text_of(probe({}, folder.write("semi.csv", "id;email\n"))), "separated by semicolon");
    has(text_of(probe({}, folder.write("bar.csv", "id|email\n"))), "separated by bar");
  }
  SUBCASE("by conditions") {
    const nlohmann::json when = {
        {"opted_out_when", {{{"field", "State"}, {"equals", "left"}}, {{"field", "ban"}, {"equals", "1"}}}}};
    has(text_of(probe(when, folder.write("c.csv", "email,state,ban\n"))),
        "opted out when \"state\" = \"left\" or \"ban\" = \"1\"");
  }
  SUBCASE("by the file's name") {
    has(text_of(probe({}, folder.write("unsubscribed.csv", "Email Address,LEID,EUID\n"))),
        "everybody in this file is opted out");
    has(text_of(probe({}, folder.write("subscribed.csv", "Email Address,LEID,EUID\n"))),
        "nobody in this file is opted out");
  }
}

TEST_CASE("a probe says what is wrong and what to do") {
  const TempFolder folder;
  SUBCASE("there is no export") {
    has(text_of(probe({}, folder.path())), "not ok: export found: no export at " + folder.path());
  }
  SUBCASE("there is no column for the address") {
    has(text_of(probe({}, folder.write("a.csv", "id,phone\n"))), "not ok: header understood: ");
  }
  SUBCASE("nobody says who opted out") {
    const auto found = probe({}, folder.write("a.csv", "id,email\n1,a@example.com\n"));
    has(text_of(found), "not ok: opt-out column: no column says who opted out");
    REQUIRE(found.samples.size() == 1);
    CHECK_FALSE(found.samples[0].opted_out.has_value());
  }
  SUBCASE("the first row is bad") {
    has(text_of(probe({}, folder.write("a.csv", "id,email,opted_out\n1,2\n1,a@example.com,no\n"))),
        "not ok: first row: ");
  }
  SUBCASE("it is being written") {
    const auto path = folder.write("a.csv", kGood);
    if (writer_of(path) == Writer::cannot_tell) {
      MESSAGE("skipped: this file system grants no leases");
    } else {
      const int writer = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
      has(text_of(probe({}, path)), "not ok: finished: " + path + " is still being written");
      ::close(writer);
    }
  }
  SUBCASE("what the CRM has to import cannot be written") {
    for (const auto& outgoing : {folder.file("missing"), folder.write("file", "")})
      has(text_of(probe({{"outgoing", outgoing}}, folder.file("a.csv"))),
          "not ok: outgoing folder: " + outgoing + " is not a folder");
    std::filesystem::create_directory(folder.file("out"));
    has(text_of(probe({{"outgoing", folder.file("out")}}, folder.file("a.csv"))),
        "ok: outgoing folder: " + folder.file("out"));
  }
}

TEST_CASE("a probe of a long file without a record ends") {
  const TempFolder folder;
  std::string text = "id,email,opted_out\n";
  for (int i = 0; i < 5000; ++i) text += ",,\n";
  const auto found = probe({}, folder.write("a.csv", text));
  CHECK(found.samples.empty());
  has(text_of(found), "not ok: first row");
}
