#include "core/domain/crm_record.h"

#include <doctest/doctest.h>

using namespace crmsync::domain;

TEST_CASE("the source of an integration suppression names connection and record") {
  CHECK(record_source("harbour-hubspot", "5101") == "harbour-hubspot:5101");
  CHECK(record_source("c", "a:b") == "c:a:b");
}

TEST_CASE("a record is a value") {
  CrmRecord a{"c", "1", "x@example.com", true, 5, false, PushMark::none};
  CrmRecord b = a;
  CHECK(a == b);
  b.opted_out = std::nullopt;
  CHECK_FALSE(a == b);
}
