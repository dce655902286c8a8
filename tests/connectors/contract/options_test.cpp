// What a connector's section of the configuration owes: a mistake is named by its key before anything runs.
#include <algorithm>

#include "tests/connectors/contract/client.h"

using namespace crmsync;
using namespace crmsync::connectors;
using namespace crmsync::connectors::contract;
using nlohmann::json;

namespace {

bool names(const std::vector<OptionProblem>& problems, std::string_view key) {
  return std::any_of(problems.begin(), problems.end(), [&](const OptionProblem& problem) {
    CHECK_FALSE(problem.message.empty());
    return problem.key == key || problem.key.starts_with(std::string(key) + ".") ||
           problem.key.starts_with(std::string(key) + "[");
  });
}

// Values that are not of that type. Secrets are read by the loader, which refuses what is none.
std::vector<json> wrong_values(Option::Type type) {
  switch (type) {
    case Option::Type::secret: break;
    case Option::Type::text: return {42, true, json::array({"a"}), json::object({{"a", "b"}})};
    case Option::Type::boolean: return {"yes", 1, json::array()};
    case Option::Type::number: return {"ten", true, json::array({1})};
    case Option::Type::text_list: return {"a", 42, json::array({1, 2}), json::object({{"a", "b"}})};
    case Option::Type::object: return {"a", 42, true};
  }
  return {};
}

}  // namespace

TEST_CASE("the options of a CRM in order have no problem") {
  for_each_crm([](CrmUnderTest& crm) { CHECK(crm.kind().check(crm.options()).empty()); });
}

TEST_CASE("an option of the wrong type is refused by its name") {
  for_each_crm([](CrmUnderTest& crm) {
    for (const Option& option : crm.kind().options)
      for (const json& value : wrong_values(option.type)) {
        json options = crm.options();
        options[std::string(option.name)] = value;
        CAPTURE(options.dump());
        CHECK(names(crm.kind().check(options), option.name));
      }
  });
}

TEST_CASE("a required option that is missing is asked for by its name") {
  for_each_crm([](CrmUnderTest& crm) {
    for (const Option& option : crm.kind().options) {
      // A secret is no part of what is checked: the loader asks for it, and reads it later.
      if (!option.required || option.type == Option::Type::secret) continue;
      json options = crm.options();
      options.erase(std::string(option.name));
      CAPTURE(std::string(option.name));
      CHECK(names(crm.kind().check(options), option.name));
    }
  });
}

TEST_CASE("all mistakes are named at once") {
  for_each_crm([](CrmUnderTest& crm) {
    json options = crm.options();
    std::vector<std::string_view> keys;
    for (const Option& option : crm.kind().options) {
      const auto wrong = wrong_values(option.type);
      if (wrong.empty()) continue;
      options[std::string(option.name)] = wrong.front();
      keys.push_back(option.name);
    }
    const auto problems = crm.kind().check(options);
    for (const auto key : keys) CHECK_MESSAGE(names(problems, key), std::string(key));
  });
}

TEST_CASE("every option is explained, under a name of its own") {
  for (const Kind& kind : kinds()) {
    std::vector<std::string_view> seen;
    for (const Option& option : kind.options) {
      CAPTURE(std::string(option.name));
      CHECK_FALSE(option.help.empty());
      CHECK(std::find(seen.begin(), seen.end(), option.name) == seen.end());
      seen.push_back(option.name);
    }
  }
}
