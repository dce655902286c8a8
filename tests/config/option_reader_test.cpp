// The connector's own keys of a connection, and what happens to secrets.
#include <doctest/doctest.h>

#include "tests/config/config_text.h"

namespace crmsync::config {

TEST_CASE("options of a connector") {
  const auto option = [](const std::string& line) { return bad_line(line, "every-type"); };
  CHECK(option("text: [a]") == "6:15: text has to be a text");
  for (const char* wrong : {"no", "on", "True", "'true'", "1", "[]"})
    CHECK(option(std::string("flag: ") + wrong) == "6:15: flag has to be true or false, without quotes");
  for (const char* wrong : {"010", "'1'", "1s", "{}"})
    CHECK(option(std::string("number: ") + wrong) == "6:17: number has to be a number, without quotes");
  CHECK(option("list: a") == "6:15: list has to be a list");
  CHECK(option("list: [a, [b]]") == "6:19: list has to be a list of texts");
  CHECK(option("object: a") == "6:17: object has to be a map of keys and values");
  CHECK(option("object: { a: { b: } }") == "6:24: object has a part without a value");
  SUBCASE("one that is required") {
    CHECK(bad("accounts: [ { id: a, connections: [ { id: b, connector: csv } ] } ]\n") ==
          Lines{"1:37: path is missing"});
  }
  SUBCASE("what the connector says is shown at the key, also within lists and maps") {
    CHECK(option("text: wrong") == "6:15: text is wrong");
    CHECK(option("object: { bad: [x, y] }") == "6:28: object.bad.1 is worse");
    CHECK(option("object: { bad: [x] }") == "6:24: object.bad.1 is worse");
    CHECK(option("number: 13") == "4:9: flag does not go with number 13");
  }
  SUBCASE("it is not asked about options of the wrong type") {
    CHECK(bad(connection("text: wrong\n        flag: maybe", "every-type")) ==
          Lines{"7:15: flag has to be true or false, without quotes"});
  }
  SUBCASE("opted_out_when") {
    CHECK(bad_line("opted_out_when: [ { field: a, equals: b } ]") == "6:25: the connector csv has no opted_out_when");
    CHECK(option("opted_out_when: []") == "6:25: opted_out_when needs at least one condition");
    CHECK(option("opted_out_when: a") == "6:25: opted_out_when has to be a list");
    CHECK(option("opted_out_when: [a]") == "6:26: a condition has to be { field: NAME, equals: TEXT }");
    CHECK(option("opted_out_when: [ { field: a } ]") == "6:27: equals is missing");
    CHECK(option("opted_out_when: [ { field: a, equal: b, equals: c } ]") ==
          "6:39: unknown key \"equal\"; did you mean \"equals\"?");
  }
}

TEST_CASE("secrets stand elsewhere, and no message quotes one that does not") {
  const auto secret = [](const std::string& value) { return bad_line("second_token: " + value, "every-type"); };
  const std::string cure = "write second_token: { credential: NAME } or { file: PATH }";
  const std::string plain =
      "6:23: second_token is a secret, which does not stand in the configuration: put it into a file of its own, and " +
      cure;
  CHECK(secret("hunter2") == plain);
  CHECK(secret("\"hunter2\"") == plain);
  CHECK(secret("[hunter2]") == plain);
  CHECK(secret("{}") == "6:23: " + cure);
  CHECK(secret("{ file: /a, credential: b }") == "6:23: " + cure);
  CHECK(secret("{ credential: hunter2/\xC3\xA4 }") ==
        "6:37: credential has to be the name of a credential: letters, digits, _, - and .");
  CHECK(secret("{ file: '' }") == "6:31: file must not be empty");
  CHECK(bad(connection("second_token: { hunter2 }", "every-type")) ==
        Lines{"6:23: " + cure, "6:25: unknown key; known here: credential, file"});
  SUBCASE("whatever else is wrong with it") {
    for (const char* text : {"hunter2", "'hunter2", "{ credential: [hunter2] }", "{ value: hunter2 }", "&hunter2 x",
                             "*hunter2", "!hunter2 x", "{ file: \"hunter2\\n\" }", "@hunter2", "{ hunter2",
                             "hunter2: hunter2", "|\n hunter2", "\"\\hunter2\"", "{ credential: hunter2 hunter2 }",
                             "{ file: hunter2/ }", "%hunter2", "[hunter2, {hunter2: hunter2}]"})
      for (const auto& line : bad(connection(std::string("second_token: ") + text, "every-type")))
        CHECK_MESSAGE(line.find("hunter2") == std::string::npos, line);
    for (const char* text :
         {"\"hunter2", "\"hunter2\\x\"", "hunter2", "{\"hunter2\": 1}", "[\"hunter2\"]", "\"hunter2\" x"})
      for (const auto& line :
           problems_of(std::string("{\"accounts\": [{\"id\": \"a\", \"connections\": [{\"id\": \"b\", "
                                   "\"connector\": \"every-type\", \"token\": ") +
                           text + "}]}]}",
                       "a.json"))
        CHECK_MESSAGE(line.find("hunter2") == std::string::npos, line);
  }
  SUBCASE("nor the text of a token that was pasted instead of its hash") {
    for (const auto& line : bad("accounts: []\napi: { tokens: [ { name: ann, sha256: hunter2 } ] }\n"))
      CHECK(line.find("hunter2") == std::string::npos);
  }
}

}  // namespace crmsync::config
