// Builds the node tree from the events of a parser; what YAML and JSON have in common: nesting, unique keys, limits.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "config/document.h"

namespace crmsync::config {

// Ends the parsing: nothing after this place can be understood.
struct FatalFault {
  Fault fault;
};

class TreeBuilder {
 public:
  void null(Position at);
  void broken(Position at);
  void scalar(Position at, std::string text, bool quoted);
  void start_list(Position at) { start(Node::Kind::list, at); }
  void start_map(Position at) { start(Node::Kind::map, at); }
  void end();
  void fault(Position at, std::string message) { faults_.push_back({at, std::move(message)}); }

  // The tree, when the root node is complete.
  Document take() &&;
  // What was wrong until the parser gave up.
  Document give_up(const Fault& last) &&;

 private:
  struct Open {
    Node node;
    bool expects_key = false;
    bool drop_value = false;  // its key is refused
    std::string key;
    Position key_at;
    std::unordered_map<std::string, int> lines;  // of the keys so far
  };
  void start(Node::Kind kind, Position at);
  void place(Node node);
  void place_key(Open& map, const Node& node);
  static void place_value(Open& map, Node node);

  std::vector<Open> open_;
  std::optional<Node> root_;
  std::vector<Fault> faults_;
};

}  // namespace crmsync::config
