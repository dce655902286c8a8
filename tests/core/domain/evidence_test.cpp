#include "core/domain/evidence.h"

#include <doctest/doctest.h>

using namespace crmsync::domain;

TEST_CASE("evidence is valid JSON whatever the CRM says") {
  SUBCASE("plain text stays as it is") { CHECK(evidence("crm", "opted out") == R"({"crm":"opted out"})"); }
  SUBCASE("quotes and backslashes are escaped") {
    CHECK(evidence("crm", R"(Opt Out = "1" \ x)") == R"({"crm":"Opt Out = \"1\" \\ x"})");
  }
  SUBCASE("keys are escaped too") { CHECK(evidence("a\"b", "") == R"({"a\"b":""})"); }
  SUBCASE("control characters become escapes") {
    CHECK(json_string(std::string_view("a\nb\t\x01\x1f\x7f\0z", 9)) ==
          "\"a\\u000ab\\u0009\\u0001\\u001f\\u007f\\u0000z\"");
  }
  SUBCASE("UTF-8 is kept") { CHECK(json_string("Zo\xc3\xab") == "\"Zo\xc3\xab\""); }
}
