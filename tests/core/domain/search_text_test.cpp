#include "core/domain/search_text.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/domain/unicode.h"

using namespace crmsync::domain;

namespace {
using Texts = std::vector<std::string>;

bool finds(const char* typed, const char* address, const char* name = "") {
  return TextSearch(typed).finds(address, address, name);
}
}  // namespace

TEST_CASE("folding makes alike what people read as the same") {
  const std::vector<std::pair<std::string, std::string>> alike{
      {"Ann O'Neill", "ann o'neill"},
      {"J\xC3\x9CRGEN", "jurgen"},
      {"u\xCC\x88", "u"},  // the accent as a letter of its own
      {"STRASSE stra\xC3\x9F"
       "e",
       "strasse strasse"},
      {"\xC3\x98stergaard \xC5\x81ukasz \xC3\x86gir", "ostergaard lukasz aegir"},
      {"\xC4\xB0stanbul \xC4\xB1", "istanbul i"},  // both Turkish i
      {"\xD0\x95\xD0\x9B\xD0\x95\xD0\x9D\xD0\x90", "\xD0\xB5\xD0\xBB\xD0\xB5\xD0\xBD\xD0\xB0"},
      {"\xEF\xBC\xA1\xEF\xBC\xA2", "ab"},  // full width
      {"\xE5\xBC\xA0\xE4\xBC\x9F", "\xE5\xBC\xA0\xE4\xBC\x9F"},
      {"", ""},
  };
  for (const auto& [text, folded] : alike) CHECK(fold_for_search(text) == folded);
}

TEST_CASE("folding takes anything, and what is folded stays as it is") {
  CHECK(fold_for_search("a\xFF\xC3") == "a\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(fold_for_search(std::string("a\0b", 3)) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(rc::check("any bytes", [](const std::string& text) {
    const auto folded = fold_for_search(text);
    RC_ASSERT(folded.find('\0') == std::string::npos);
    RC_ASSERT(fold_for_search(folded) == folded);
    RC_ASSERT(fold_case(folded).has_value());  // valid UTF-8
  }));
}

TEST_CASE("three letters or more are found anywhere in address and name") {
  CHECK(finds("ann", "joanna@example.com"));
  CHECK(finds("A@EX", "joanna@example.com"));
  CHECK(finds("na smi", "x@example.com", "Joanna Smith"));
  CHECK_FALSE(finds("smithjoanna", "x@example.com", "Joanna Smith"));
  CHECK_FALSE(finds("comjo", "x@example.com", "Joanna"));  // not across the two
  CHECK(TextSearch("m\xC3\xBCnchen").finds("x@xn--mnchen-3ya.de", "x@m\xC3\xBCnchen.de", ""));
}

TEST_CASE("one or two letters are found at the beginning of words only") {
  CHECK(finds("j", "joanna@example.com"));
  CHECK(finds("sm", "joanna.smith@example.com"));
  CHECK(finds("sm", "x@example.com", "Joanna van-Smith"));
  CHECK(finds("EX", "joanna@example.com"));
  CHECK(finds("a@", "a@example.com"));
  CHECK(finds("\xC3\x96s", "x@example.com", "\xC3\x98stergaard"));
  CHECK_FALSE(finds("an", "joanna@example.com"));
  CHECK_FALSE(finds("co", "joanna@example.com"));
}

TEST_CASE("one or two signs that are no letters are found anywhere") {
  CHECK(finds("@", "a@example.com"));
  CHECK(finds("'n", "a@example.com", "O'Neill"));
  CHECK_FALSE(finds("%", "a@example.com"));
}

TEST_CASE("nothing typed finds everybody, an accent alone nobody") {
  CHECK(TextSearch("").for_all());
  CHECK(TextSearch(" \t").for_all());
  CHECK(finds("  ", "a@example.com"));
  CHECK_FALSE(TextSearch("\xCC\x88").for_all());
  CHECK_FALSE(finds("\xCC\x88", "a@example.com"));
}

TEST_CASE("beginnings are those of name, local part and first label, each once") {
  const SearchTexts texts("ann.ab-c@harbour.example.com", "ann.ab-c@harbour.example.com", "Ann B. \xC3\x98st");
  CHECK(beginnings(texts) == Texts{"an", "ab", "c@", "ha", "b.", "os"});
}

TEST_CASE("names sort without regard to case and accents, who has none comes last by address") {
  const Texts keys{name_key("z@x", "adam"), name_key("y@x", "\xC3\x81gnes"), name_key("x@x", " Bea "),
                   name_key("w@x", "Zoe"),  name_key("v@x", "\xE5\xBC\xA0"), name_key("a@x", ""),
                   name_key("b@x", "  \t ")};
  for (std::size_t i = 1; i < keys.size(); ++i) CHECK(keys[i - 1] < keys[i]);
  for (const auto& key : keys) CHECK_FALSE(key.empty());
  const std::string accents(400, 'a');
  CHECK(name_key("a@x", accents + "\xE5\xBC\xA0").size() <= 200);
  std::string wide = "a";
  for (int i = 0; i < 100; ++i) wide += "\xE5\xBC\xA0";
  CHECK(fold_case(name_key("a@x", wide)).has_value());  // not cut within a letter
}

TEST_CASE("what is found by three letters or more is a substring of the folded texts, of whatever is typed") {
  const auto word = [] {
    return *rc::gen::container<std::string>(rc::gen::element('a', 'B', 'n', '.', '@', ' ', '%'));
  };
  CHECK(rc::check("any texts", [&] {
    const auto address = word();
    const auto name = word();
    const TextSearch search(word());
    if (search.for_all() || search.letters() < 3) return;
    const bool within = fold_for_search(address).find(search.folded()) != std::string::npos ||
                        fold_for_search(name).find(search.folded()) != std::string::npos;
    RC_ASSERT(search.finds(address, address, name) == within);
  }));
}
