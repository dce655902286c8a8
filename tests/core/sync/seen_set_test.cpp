#include "core/sync/seen_set.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <vector>

using crmsync::sync::SeenSet;

TEST_CASE("a set knows what was inserted and what was seen") {
  SeenSet set(3);
  set.insert(7);
  set.insert(9);

  SUBCASE("what was not inserted is unknown") {
    CHECK_FALSE(set.mark_seen(8));
    CHECK_FALSE(set.was_seen(8));
    CHECK(set.delivered() == 0);
  }
  SUBCASE("announcing changes nothing, whether it is known or not") {
    for (const std::uint64_t fingerprint : {0ULL, 7ULL, 8ULL, ~0ULL}) set.announce(fingerprint);
    CHECK(set.size() == 2);
    CHECK_FALSE(set.was_seen(7));
    CHECK_FALSE(set.mark_seen(8));
    CHECK(set.mark_seen(7));
  }
  SUBCASE("inserted is not yet seen") {
    CHECK_FALSE(set.was_seen(7));
    CHECK(set.size() == 2);
  }
  SUBCASE("marking says that it is known, and counts once") {
    CHECK(set.mark_seen(7));
    CHECK(set.mark_seen(7));
    CHECK(set.was_seen(7));
    CHECK_FALSE(set.was_seen(9));
    CHECK(set.delivered() == 1);
  }
  SUBCASE("inserting twice is inserting once, and keeps the mark") {
    set.mark_seen(9);
    set.insert(9);
    CHECK(set.size() == 2);
    CHECK(set.was_seen(9));
  }
  SUBCASE("delivered with other content is delivered, not seen, and counts once with being seen") {
    set.mark_changed(7);
    CHECK_FALSE(set.was_seen(7));
    CHECK(set.was_delivered(7));
    CHECK(set.delivered() == 1);
    CHECK(set.doubled() == 0);
    set.mark_seen(7);
    set.mark_seen(7);
    CHECK(set.was_seen(7));
    CHECK(set.delivered() == 1);
    CHECK(set.doubled() == 1);
    CHECK_FALSE(set.was_delivered(9));
  }
  SUBCASE("marking what is unknown as changed does nothing") {
    set.mark_changed(8);
    CHECK_FALSE(set.was_delivered(8));
    CHECK(set.delivered() == 0);
  }
  SUBCASE("inserting says whether it is new") {
    CHECK_FALSE(set.insert(7));
    CHECK(set.insert(0));
    CHECK_FALSE(set.insert(0));
    CHECK(set.insert(8));
  }
  SUBCASE("0 and the largest value are values like any other") {
    for (const std::uint64_t value : {std::uint64_t{0}, ~std::uint64_t{0}}) {
      CHECK_FALSE(set.mark_seen(value));
      CHECK_FALSE(set.was_seen(value));
      set.insert(value);
      CHECK_FALSE(set.was_seen(value));
      CHECK(set.mark_seen(value));
      CHECK(set.was_seen(value));
    }
    CHECK(set.size() == 4);
    CHECK(set.delivered() == 2);
  }
}

TEST_CASE("an empty set answers") {
  SeenSet set;
  CHECK_FALSE(set.mark_seen(0));
  CHECK_FALSE(set.mark_seen(1));
  CHECK(set.size() == 0);
}

TEST_CASE("neighbours that share a slot are kept apart, also across the end of the table") {
  SeenSet set(64);
  // The slot comes from the upper bits: these all want the last one, and wrap around.
  std::vector<std::uint64_t> values;
  for (std::uint64_t i = 0; i < 40; ++i) values.push_back(~std::uint64_t{0} - i);
  for (const auto value : values) set.insert(value);
  for (std::size_t i = 0; i < values.size(); i += 2) CHECK(set.mark_seen(values[i]));
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(set.was_seen(values[i]) == (i % 2 == 0));
  CHECK_FALSE(set.mark_seen(~std::uint64_t{0} - 40));
  CHECK(set.delivered() == 20);
}

TEST_CASE("any sequence of calls does what a plain map does") {
  const bool held = rc::check("a seen set is a map from value to mark", [](std::uint16_t expected) {
    // Few distinct values, 0 among them, some of them close together at the top: collisions and repetitions.
    const auto value = rc::gen::map(rc::gen::inRange<std::uint64_t>(0, 300), [](std::uint64_t n) {
      return n % 3 == 0 ? n / 3 : n % 3 == 1 ? ~n : n * 0x9e3779b97f4a7c15ULL;
    });
    const auto steps =
        *rc::gen::container<std::vector<std::pair<int, std::uint64_t>>>(rc::gen::pair(rc::gen::inRange(0, 3), value));
    SeenSet set(expected % 50);
    std::map<std::uint64_t, bool> model;
    for (const auto& [what, fingerprint] : steps) {
      const auto known = model.find(fingerprint);
      if (what == 0) {
        set.insert(fingerprint);
        model.try_emplace(fingerprint, false);
      } else if (what == 1) {
        RC_ASSERT(set.mark_seen(fingerprint) == (known != model.end()));
        if (known != model.end()) known->second = true;
      } else {
        RC_ASSERT(set.was_seen(fingerprint) == (known != model.end() && known->second));
      }
    }
    std::size_t seen = 0;
    for (const auto& [fingerprint, mark] : model) {
      seen += mark;
      RC_ASSERT(set.was_seen(fingerprint) == mark);
    }
    RC_ASSERT(set.size() == model.size());
    RC_ASSERT(set.delivered() == seen);
  });
  CHECK(held);
}

TEST_CASE("a set grows far beyond what was expected") {
  SeenSet set(10);
  constexpr std::uint64_t kMany = 200'000;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    set.insert(i * 0x9e3779b97f4a7c15ULL);
    if (i % 2 == 0) set.mark_seen(i * 0x9e3779b97f4a7c15ULL);
  }
  CHECK(set.size() == kMany);
  CHECK(set.delivered() == kMany / 2);
  std::uint64_t right = 0;
  for (std::uint64_t i = 0; i < kMany; ++i) right += set.was_seen(i * 0x9e3779b97f4a7c15ULL) == (i % 2 == 0);
  CHECK(right == kMany);
}
