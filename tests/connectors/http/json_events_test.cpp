// What is JSON, and what comes of it; nlohmann's reader is the measure.
#include "connectors/http/json_events.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>
#include <vector>

using namespace crmsync::connectors::http;
using nlohmann::json;

namespace {

using Events = std::vector<std::string>;

class Recorder final : public JsonEvents {
 public:
  explicit Recorder(std::size_t most = SIZE_MAX) : most_(most) {}
  Events events;

  bool null() override { return add("null"); }
  bool boolean(bool value) override { return add(value ? "true" : "false"); }
  // nlohmann's integers have no negative zero.
  bool number(std::string_view text) override { return add("number " + std::string(text == "-0" ? "0" : text)); }
  bool string(std::string_view value) override { return add("string " + std::string(value)); }
  bool key(std::string_view name) override { return add("key " + std::string(name)); }
  bool start_object() override { return add("{"); }
  bool end_object() override { return add("}"); }
  bool start_array() override { return add("["); }
  bool end_array() override { return add("]"); }

 private:
  bool add(std::string event) {
    events.push_back(std::move(event));
    return events.size() < most_;
  }
  std::size_t most_;
};

// The same of nlohmann's.
class Reference final : public nlohmann::json_sax<json> {
 public:
  Recorder recorder;
  bool null() override { return recorder.null(); }
  bool boolean(bool value) override { return recorder.boolean(value); }
  bool number_integer(number_integer_t value) override { return recorder.number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return recorder.number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return recorder.number(text); }
  bool string(string_t& value) override { return recorder.string(value); }
  bool binary(binary_t&) override { return false; }
  bool key(string_t& name) override { return recorder.key(name); }
  bool start_object(std::size_t) override { return recorder.start_object(); }
  bool end_object() override { return recorder.end_object(); }
  bool start_array(std::size_t) override { return recorder.start_array(); }
  bool end_array() override { return recorder.end_array(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }
};

bool reads(std::string_view text) {
  Recorder recorder;
  return read_json(text, recorder);
}

Events events_of(std::string_view text) {
  Recorder recorder;
  CHECK(read_json(text, recorder));
  return recorder.events;
}

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

// Accepted by both or by neither, and with the same events.
void agree(const std::string& text) {
  Recorder ours;
  Reference theirs;
  const bool accepted = json::sax_parse(text, &theirs);
  RC_ASSERT(read_json(text, ours) == accepted);
  if (accepted) RC_ASSERT(ours.events == theirs.recorder.events);
}

std::string any_text() {
  const auto part = rc::gen::element<std::string>("a", "plain and long enough", "\"", "\\", "/", "\n", "\t", "\x01",
                                                  "ä", "€", "😀", "\xef\xbf\xbf", " ", "@example.com");
  std::string text;
  for (const auto& one : *rc::gen::container<std::vector<std::string>>(part)) text += one;
  return text;
}

json any_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
    case 0: return nullptr;
    case 1: return *rc::gen::arbitrary<bool>();
    case 2: return *rc::gen::arbitrary<std::int64_t>();
    case 3: return *rc::gen::inRange(0, 1000) / 8.0;
    case 4: return any_text();
    case 5: {
      json array = json::array();
      for (int left = *rc::gen::inRange(0, 4); left > 0; --left) array.push_back(any_value(depth - 1));
      return array;
    }
    default: {
      json object = json::object();
      for (int left = *rc::gen::inRange(0, 4); left > 0; --left) object[any_text()] = any_value(depth - 1);
      return object;
    }
  }
}

std::string any_json() {
  const int indent = *rc::gen::element(-1, 0, 2);
  return any_value(3).dump(indent, ' ', *rc::gen::arbitrary<bool>());
}

}  // namespace

TEST_CASE("what comes is said in the order of the text") {
  CHECK(events_of(R"({"a":[1,-2.5e3,true,false,null,"x"],"b":{}})") == Events{"{", "key a", "[", "number 1",
                                                                              "number -2.5e3", "true", "false", "null",
                                                                              "string x", "]", "key b", "{", "}", "}"});
  CHECK(events_of(" \t\r\n[ ] ") == Events{"[", "]"});
  CHECK(events_of("\xef\xbb\xbf\"after a byte order mark\"") == Events{"string after a byte order mark"});
  CHECK(events_of(R"("\"\\\/\b\f\n\r\t\u00e4\u20AC\ud83d\ude00 and more")") ==
        Events{"string \"\\/\b\f\n\r\tä€😀 and more"});
}

TEST_CASE("what is no JSON is refused") {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "[",
                                      "\"",
                                      "[1",
                                      "[1,",
                                      "[1,]",
                                      "[,1]",
                                      "[1 2]",
                                      "{1:2}",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{\"a\" 1}",
                                      "{,}",
                                      "]",
                                      "}",
                                      "[}",
                                      "{]",
                                      "1 2",
                                      "[] []",
                                      "nul",
                                      "nulll",
                                      "True",
                                      "+1",
                                      "01",
                                      "-",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "1e+",
                                      "0x1",
                                      "NaN",
                                      "'a'",
                                      "\"\t\"",
                                      "\"\n\"",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\\u12g4\"",
                                      "\"\\ud83d\"",
                                      "\"\\ud83dx\"",
                                      "\"\\ud83d\\u0041\"",
                                      "\"\\ude00\"",
                                      "\"\\",
                                      "\"plain text of some length that never ends"}) {
    CAPTURE(text);
    CHECK_FALSE(reads(text));
  }
}

TEST_CASE("text has to be UTF-8") {
  for (const std::string_view bytes :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x80\x80", "\xed\xa0\x80", "\xe2\x82",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    const std::string text = "\"some plain text " + std::string(bytes) + " and more\"";
    CAPTURE(text);
    CHECK_FALSE(reads(text));
    CHECK_FALSE(reads("\"" + std::string(bytes)));
  }
  for (const std::string_view good :
       {"\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    CHECK(reads("[\"" + std::string(good) + "\"]"));
}

TEST_CASE("64 levels and no more") {
  CHECK(reads(nested(kDeepestJson)));
  CHECK_FALSE(reads(nested(kDeepestJson + 1)));
  CHECK_FALSE(reads(nested(1'000'000)));
}

TEST_CASE("who has seen enough stops it") {
  Recorder recorder(3);
  CHECK_FALSE(read_json("[1,2,3,4,5]", recorder));
  CHECK(recorder.events == Events{"[", "number 1", "number 2"});
}

TEST_CASE("whatever is JSON is read as nlohmann's reader reads it") {
  CHECK(rc::check([] { agree(any_json()); }));
}

TEST_CASE("whatever is cut off or damaged is judged as nlohmann's reader judges it") {
  CHECK(rc::check("cut off", [] {
    const std::string text = any_json();
    agree(text.substr(0, *rc::gen::inRange<std::size_t>(0, text.size() + 1)));
  }));
  // Without an e: numbers that no double can hold are a matter of taste. To nlohmann a zero byte ends the text.
  CHECK(rc::check("one byte changed", [] {
    std::string text = any_json();
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text[at] = *rc::gen::suchThat(rc::gen::arbitrary<char>(),
                                  [](char c) { return c != 'e' && c != 'E' && c != '-' && c != '\0'; });
    agree(text);
  }));
  CHECK(rc::check("one byte more", [] {
    std::string text = any_json();
    const auto byte = *rc::gen::element('"', '\\', ',', ':', '[', ']', '{', '}', '0', '.', ' ', 'u', '\x7f', '\xc3');
    text.insert(text.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(text.size()) + 1),
                byte);
    agree(text);
  }));
}
