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

using Lines = std::vector<std::string>;

// Loads a text, or fails the test with its problems.
Config loaded(const std::string& text, const std::string& name);
Config good(const std::string& text);  // in /etc/crmsyncd/crmsyncd.yaml
// "LINE:COLUMN: message" for each problem of the text; fails the test if it loads.
Lines problems_of(const std::string& text, const std::string& name);
Lines bad(const std::string& text);  // in /etc/crmsyncd/crmsyncd.yaml

// A configuration with one connection, whose line 6 is `line`.
std::string connection(const std::string& line, const std::string& connector = "csv");
Connection one(const std::string& line, const std::string& connector = "csv");
// The one problem of that line.
std::string bad_line(const std::string& line, const std::string& connector = "csv");

}  // namespace crmsync::config
