#include "connectors/csv/dialect.h"

#include <doctest/doctest.h>

using crmsync::connectors::csv::detect_delimiter;

TEST_CASE("the delimiter is what splits the header line into most cells") {
  CHECK(detect_delimiter("id,email,name\n") == ',');
  CHECK(detect_delimiter("id;email;name\n") == ';');
  CHECK(detect_delimiter("id\temail\tname\n") == '\t');
  CHECK(detect_delimiter("id|email|name\n") == '|');
  CHECK(detect_delimiter("id;name, first;name, last;email\n") == ';');
  SUBCASE("outside of quotes") {
    CHECK(detect_delimiter("\"a,b,c\";\"d,e\"\n") == ';');
    CHECK(detect_delimiter("\"a\"\"b,c,d\";e\n") == ';');
  }
  SUBCASE("and only of that line") {
    CHECK(detect_delimiter("id;email\na,b,c,d,e\n") == ';');
    CHECK(detect_delimiter("id;email\ra,b,c,d,e\r") == ';');
    CHECK(detect_delimiter("\r\n\nid;email\na,b,c,d,e\n") == ';');
  }
  SUBCASE("a comma where nothing does") {
    CHECK(detect_delimiter("email\n") == ',');
    CHECK(detect_delimiter("") == ',');
  }
}
