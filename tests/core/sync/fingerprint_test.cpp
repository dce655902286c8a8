#include "core/sync/fingerprint.h"

#include <doctest/doctest.h>

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace crmsync;
using sync::FingerprintKey;

namespace {

// The key of the published vectors: the bytes 00 01 .. 0f. Their inputs: 00 01 .. of the given length.
constexpr FingerprintKey kPublishedKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::string counting_bytes(std::size_t n) {
  std::string bytes(n, '\0');
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<char>(i);
  return bytes;
}

struct Vector {
  std::size_t length;
  std::uint64_t value;
};

domain::RemoteRecord record() {
  domain::RemoteRecord r;
  r.external_id = "5101";
  r.email = "ann@example.com";
  r.name = "Ann Example";
  r.opted_out = false;
  r.modified_at = 1'700'000'000'000;
  r.evidence = "Email Opt Out = \"1\"";
  return r;
}

}  // namespace

TEST_CASE("siphash gives the published values") {
  SUBCASE("2-4: the example of the paper") {
    CHECK(sync::siphash_2_4(kPublishedKey, counting_bytes(15)) == 0xa129ca6149be45e5);
  }
  SUBCASE("2-4: every length of the last word, and longer inputs") {
    const Vector vectors[] = {
        {0, 0x726fdb47dd0e0e31},  {1, 0x74f839c593dc67fd},  {2, 0x0d6c8009d9a94f5a},  {3, 0x85676696d7fb7e2d},
        {4, 0xcf2794e0277187b7},  {5, 0x18765564cd99a68d},  {6, 0xcbc9466e58fee3ce},  {7, 0xab0200f58b01d137},
        {8, 0x93f5f5799a932462},  {9, 0x9e0082df0ba9e4b0},  {16, 0x3f2acc7f57c29bdb}, {17, 0x699ae9f52cbe4794},
        {31, 0x32d892fad841c342}, {32, 0x7127512f72f27cce}, {63, 0x958a324ceb064572},
    };
    for (const auto& [length, value] : vectors) {
      CAPTURE(length);
      CHECK(sync::siphash_2_4(kPublishedKey, counting_bytes(length)) == value);
    }
  }
  SUBCASE("1-3") {
    const Vector vectors[] = {
        {0, 0xabac0158050fc4dc},  {1, 0xc9f49bf37d57ca93},  {2, 0x82cb9b024dc7d44d},  {3, 0x8bf80ab8e7ddf7fb},
        {4, 0xcf75576088d38328},  {5, 0xdef9d52f49533b67},  {6, 0xc50d2b50c59f22a7},  {7, 0xd3927d989bb11140},
        {8, 0x369095118d299a8e},  {9, 0x25a48eb36c063de4},  {15, 0xd320d86d2a519956}, {16, 0xcc4fdd1a7d908b66},
        {31, 0x2370dd1f8c21d1bc}, {32, 0x81157b6c16a7b60d}, {63, 0x9d199062b7bbb3a8},
    };
    for (const auto& [length, value] : vectors) {
      CAPTURE(length);
      CHECK(sync::siphash_1_3(kPublishedKey, counting_bytes(length)) == value);
    }
  }
}

TEST_CASE("a fingerprint stands for the content of a record") {
  const FingerprintKey key{1, 2};
  const auto base = sync::fingerprint(key, record());

  SUBCASE("equal records have equal fingerprints") { CHECK(sync::fingerprint(key, record()) == base); }

  SUBCASE("another key gives another one") {
    CHECK(sync::fingerprint({1, 3}, record()) != base);
    CHECK(sync::fingerprint({2, 2}, record()) != base);
  }

  SUBCASE("every field changes it") {
    using Change = std::function<void(domain::RemoteRecord&)>;
    const std::vector<Change> changes = {
        [](auto& r) { r.external_id = "5102"; },
        [](auto& r) { r.external_id = "05101"; },
        [](auto& r) { r.email = "Ann@example.com"; },
        [](auto& r) { r.email.clear(); },
        [](auto& r) { r.name += ' '; },
        [](auto& r) { r.name.push_back('\0'); },
        [](auto& r) { r.opted_out = true; },
        [](auto& r) { r.opted_out.reset(); },
        [](auto& r) { *r.modified_at += 1; },
        [](auto& r) { r.modified_at = 0; },
        [](auto& r) { r.modified_at.reset(); },
        [](auto& r) { r.deleted = true; },
        [](auto& r) { r.merged_ids = {"7"}; },
        [](auto& r) { r.merged_ids = {""}; },
        [](auto& r) {
          r.merged_ids = {"7", "8"};
        },
        [](auto& r) {
          r.merged_ids = {"8", "7"};
        },
        [](auto& r) { r.merged_ids = {"78"}; },
        [](auto& r) { r.evidence = "Email Opt Out = \"true\""; },
    };
    std::set<std::uint64_t> all{base};
    for (const auto& change : changes) {
      auto changed = record();
      change(changed);
      all.insert(sync::fingerprint(key, changed));
    }
    CHECK(all.size() == changes.size() + 1);
  }

  SUBCASE("text that moves from one field to the next changes it, at every length") {
    const std::string text = "abcdefghijklmnopqrstuvwx";
    std::set<std::uint64_t> all;
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      domain::RemoteRecord r;
      r.external_id = text.substr(0, cut);
      r.email = text.substr(cut);
      all.insert(sync::fingerprint(key, r));
      r.name = std::exchange(r.external_id, "");
      all.insert(sync::fingerprint(key, r));
      r.evidence = std::exchange(r.email, "");
      all.insert(sync::fingerprint(key, r));
    }
    // With the cut at either end two of the three records have the same single field only where the fields are the
    // same.
    CHECK(all.size() == 3 * (text.size() + 1) - 2);
  }

  SUBCASE("zero bytes at the end of a field count, at every length") {
    std::set<std::uint64_t> all;
    for (std::size_t length = 0; length <= 40; ++length) {
      domain::RemoteRecord r;
      r.name.assign(length, '\0');
      all.insert(sync::fingerprint(key, r));
    }
    CHECK(all.size() == 41);
  }
}
