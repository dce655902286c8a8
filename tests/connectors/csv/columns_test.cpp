// Which column means what: columns.cpp and the table of known exports.
#include "connectors/csv/columns.h"

#include <doctest/doctest.h>

#include "connectors/csv/known_exports.h"
#include "connectors/csv/text.h"

using namespace crmsync;
using namespace crmsync::connectors::csv;

namespace {

Options options_of(const nlohmann::json& options) {
  nlohmann::json all = options;
  all["path"] = "/export";
  return parse_options(all);
}

Columns mapped(std::vector<std::string> header, const nlohmann::json& options = nlohmann::json::object(),
               std::string_view file_name = "contacts.csv") {
  auto columns = map_columns(std::move(header), file_name, options_of(options));
  REQUIRE_MESSAGE(columns.has_value(), (columns ? "" : columns.error().message));
  return *columns;
}

std::string refused(std::vector<std::string> header, const nlohmann::json& options = nlohmann::json::object()) {
  const auto columns = map_columns(std::move(header), "contacts.csv", options_of(options));
  REQUIRE_FALSE(columns.has_value());
  CHECK(std::string(to_string(columns.error().kind)) == "protocol");
  return columns.error().message;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("known exports are recognised by their header") {
  SUBCASE("HubSpot") {
    const auto columns =
        mapped({"Record ID", "First Name", "Last Name", "Email", "Unsubscribed from all email", "Last Modified Date"});
    CHECK(columns.known_as == "HubSpot");
    CHECK(columns.id == 0);
    CHECK(columns.email == 3);
    CHECK(columns.opted_out == 4);
    CHECK(columns.modified_at == 5);
    CHECK(columns.name == std::vector<std::size_t>{1, 2});
    CHECK(columns.otherwise == false);
    CHECK(columns.opt_out_problem.empty());
  }
  SUBCASE("Salesforce's data export") {
    const auto columns = mapped({"Id", "IsDeleted", "LastName", "FirstName", "Email", "HasOptedOutOfEmail",
                                 "LastModifiedDate", "SystemModstamp"});
    CHECK(columns.known_as == "Salesforce");
    CHECK(columns.deleted == 1);
    CHECK(columns.opted_out == 5);
    CHECK(columns.modified_at == 7);
    CHECK(columns.name == std::vector<std::size_t>{3, 2});
    CHECK_FALSE(columns.has_footer);
  }
  SUBCASE("a Salesforce report, which has a footer") {
    const auto columns = mapped({"Lead ID", "Email", "Email Opt Out"});
    CHECK(columns.known_as == "Salesforce report");
    CHECK(columns.has_footer);
    CHECK(columns.id == 0);
  }
  SUBCASE("anything with an address under a common name") {
    const auto columns = mapped({"E-Mail", "external_id", "Unsubscribed", "updated_at", "name"});
    CHECK(columns.known_as == "common names");
    CHECK(columns.id == 1);
    CHECK(columns.opted_out == 2);
    CHECK(columns.modified_at == 3);
    CHECK(columns.name == std::vector<std::size_t>{4});
  }
  SUBCASE("whatever the case of the names and the blanks around them") {
    CHECK(mapped({" RECORD id ", "EMAIL ", "unsubscribed FROM all Email"}).opted_out == 2);
  }
}

TEST_CASE("Mailchimp's files are one a status, and their names say which") {
  const std::vector<std::string> header{"Email Address", "First Name", "LEID", "EUID"};
  SUBCASE("the unsubscribed, also without a time") {
    const auto columns = mapped(header, {}, "unsubscribed_members_export_1a2b.csv");
    CHECK(columns.known_as == "Mailchimp");
    CHECK(columns.otherwise == true);
    CHECK(columns.id == 2);
  }
  SUBCASE("the subscribed") { CHECK(mapped(header, {}, "subscribed_members_export.csv").otherwise == false); }
  SUBCASE("anything else says nothing of those without a time") {
    for (const auto name :
         {"cleaned_members_export.csv", "members.csv", "nonsubscribed_members.csv", "not subscribed.csv"}) {
      const auto columns = mapped(header, {}, name);
      CHECK_FALSE(columns.otherwise.has_value());
      CHECK(has(columns.opt_out_problem, "UNSUB_TIME"));
    }
  }
  SUBCASE("a time in UNSUB_TIME is a no") {
    const auto columns = mapped({"Email Address", "UNSUB_TIME", "LEID", "EUID"}, {}, "members.csv");
    CHECK(columns.opted_out == 1);
    CHECK(columns.any_value_is_no);
  }
}

TEST_CASE("a header without a column for opt-outs leaves them unknown and says so") {
  const auto columns = mapped({"id", "email"});
  CHECK_FALSE(columns.opted_out.has_value());
  CHECK_FALSE(columns.otherwise.has_value());
  CHECK(has(columns.opt_out_problem, "columns: { opted_out"));
}

TEST_CASE("a header without a column for the address is refused") {
  SUBCASE("with its columns and the cure") {
    const auto message = refused({"id", "phone"});
    CHECK(has(message, "columns: { email"));
    CHECK(has(message, "id, phone"));
  }
  SUBCASE("a very long one is not listed whole") {
    CHECK(refused(std::vector<std::string>(500, "column")).size() < 700);
  }
  SUBCASE("and never quoted where it is a row with a person's address") {
    for (const auto& message :
         {refused({"17", "ann@example.com", "Ann Example"}),
          refused({"17", "ann@example.com", "Ann Example"}, {{"columns", {{"email", "Mail"}}}})}) {
      CHECK_FALSE(has(message, "ann"));
      CHECK_FALSE(has(message, "Ann"));
      CHECK(has(message, "header line"));
    }
  }
}

TEST_CASE("a column that is there twice") {
  SUBCASE("is refused where it is meant") {
    CHECK(has(refused({"Email", "email", "id"}), "2 columns named \"email\""));
    CHECK(has(refused({"Email", "id", "opted_out", "Opted_Out"}), "opted_out"));
  }
  SUBCASE("is no problem where the configuration names another") {
    CHECK(mapped({"Email", "email", "Mail", "id"}, {{"columns", {{"email", "Mail"}}}}).email == 2);
  }
  SUBCASE("is no problem where it means nothing") { CHECK(mapped({"Email", "Note", "Note"}).email == 0); }
}

TEST_CASE("the columns option") {
  const std::vector<std::string> header{"Key", "Mail", "Out", "Changed", "First", "Last", "Email"};
  SUBCASE("names what is meant") {
    const auto columns = mapped(header, {{"columns",
                                          {{"id", "key"},
                                           {"email", "Mail"},
                                           {"opted_out", " OUT "},
                                           {"modified_at", "Changed"},
                                           {"name", {"Last", "First"}}}}});
    CHECK(columns.known_as == "the columns option");
    CHECK(columns.id == 0);
    CHECK(columns.email == 1);
    CHECK(columns.opted_out == 2);
    CHECK(columns.modified_at == 3);
    CHECK(columns.name == std::vector<std::size_t>{5, 4});
    CHECK(columns.opt_out_problem.empty());
  }
  SUBCASE("leaves the rest to the known exports") {
    const auto columns =
        mapped({"Record ID", "Email", "Unsubscribed from all email", "Out"}, {{"columns", {{"opted_out", "Out"}}}});
    CHECK(columns.id == 0);
    CHECK(columns.opted_out == 3);
  }
  SUBCASE("with a column that is not there is refused, but for opted_out, which is unknown then") {
    for (const auto key : {"id", "email", "modified_at", "name"}) {
      const auto message = refused(header, {{"columns", {{key, "Nowhere"}}}});
      CHECK(has(message, "\"Nowhere\""));
      CHECK(has(message, "correct `columns`"));
    }
    const auto columns = mapped(header, {{"columns", {{"opted_out", "Nowhere"}}}});
    CHECK_FALSE(columns.otherwise.has_value());
    CHECK_FALSE(columns.opt_out_problem.empty());
  }
  SUBCASE("overrides what Mailchimp's file name says") {
    const auto columns =
        mapped({"Email Address", "LEID", "EUID", "Left"}, {{"columns", {{"opted_out", "Left"}}}}, "unsubscribed.csv");
    CHECK(columns.otherwise == false);
    CHECK_FALSE(columns.any_value_is_no);
  }
}

TEST_CASE("opted_out_when") {
  const nlohmann::json when = {
      {"opted_out_when", {{{"field", "State"}, {"equals", "left"}}, {{"field", "Ban"}, {"equals", "1"}}}}};
  SUBCASE("takes the place of the opt-out column") {
    const auto columns = mapped({"id", "email", "state", "BAN"}, when);
    REQUIRE(columns.conditions.size() == 2);
    CHECK(columns.conditions[0].column == 2);
    CHECK(columns.conditions[1].column == 3);
    CHECK(columns.conditions[1].equals == "1");
    CHECK_FALSE(columns.condition_missing);
    CHECK(columns.opt_out_problem.empty());
  }
  SUBCASE("with a column that is not there leaves open who meets no other condition") {
    const auto columns = mapped({"id", "email", "state"}, when);
    CHECK(columns.conditions.size() == 1);
    CHECK(columns.condition_missing);
    CHECK(has(columns.opt_out_problem, "\"Ban\""));
  }
  SUBCASE("with a column that is there twice is refused") {
    CHECK(has(refused({"email", "state", "State", "ban"}, when), "State"));
  }
}

TEST_CASE("the table of known exports") {
  for (const auto& known : known_exports()) {
    CAPTURE(std::string(known.name));
    CHECK_FALSE(known.marks.empty());
    CHECK_FALSE(known.email.empty());
    CHECK_FALSE(known.opted_out.empty());
    // What is looked up is in lower case.
    for (const auto names :
         {known.id, known.email, known.opted_out, known.deleted, known.modified_at, known.first_name, known.last_name})
      for (const auto name : names) CHECK(lower(name) == name);
    // A header of the marks is recognised as this export, and not as one before it.
    std::vector<std::string> header;
    for (const auto mark : known.marks) header.emplace_back(mark.front());
    CHECK(mapped(header).known_as == known.name);
  }
}
