// A configuration file as one tree of nodes, whether it was YAML or JSON: every key and value knows where it stands.
// What a value means is decided by who reads it (loader.h), never by its looks: `no`, `off` and `010` are texts here.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::config {

inline constexpr std::size_t kLargestDocument = 1024 * 1024;  // bytes
inline constexpr std::size_t kDeepestDocument = 64;           // lists and maps within each other

// Counted from 1; columns in characters, not bytes.
struct Position {
  int line = 1;
  int column = 1;
  auto operator<=>(const Position&) const = default;
};

struct Entry;

struct Node {
  enum class Kind {
    null,    // no value
    scalar,  // `text`
    list,    // `items`
    map,     // `entries`, keys are unique
    broken,  // something that is refused and already reported
  };
  Kind kind = Kind::null;
  Position at;
  bool quoted = false;  // a scalar that is a text whatever it looks like
  std::string text;
  std::vector<Node> items;
  std::vector<Entry> entries;

  const Entry* find(std::string_view key) const noexcept;
};

struct Entry {
  std::string key;
  Position at;
  Node value;
};

// Something that is wrong with the text itself.
struct Fault {
  Position at;
  std::string message;  // never quotes a value: it could be a secret
  bool operator==(const Fault&) const = default;
};

struct Document {
  std::optional<Node> root;  // nullopt: the text could not be read to its end, `faults` says why
  std::vector<Fault> faults;
};

enum class Syntax { yaml, json };

// JSON when the name ends in .json or the first character is a `{`.
Syntax syntax_of(std::string_view name, std::string_view text) noexcept;

// Refuses what is not UTF-8, control characters, duplicate keys, a second document, anchors and aliases, tags, tabs as
// indentation, and what is too large or too deep. Never throws for a bad text.
Document parse_document(std::string_view text, Syntax syntax);

}  // namespace crmsync::config
