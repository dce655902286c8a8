#include "config/document.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

namespace crmsync::config {

namespace {

// The tree in one line: [list] {map} plain "quoted" null, each with its place.
std::string print(const Node& node) {
  const std::string place = "@" + std::to_string(node.at.line) + ":" + std::to_string(node.at.column);
  std::string inside;
  switch (node.kind) {
    case Node::Kind::null: return "null" + place;
    case Node::Kind::broken: return "broken" + place;
    case Node::Kind::scalar: return (node.quoted ? '"' + node.text + '"' : node.text) + place;
    case Node::Kind::list:
      for (const Node& item : node.items) inside += (inside.empty() ? "" : ", ") + print(item);
      return "[" + inside + "]" + place;
    case Node::Kind::map: break;
  }
  for (const Entry& entry : node.entries)
    inside += (inside.empty() ? "" : ", ") + entry.key + "@" + std::to_string(entry.at.line) + ":" +
              std::to_string(entry.at.column) + " = " + print(entry.value);
  return "{" + inside + "}" + place;
}

std::string print(const Document& document) {
  std::string out;
  for (const Fault& fault : document.faults)
    out += std::to_string(fault.at.line) + ":" + std::to_string(fault.at.column) + ": " + fault.message + "\n";
  return out + (document.root ? print(*document.root) : "");
}

std::string yaml(std::string_view text) { return print(parse_document(text, Syntax::yaml)); }
std::string json(std::string_view text) { return print(parse_document(text, Syntax::json)); }

std::string faults(std::string_view text, Syntax syntax) {
  Document document = parse_document(text, syntax);
  document.root.reset();
  return print(document);
}

const char* const kAnchors = "anchors (&) and aliases (*) are not supported: write the value out\n";

}  // namespace

TEST_CASE("JSON is what is named so or begins with a brace") {
  CHECK(syntax_of("a.json", "") == Syntax::json);
  CHECK(syntax_of("a.yaml", " \r\n\t{") == Syntax::json);
  CHECK(syntax_of("a.yaml", "\xEF\xBB\xBF{") == Syntax::json);
  CHECK(syntax_of("a.yaml", "a: {}") == Syntax::yaml);
  CHECK(syntax_of("a.yaml", "") == Syntax::yaml);
  CHECK(syntax_of("json", "a: 1") == Syntax::yaml);
}

TEST_CASE("every key and value knows its line and column, in characters") {
  CHECK(yaml("a: 1\nb:\n  - x\n  - 'y'\n") == "{a@1:1 = 1@1:4, b@2:1 = [x@3:5, \"y\"@4:5]@3:3}@1:1");
  CHECK(yaml("\"\xC3\xA4\xC3\xB6\": { \xE2\x82\xAC: \xF0\x9F\x98\x80, z: 1 }") ==
        "{\xC3\xA4\xC3\xB6@1:1 = {\xE2\x82\xAC@1:9 = \xF0\x9F\x98\x80@1:12, z@1:15 = 1@1:18}@1:7}@1:1");
  CHECK(json("{\"a\": 1,\n \"\xC3\xA4\": [true, \"y\"]}") ==
        "{a@1:2 = 1@1:7, \xC3\xA4@2:2 = [true@2:8, \"y\"@2:14]@2:7}@1:1");
  SUBCASE("with Windows line ends and a byte order mark") {
    CHECK(yaml("\xEF\xBB\xBF"
               "a: 1\r\nb: 2\r\n") == "{a@1:1 = 1@1:4, b@2:1 = 2@2:4}@1:1");
    CHECK(json("\xEF\xBB\xBF{\r\n\"b\":2}") == "{b@2:1 = 2@2:5}@1:1");
  }
  SUBCASE("and far into a long line") {
    std::string text = "{\"a\":[";
    for (int i = 0; i < 1000; ++i) text += "\"\xC3\xA4\",";
    CHECK(faults(text + "x]}", Syntax::json) == "1:4007: a value is missing here (a text stands in double quotes)\n");
  }
  SUBCASE("a missing value is where its key, its dash or its comma is") {
    CHECK(yaml("a:\n\n\nb: ~\n") == "{a@1:1 = null@1:1, b@4:1 = null@4:1}@1:1");
    CHECK(yaml("a:\n  -\n\n  - x\n") == "{a@1:1 = [null@2:3, x@4:5]@2:3}@1:1");
  }
}

TEST_CASE("a value keeps its looks") {
  SUBCASE("what YAML readers take for booleans and numbers are texts") {
    CHECK(yaml("[no, off, yes, 010, 0x1F, 1_000, .inf, 2026-11-23, 1:30]") ==
          "[no@1:2, off@1:6, yes@1:11, 010@1:16, 0x1F@1:21, 1_000@1:27, .inf@1:34, 2026-11-23@1:40, 1:30@1:52]@1:1");
  }
  SUBCASE("quotes are remembered") {
    CHECK(yaml("['null', \"~\", null, ~]") == "[\"null\"@1:2, \"~\"@1:10, null@1:15, null@1:21]@1:1");
  }
  SUBCASE("JSON numbers and words are as in YAML") {
    CHECK(json("[1.50, -3e2, true, null]") == "[1.50@1:2, -3e2@1:8, true@1:14, null@1:20]@1:1");
  }
  SUBCASE("JSON escapes, surrogate pairs included") {
    CHECK(json(R"(["\"\\\/\b\f\n\r\t", "\u00e4\u20AC\ud83d\uDE00"])") ==
          "[\"\"\\/\b\f\n\r\t\"@1:2, \"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"@1:22]@1:1");
  }
}

TEST_CASE("what YAML allows and a configuration does not") {
  SUBCASE("a key twice, at any depth; the first one counts") {
    CHECK(yaml("a: 1\nb: { c: 1, c: 2 }\na: 2\n") ==
          "2:12: this key is already given in line 2; remove one of them\n"
          "3:1: this key is already given in line 1; remove one of them\n"
          "{a@1:1 = 1@1:4, b@2:1 = {c@2:6 = 1@2:9}@2:4}@1:1");
    CHECK(yaml("a: 1\n\"a\": 2\n'a': 3\n") ==
          "2:1: this key is already given in line 1; remove one of them\n"
          "3:1: this key is already given in line 1; remove one of them\n{a@1:1 = 1@1:4}@1:1");
  }
  SUBCASE("a second document") {
    const std::string message = ": a second document: the configuration is one document\n";
    CHECK(yaml("a: 1\n---\nb: 2\n") == "2:1" + message);
    CHECK(yaml("a: 1\n...\nb: 2\n") == "3:1" + message);
    CHECK(yaml("---\na: 1\n...\n") == "{a@2:1 = 1@2:4}@2:1");
  }
  SUBCASE("anchors and aliases") {
    CHECK(yaml("a: &x 1\nb: &y [1]\nc: *x\n*y : d\n") ==
          std::string("1:4: ") + kAnchors + "2:4: " + kAnchors + "3:4: " + kAnchors + "4:1: " + kAnchors +
              "{a@1:1 = broken@1:4, b@2:1 = [1@2:8]@2:4, c@3:1 = broken@3:4}@1:1");
    CHECK(yaml("a: *nowhere") == std::string("1:4: ") + kAnchors);
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 30; ++i) {
      const std::string last = "*a" + std::to_string(i - 1);
      bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
      for (int j = 0; j < 8; ++j) bomb += ", " + last;
      bomb += "]\n";
    }
    CHECK(parse_document(bomb, Syntax::yaml).faults.size() == 30 + 29 * 9);
  }
  SUBCASE("tags") {
    CHECK(faults("a: !!str 1\nb: !x {}\nc: ! d\n", Syntax::yaml) ==
          "1:4: tags (!) are not supported: leave it out\n2:4: tags (!) are not supported: leave it out\n"
          "3:4: tags (!) are not supported: leave it out\n");
  }
  SUBCASE("tabs as indentation; elsewhere they are fine") {
    CHECK(faults("a:\n\tb: 1\n", Syntax::yaml).starts_with("2:1: a tab as indentation: use spaces\n"));
    CHECK(faults("a:\n  \tb: 1\n", Syntax::yaml).starts_with("2:3: a tab as indentation: use spaces\n"));
    CHECK(faults("a:\t1\t# comment\n", Syntax::yaml).empty());
    CHECK(faults("{\n\t\"a\": 1\n}", Syntax::json).empty());
  }
  SUBCASE("keys that are no texts") {
    CHECK(faults("? [a]\n: b\n? {c: d}\n: e\n", Syntax::yaml) ==
          "1:3: a key has to be a text\n3:3: a key has to be a text\n");
    CHECK(faults("~: a\n", Syntax::yaml) == "1:1: a key has to be a text\n");
  }
  SUBCASE("a merge key is a key like any other") {
    CHECK(yaml("<<: { a: 1 }") == "{<<@1:1 = {a@1:7 = 1@1:10}@1:5}@1:1");
  }
}

TEST_CASE("a file that was cut off is not read") {
  SUBCASE("within a quoted text, which the YAML parser would take as complete") {
    const std::string message = ": the closing quote of this text is missing\n";
    CHECK(yaml("a: 1\nb: \"x\n") == "2:4" + message);
    CHECK(yaml("a: 1\nb: \"x") == "2:6: a closing quote is missing\n");
    CHECK(yaml("a: 1\nb: 'x''\n") == "2:4" + message);
    CHECK(yaml("a: 1\nb: { c: 'x }\nd: 1\n") == "2:9" + message);
    CHECK(yaml("a: \"x\\\"\n") == "1:4" + message);
    CHECK(yaml("a: 'it''s'\nb: \"\\\\\"\n") == "{a@1:1 = \"it's\"@1:4, b@2:1 = \"\\\"@2:4}@1:1");
  }
  SUBCASE("within a map or list") {
    CHECK(yaml("a: [1, 2\n") == "2:1: a ] or a comma is missing\n");
    CHECK(yaml("a: {b: 2\n") == "2:1: a } or a comma is missing\n");
  }
  SUBCASE("JSON anywhere") {
    const std::string text = R"({"a": [1, -2.5e3, "x\u00e4\n", {"b": [true, false, null]}], "c": {}})";
    REQUIRE(parse_document(text, Syntax::json).root);
    for (std::size_t i = 0; i < text.size(); ++i) CHECK_FALSE(parse_document(text.substr(0, i), Syntax::json).root);
  }
}

TEST_CASE("mistakes in YAML say what may be meant") {
  CHECK(yaml("a: 1\n b: 2\n") ==
        "2:3: a \":\" where no key can be: is the indentation right? Quote a text that contains \": \"\n");
  CHECK(yaml("a:\n- b: 1\n c: 2\n") == "3:2: this line does not fit the list above: is the indentation right?\n");
  CHECK(yaml("a: 1\n- b\n") ==
        "2:1: this line does not fit the lines above: is the indentation right, is a \":\" missing?\n");
  CHECK(yaml("a: @b\n") == "1:4: a character that no value can begin with: quote the text\n");
  CHECK(yaml("a: }\n") == "1:4: a } or ] that was not opened\n");
}

TEST_CASE("mistakes in JSON say what is missing and where") {
  const auto check = [](const char* text, const char* expected) { CHECK(json(text) == std::string(expected) + "\n"); };
  check("", "1:1: the text ends where a value is missing");
  check("{\"a\": 1,}", "1:9: a comma without a key after it");
  check("[1,]", "1:4: a comma without a value after it");
  check("{\"a\" 1}", "1:6: a \":\" is missing here");
  check("{\"a\": 1 \"b\": 2}", "1:9: a comma or } is missing here");
  check("{\n\"a\": [1, 2", "2:11: the text ends before the ] of the [ in line 2");
  check("{a: 1}", "1:2: a key in double quotes is missing here");
  check("{'a': 1}", "1:2: a key in double quotes is missing here");
  check("[ 'a' ]", "1:3: a text stands in double quotes");
  check("[ // a\n]", "1:3: JSON has no comments: use YAML, or leave it out");
  check("[01]", "1:2: a number with a zero in front");
  check("[1.]", "1:4: a digit is missing here");
  check("[-]", "1:3: a digit is missing here");
  check("[nul]", "1:2: a value is missing here (a text stands in double quotes)");
  check("[\"a\nb\"]", "1:4: a text in quotes stands in one line: write \\n or \\t");
  check("[\"a]", "1:2: the closing quote of this text is missing");
  check("[\"\\x\"]", "1:3: an escape that JSON does not have");
  check("[\"\\u12g4\"]", "1:3: \\u without four hexadecimal digits");
  check("[\"\\ud83d\"]", "1:3: the first half of a surrogate pair without the second");
  check("[\"\\ud83d\\u0041\"]", "1:3: the first half of a surrogate pair without the second");
  check("[\"\\ud83d\\ud83d\"]", "1:3: the first half of a surrogate pair without the second");
  check("[\"\\ude00\"]", "1:3: the second half of a surrogate pair without the first");
  check("{} {}", "1:4: something follows the end of the document");
  CHECK(json("{\"a\": 1, \"b\": {\"c\": 1, \"c\": 2}, \"a\": 2}") ==
        "1:24: this key is already given in line 1; remove one of them\n"
        "1:33: this key is already given in line 1; remove one of them\n"
        "{a@1:2 = 1@1:7, b@1:10 = {c@1:16 = 1@1:21}@1:15}@1:1");
}

TEST_CASE("bytes that are no text") {
  const std::string nul("a: 1\nb: \0", 9);
  CHECK(yaml(nul) == "2:4: a NUL character: is this a text file, and saved as UTF-8?\n");
  CHECK(json(nul) == "2:4: a NUL character: is this a text file, and saved as UTF-8?\n");
  CHECK(yaml(std::string("\xFF\xFE"
                         "a\0",
                         4)) == "1:1: not UTF-8 here: save the file as UTF-8\n");
  CHECK(yaml("a: \x1B[0m") == "1:4: a control character (U+001B)\n");
  CHECK(yaml("a: \x7F") == "1:4: a control character (U+007F)\n");
  SUBCASE("as escapes they are refused too") {
    CHECK(yaml("a: \"b\\0c\"") == "1:4: a NUL character is not allowed\n{a@1:1 = broken@1:4}@1:1");
    CHECK(json("{\"a\\u0000\": 1}") == "1:2: a NUL character is not allowed\n{}@1:1");
  }
  SUBCASE("cut, overlong, surrogate and too large UTF-8") {
    for (const char* bad : {"\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                            "\xF8\x88\x80\x80\x80", "\x80", "\xE2\x82", "\xF0\x9F\x98", "\xC3("})
      CHECK(yaml(std::string("\xC3\xA4: ") + bad) == "1:4: not UTF-8 here: save the file as UTF-8\n");
  }
}

TEST_CASE("limits") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  const auto maps = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += std::string(i, ' ') + "a:" + (i + 1 < depth ? "\n" : " 1\n");
    return text;
  };
  SUBCASE("64 levels") {
    const std::string message = ": more than 64 lists and maps within each other\n";
    CHECK(parse_document(nested(64), Syntax::json).root);
    CHECK(json(nested(65)) == "1:65" + message);
    CHECK(json(std::string(kLargestDocument, '[')) == "1:65" + message);
    CHECK(parse_document(nested(64), Syntax::yaml).root);
    CHECK(yaml(nested(65)) == "1:65" + message);
    CHECK(parse_document(maps(64), Syntax::yaml).root);
    CHECK(yaml(maps(65)) == "65:65" + message);
    CHECK_FALSE(parse_document(std::string(20000, '['), Syntax::yaml).root);
    CHECK_FALSE(parse_document(std::string(20000, '{'), Syntax::yaml).root);
  }
  SUBCASE("1 MiB") {
    const std::string text(kLargestDocument - 3, 'x');
    CHECK(parse_document("a: " + text, Syntax::yaml).root);
    CHECK(yaml("a: " + text + "x") == "1:1: the file is larger than 1 MiB\n");
    CHECK(json("[" + text + "xxx") == "1:1: the file is larger than 1 MiB\n");
  }
}

TEST_CASE("the JSON parser accepts what nlohmann's does, and reads the same") {
  // As that library would have it: texts as texts, the rest by its looks.
  const auto value_of = [](const auto& self, const Node& node) -> nlohmann::json {
    auto out = nlohmann::json();
    if (node.kind == Node::Kind::scalar)
      return node.quoted ? nlohmann::json(node.text) : nlohmann::json::parse(node.text);
    if (node.kind == Node::Kind::list) out = nlohmann::json::array();
    if (node.kind == Node::Kind::map) out = nlohmann::json::object();
    for (const Node& item : node.items) out.push_back(self(self, item));
    for (const Entry& entry : node.entries) out[entry.key] = self(self, entry.value);
    return out;
  };
  CHECK(rc::check([&] {
    static const std::vector<std::string> pieces{
        "{",     "}",  "[",       "]",  ",",       ":",    "\"a\"",
        "\"b\"", "1",  "-0.5e+1", "01", "true",    "null", "\"\\u00e4\"",
        " ",     "\n", "\"",      "\\", "{\"c\":", "[1,",  "\"\\ud83d\\ude00\"",
        "1.",    "-",  "e1"};
    std::string text;
    for (const auto& piece : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces))) text += piece;
    const Document document = parse_document(text, Syntax::json);
    const bool nlohmann_accepts = nlohmann::json::accept(text);
    RC_ASSERT(document.root.has_value() == nlohmann_accepts);
    if (nlohmann_accepts && document.faults.empty())
      RC_ASSERT(value_of(value_of, *document.root) == nlohmann::json::parse(text));
  }));
}

}  // namespace crmsync::config
