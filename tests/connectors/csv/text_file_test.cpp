#include "connectors/csv/text_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/connectors/csv/csv_text.h"
#include "tests/connectors/csv/temp_folder.h"

using namespace crmsync;
using namespace crmsync::connectors::csv;

namespace {

// More than one chunk, with characters of every length.
std::string long_text() {
  std::string text;
  for (int i = 0; text.size() < 700'000; ++i)
    text += std::to_string(i) + " caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\n";
  return text;
}

FileIdentity identity_of(const std::string& path) {
  auto identity = identify(path);
  REQUIRE(identity.has_value());
  return *identity;
}

TextFile opened(const std::string& path) {
  auto file = TextFile::open(identity_of(path));
  REQUIRE(file.has_value());
  return std::move(*file);
}

std::string rest_of(TextFile& file) {
  std::string text;
  while (file.read(text)) {
  }
  return text;
}

std::string encoded(const std::string& text, Encoding encoding, bool mark) {
  if (encoding == Encoding::utf8) return (mark ? "\xEF\xBB\xBF" : "") + text;
  const bool big = encoding == Encoding::utf16_be;
  return (mark ? big ? "\xFE\xFF" : "\xFF\xFE" : "") + utf_16(text, big);
}

}  // namespace

TEST_CASE("a file is its text, whatever its encoding") {
  const TempFolder folder;
  const std::string text = long_text();
  for (const auto encoding : {Encoding::utf8, Encoding::utf16_le, Encoding::utf16_be})
    for (const bool mark : {false, true}) {
      CAPTURE(mark);
      auto file = opened(folder.write("a.csv", encoded(text, encoding, mark)));
      CHECK((file.encoding() == encoding));
      CHECK((rest_of(file) == text));
      CHECK_FALSE(file.ends_inside_character());
      file.rewind();
      CHECK((rest_of(file) == text));
    }
}

TEST_CASE("reading goes on at any place") {
  const TempFolder folder;
  const std::string text = long_text();
  for (const auto encoding : {Encoding::utf8, Encoding::utf16_le}) {
    const auto path = folder.write("a.csv", encoded(text, encoding, true));
    auto first = opened(path);
    std::string read;
    std::uint64_t offset = 1;
    while (first.read(read))
      for (; offset < read.size(); offset += 49'999) {
        const Anchor anchor = first.anchor_for(offset);
        CHECK(anchor.text <= offset);
        auto second = opened(path);
        second.resume(offset, anchor);
        CHECK((rest_of(second) == text.substr(offset)));
      }
    CHECK(offset > 700'000);
  }
}

TEST_CASE("reading goes on behind a character that two chunks share") {
  const TempFolder folder;
  // A pair of surrogates at every place around the end of the first chunk.
  for (std::size_t before = 131'068; before < 131'074; ++before) {
    CAPTURE(before);
    const std::string text = std::string(before, 'x') + "\xF0\x9F\x98\x80" + std::string(300'000, 'y') + "z";
    const auto path = folder.write("a.csv", encoded(text, Encoding::utf16_le, true));
    auto first = opened(path);
    CHECK((rest_of(first) == text));
    const std::uint64_t offset = before + 1000;
    const Anchor anchor = first.anchor_for(offset);
    CHECK(anchor.text + 10 > before);  // of the second chunk
    auto second = opened(path);
    second.resume(offset, anchor);
    CHECK((rest_of(second) == text.substr(offset)));
  }
}

TEST_CASE("a file that ends inside a character says so") {
  const TempFolder folder;
  const std::string whole = "\xFF\xFE" + utf_16("id,\xF0\x9F\x98\x80", false);
  for (const std::size_t cut : {1U, 2U, 3U}) {
    auto file = opened(folder.write("a.csv", whole.substr(0, whole.size() - cut)));
    rest_of(file);
    CHECK(file.ends_inside_character());
  }
}

TEST_CASE("a file is the one that was looked at, or an error") {
  const TempFolder folder;
  const auto path = folder.write("a.csv", "id,email\n");
  const auto identity = identity_of(path);
  const auto check_refused = [&](const char* what) {
    const auto file = TextFile::open(identity);
    REQUIRE_FALSE(file.has_value());
    CHECK(std::string(to_string(file.error().kind)) == "transient");
    CHECK(file.error().message.find(path) != std::string::npos);
    CHECK(file.error().message.find(what) != std::string::npos);
  };
  SUBCASE("that it grew since") {
    folder.write("a.csv", "id,email\n1,\n");
    check_refused("changed");
  }
  SUBCASE("that another was put in its place") {
    folder.write("b.csv", "id,email\n");
    std::filesystem::rename(folder.file("b.csv"), path);
    check_refused("changed");
  }
  SUBCASE("that it is gone") {
    std::filesystem::remove(path);
    check_refused("changed");
  }
  SUBCASE("that it is a pipe now, which is not waited for") {
    std::filesystem::remove(path);
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    check_refused("changed");
  }
  SUBCASE("that it changed while it was read") {
    auto file = TextFile::open(identity);
    REQUIRE(file.has_value());
    CHECK(file->unchanged().has_value());
    folder.write("a.csv", "id,email\n1,\n");
    CHECK_FALSE(file->unchanged().has_value());
  }
}

TEST_CASE("only a regular file that is there is one") {
  const TempFolder folder;
  for (const auto& path : {folder.file("nothing.csv"), folder.path()}) {
    const auto identity = identify(path);
    REQUIRE_FALSE(identity.has_value());
    CHECK(identity.error().message.find(path) != std::string::npos);
  }
}

TEST_CASE("the hash of the end tells files of one size apart") {
  const TempFolder folder;
  const std::string start(10'000, 'x');
  const auto hash = [&](const std::string& end) { return opened(folder.write("a.csv", start + end)).tail_hash(); };
  CHECK(hash("1,true") == hash("1,true"));
  CHECK(hash("1,true") != hash("2,true"));
  CHECK(opened(folder.write("empty.csv", "")).tail_hash().size() == 16);
}

TEST_CASE("a file that is moved is open once") {
  const TempFolder folder;
  auto one = opened(folder.write("a.csv", "one"));
  auto other = opened(folder.write("b.csv", "other"));
  other = std::move(one);
  CHECK(rest_of(other) == "one");
  const TextFile third = std::move(other);
  CHECK(third.unchanged().has_value());
}
