// Shell completion for every command and option. Pure: from a description of the commands to a script. Used by
// command_line.cpp, which makes the description from its own parser so that the two cannot differ.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::ctl {

struct OptionWord {
  std::string name;  // "--json"
  std::string help;
  bool takes_value = false;
  std::vector<std::string> choices;  // of the value
  bool is_file = false;              // the value is a path
};

// One command, or a group of them.
struct CommandNode {
  std::string path;  // "" for crmsyncctl itself, "/run/show"
  std::string help;
  std::vector<std::string> commands;  // names of those below it
  std::vector<OptionWord> options;    // its own, those for everything included
  std::vector<std::string> choices;   // of its argument
  bool takes_file = false;            // its argument is a path
};

// nullopt: not a shell that is known (bash, zsh, fish).
std::optional<std::string> completion_script(std::string_view shell, const std::vector<CommandNode>& nodes);

}  // namespace crmsync::ctl
