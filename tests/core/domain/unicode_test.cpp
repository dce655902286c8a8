#include "core/domain/unicode.h"

#include <doctest/doctest.h>

using namespace crmsync::domain;

TEST_CASE("case folding") {
  CHECK(fold_case("ANN") == "ann");
  CHECK(fold_case("\xc3\x89mile") == "\xc3\xa9mile");  // É
  CHECK(fold_case("stra\xc3\x9f"
                  "e") == "strasse");                          // ß folds to ss
  CHECK(fold_case("E\xcc\x81mile") == "\xc3\xa9mile");         // E + combining acute is composed
  CHECK(fold_case("\xce\xa3\xcf\x82") == "\xcf\x83\xcf\x83");  // both sigmas
  SUBCASE("what is not UTF-8 is refused") {
    CHECK_FALSE(fold_case("\xff"));
    CHECK_FALSE(fold_case("a\xc3"));
    CHECK_FALSE(fold_case("\xed\xa0\x80"));  // a surrogate
    CHECK_FALSE(fold_case("\xc0\xaf"));      // overlong
  }
}

TEST_CASE("A-labels") {
  CHECK(to_a_labels("m\xc3\xbcnchen.de") == "xn--mnchen-3ya.de");
  CHECK(to_a_labels("M\xc3\x9cNCHEN.DE") == "xn--mnchen-3ya.de");
  SUBCASE("non-transitional: sharp s stays a letter of its own") {
    CHECK(to_a_labels("stra\xc3\x9f"
                      "e.de") == "xn--strae-oqa.de");
  }
  SUBCASE("the ideographic full stop separates labels") {
    CHECK(to_a_labels("b\xc3\xbc\xe3\x80\x82"
                      "de") == "xn--b-eha.de");
  }
  SUBCASE("what is no domain is refused") {
    CHECK_FALSE(to_a_labels("\xff.de"));
    CHECK_FALSE(to_a_labels(std::string_view("b\xc3\xbc.de\0.org", 11)));
  }
}
