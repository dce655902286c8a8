#include "config/tree_builder.h"

#include <utility>

namespace crmsync::config {

namespace {

Node node_of(Node::Kind kind, Position at) {
  Node node;
  node.kind = kind;
  node.at = at;
  return node;
}

}  // namespace

void TreeBuilder::null(Position at) { place(node_of(Node::Kind::null, at)); }

void TreeBuilder::broken(Position at) { place(node_of(Node::Kind::broken, at)); }

void TreeBuilder::scalar(Position at, std::string text, bool quoted) {
  if (text.find('\0') != std::string::npos) {
    fault(at, "a NUL character is not allowed");
    return broken(at);
  }
  Node node = node_of(Node::Kind::scalar, at);
  node.quoted = quoted;
  node.text = std::move(text);
  place(std::move(node));
}

void TreeBuilder::start(Node::Kind kind, Position at) {
  if (open_.size() >= kDeepestDocument)
    throw FatalFault{{at, "more than " + std::to_string(kDeepestDocument) + " lists and maps within each other"}};
  Open frame;
  frame.node = node_of(kind, at);
  frame.expects_key = kind == Node::Kind::map;
  open_.push_back(std::move(frame));
}

void TreeBuilder::end() {
  Node node = std::move(open_.back().node);
  open_.pop_back();
  place(std::move(node));
}

void TreeBuilder::place(Node node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = open_.back();
  if (parent.node.kind == Node::Kind::list)
    parent.node.items.push_back(std::move(node));
  else if (parent.expects_key)
    place_key(parent, node);
  else
    place_value(parent, std::move(node));
}

void TreeBuilder::place_key(Open& map, const Node& node) {
  map.expects_key = false;
  map.drop_value = true;
  if (node.kind == Node::Kind::broken) return;
  if (node.kind != Node::Kind::scalar) return fault(node.at, "a key has to be a text");
  const auto [seen, is_new] = map.lines.emplace(node.text, node.at.line);
  if (!is_new)
    return fault(node.at, "this key is already given in line " + std::to_string(seen->second) + "; remove one of them");
  map.drop_value = false;
  map.key = node.text;
  map.key_at = node.at;
}

// A value that is not there is shown at its key: where the parser noticed its absence may be lines below.
void TreeBuilder::place_value(Open& map, Node node) {
  map.expects_key = true;
  if (map.drop_value) return;
  if (node.kind == Node::Kind::null) node.at = map.key_at;
  map.node.entries.push_back({std::move(map.key), map.key_at, std::move(node)});
}

Document TreeBuilder::take() && { return {std::move(root_), std::move(faults_)}; }

Document TreeBuilder::give_up(const Fault& last) && {
  faults_.push_back(last);
  return {std::nullopt, std::move(faults_)};
}

}  // namespace crmsync::config
