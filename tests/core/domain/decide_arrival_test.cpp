// Records that can be taken in in bulk: what decide() says of them is known without asking it.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/domain/decide.h"
#include "tests/core/domain/decide_fixture.h"

using namespace crmsync::domain;
using namespace crmsync::domain::testing;

TEST_CASE("a record arrives plainly when its opt-out is known and it is neither deleted nor the result of a merge") {
  auto s = never_seen();
  CHECK(arrives_plainly(s.remote));
  CHECK(arrives_plainly(s.says(true).remote));
  SUBCASE("unknown is not subscribed") { CHECK_FALSE(arrives_plainly(s.says(std::nullopt).remote)); }
  SUBCASE("deleted") { CHECK_FALSE(arrives_plainly(s.gone().remote)); }
  SUBCASE("merged") {
    s.remote.merged_ids = {"2"};
    CHECK_FALSE(arrives_plainly(s.remote));
  }
}

TEST_CASE("of a plain arrival decide() only mirrors it, with its own integration where it is opted out") {
  const bool held = rc::check("a plain arrival is decided plainly", [] {
    auto s = never_seen();
    s.remote.name = *rc::gen::arbitrary<std::string>();
    s.remote.evidence = *rc::gen::arbitrary<std::string>();
    s.remote.opted_out = *rc::gen::arbitrary<bool>();
    if (*rc::gen::arbitrary<bool>()) s.remote.modified_at = std::nullopt;
    s.rules.push = *rc::gen::element(PushPolicy::none, PushPolicy::opt_out, PushPolicy::both);
    s.rules.on_delete = *rc::gen::element(OnDelete::keep, OnDelete::suppress);
    RC_ASSERT(arrives_plainly(s.remote));
    const auto d = s.decide();
    Decision plain;
    plain.action = MirrorAction::write;
    plain.mirror = CrmRecord{"crm", "1", kAnn, s.remote.opted_out, s.remote.modified_at, false, PushMark::none};
    if (*s.remote.opted_out) {
      RC_ASSERT(d.adds.size() == 1U);
      plain.adds = {add_own(d.adds.front().evidence)};
    }
    RC_ASSERT(d == plain);
  });
  CHECK(held);
}
