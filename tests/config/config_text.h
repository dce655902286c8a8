// Writes a configuration back as a document, and a document as YAML or JSON text. Used by the tests of config.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/loader.h"

namespace crmsync::config {

// One connector with an option of every type.
const std::vector<ConnectorSchema>& test_connectors();

// A document that loads as `config`. Options of objects and secrets included.
nlohmann::ordered_json document_of(const Config& config);

// `choice(n)` is a number below n: it picks between the ways to write the same thing (block or flow, quotes or none).
using Choice = std::function<int(int)>;
std::string to_yaml(const nlohmann::ordered_json& document, const Choice& choice);

// Loads a text, or fails the test with its problems.
Config loaded(const std::string& text, const std::string& name);
// "LINE:COLUMN: message" for each problem of the text; fails the test if it loads.
std::vector<std::string> problems_of(const std::string& text, const std::string& name);

}  // namespace crmsync::config
