#include "core/domain/suppression.h"

#include <doctest/doctest.h>

#include <vector>

using namespace crmsync::domain;

namespace {
Suppression of(Reason reason, std::string source = "somewhere") { return {reason, std::move(source), 7, "{}"}; }
}  // namespace

TEST_CASE("a contact is subscribed exactly when it has no active suppression") {
  CHECK(status_of({}, false) == Status::subscribed);
  for (const auto& row : all_reasons()) {
    const std::vector<Suppression> active{of(row.reason)};
    CHECK(status_of(active, false) == Status::unsubscribed);
    CHECK(status_of(active, true) == Status::unsubscribed);  // a hold does not hide it
  }
  SUBCASE("on hold without a suppression: neither subscribed nor unsubscribed") {
    CHECK(status_of({}, true) == Status::on_hold);
  }
}

TEST_CASE("which suppressions are the same one") {
  SUBCASE("integration: each record has its own") {
    CHECK(same_suppression(of(Reason::integration, "c:1"), of(Reason::integration, "c:1")));
    CHECK_FALSE(same_suppression(of(Reason::integration, "c:1"), of(Reason::integration, "c:2")));
  }
  SUBCASE("every other reason exists once, whatever its source") {
    for (const auto& row : all_reasons())
      if (row.reason != Reason::integration) CHECK(same_suppression(of(row.reason, "a"), of(row.reason, "b")));
  }
  SUBCASE("two reasons never are") {
    for (const auto& a : all_reasons())
      for (const auto& b : all_reasons()) CHECK(same_suppression(of(a.reason), of(b.reason)) == (a.reason == b.reason));
  }
}

TEST_CASE("the reason to show is the first in display order") {
  CHECK_FALSE(shown_reason({}));
  const std::vector<Suppression> some{of(Reason::deferral), of(Reason::integration), of(Reason::manual),
                                      of(Reason::archived)};
  CHECK(shown_reason(some) == Reason::manual);
  CHECK(shown_reason(std::span(some).subspan(0, 1)) == Reason::deferral);
  for (const auto& a : all_reasons())
    for (const auto& b : all_reasons()) {
      const std::vector<Suppression> two{of(a.reason), of(b.reason)};
      CHECK(shown_reason(two) == std::min(a.reason, b.reason));
    }
}

TEST_CASE("names of the status") {
  CHECK(to_string(Status::subscribed) == "subscribed");
  CHECK(to_string(Status::unsubscribed) == "unsubscribed");
  CHECK(to_string(Status::on_hold) == "on_hold");
  for (const auto status : {Status::subscribed, Status::unsubscribed, Status::on_hold})
    CHECK(parse_status(to_string(status)) == status);
  CHECK_FALSE(parse_status("held"));
}
