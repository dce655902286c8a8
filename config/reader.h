// Reads values out of a parsed document and collects what is wrong with them. Used by loader.cpp only.
#pragma once

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/loader.h"

namespace crmsync::config {

class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  void problem(const YAML::Node& at, std::string message) { problem(at.Mark(), std::move(message)); }
  void problem(const YAML::Mark& at, std::string message);
  std::vector<Problem> take();

  // Refuses keys that are not `known`, suggesting the nearest, and keys that stand twice.
  void check_keys(const YAML::Node& map, const std::vector<std::string>& known);
  bool is_map(const YAML::Node& node, const char* what);

  void text(const YAML::Node& map, const char* key, std::string& to);
  void boolean(const YAML::Node& map, const char* key, const char* yes, const char* no, bool& to);
  void number(const YAML::Node& map, const char* key, std::int64_t least, std::int64_t& to);
  void fraction(const YAML::Node& map, const char* key, double least, double most, double& to);
  void duration(const YAML::Node& map, const char* key, std::chrono::milliseconds least, std::chrono::milliseconds& to);
  // A word from a fixed set; nullopt (and a problem) if it is another.
  std::optional<std::string> word(const YAML::Node& map, const char* key, const std::vector<std::string>& allowed);
  nlohmann::json json(const YAML::Node& node);

 private:
  std::string file_;
  std::vector<Problem> problems_;
  int nodes_ = 0;
};

std::optional<std::chrono::milliseconds> parse_duration(const std::string& text);
std::string nearest(const std::string& word, const std::vector<std::string>& known);

}  // namespace crmsync::config
