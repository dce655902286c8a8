#include "daemon/ctl/completion.h"

#include <set>

namespace crmsync::ctl {

namespace {

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

// In single quotes for any of the three shells.
std::string quoted_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("’") : std::string(1, c);
  return out + "'";
}

const CommandNode* child_of(const std::vector<CommandNode>& nodes, const CommandNode& node, const std::string& name) {
  for (const auto& one : nodes)
    if (one.path == node.path + "/" + name) return &one;
  return nullptr;
}

std::vector<std::string> paths_of(const std::vector<CommandNode>& nodes) {
  std::vector<std::string> paths;
  for (const auto& node : nodes)
    if (!node.path.empty()) paths.push_back(node.path);
  return paths;
}

// Names of all options that take a value: the word after one is not a command.
std::vector<std::string> value_options(const std::vector<CommandNode>& nodes) {
  std::set<std::string> names;
  for (const auto& node : nodes)
    for (const auto& option : node.options)
      if (option.takes_value) names.insert(option.name);
  return {names.begin(), names.end()};
}

// Patterns "PATH:OPTION" with what completes the option's value, for a `case` of bash or zsh.
template <class Line>
std::string value_cases(const std::vector<CommandNode>& nodes, Line line) {
  std::string text;
  for (const auto& node : nodes)
    for (const auto& option : node.options)
      if (option.takes_value)
        text += "    " + quoted_text(node.path + ":" + option.name) + ") " + line(option) + " ;;\n";
  return text;
}

// How both shells find out which command the line is about.
std::string walk(const std::vector<CommandNode>& nodes, const char* first, const char* last, const char* word) {
  return std::string("  for ((i = ") + first + "; i < " + last + "; i++)); do\n    word=" + word +
         "\n    if [[ -n \"$skip\" ]]; then skip=\"\"; continue; fi\n    case \"$word\" in\n      " +
         joined(value_options(nodes), "|") + ") skip=1; continue ;;\n    esac\n    case \"$path/$word\" in\n      " +
         joined(paths_of(nodes), "|") + ") path=\"$path/$word\" ;;\n    esac\n  done\n";
}

std::string bash_script(const std::vector<CommandNode>& nodes) {
  std::string text =
      "# bash completion for crmsyncctl; made by: crmsyncctl completion bash\n_crmsyncctl() {\n"
      "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
      "  local path=\"\" word=\"\" skip=\"\" words=\"\" i\n  COMPREPLY=()\n";
  text += walk(nodes, "1", "COMP_CWORD", "\"${COMP_WORDS[i]}\"");
  text += "  case \"$path:$prev\" in\n";
  text += value_cases(nodes, [](const OptionWord& option) {
    if (option.is_file) return std::string("mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return");
    if (option.choices.empty()) return std::string("return");
    return "mapfile -t COMPREPLY < <(compgen -W " + quoted_text(joined(option.choices, " ")) + " -- \"$cur\"); return";
  });
  text += "  esac\n  case \"$path\" in\n";
  for (const auto& node : nodes) {
    std::vector<std::string> words = node.commands;
    words.insert(words.end(), node.choices.begin(), node.choices.end());
    for (const auto& option : node.options) words.push_back(option.name);
    text += "    " + quoted_text(node.path) + ") words=" + quoted_text(joined(words, " "));
    if (node.takes_file) text += "; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")";
    text += " ;;\n";
  }
  return text +
         "  esac\n  local more\n  mapfile -t more < <(compgen -W \"$words\" -- \"$cur\")\n"
         "  COMPREPLY+=(\"${more[@]}\")\n}\ncomplete -F _crmsyncctl crmsyncctl\n";
}

// "name:help" for _describe, in which a colon ends the name.
std::string described(const std::string& name, const std::string& help) { return quoted_text(name + ":" + help); }

std::string zsh_words(const std::vector<CommandNode>& nodes, const CommandNode& node) {
  std::string text;
  for (const auto& name : node.commands) {
    const auto* child = child_of(nodes, node, name);
    text += " " + described(name, child == nullptr ? "" : child->help);
  }
  for (const auto& choice : node.choices) text += " " + quoted_text(choice);
  for (const auto& option : node.options) text += " " + described(option.name, option.help);
  return text;
}

std::string zsh_script(const std::vector<CommandNode>& nodes) {
  std::string text =
      "#compdef crmsyncctl\n# zsh completion for crmsyncctl; made by: crmsyncctl completion zsh\n_crmsyncctl() {\n"
      "  local cmdpath=\"\" word=\"\" skip=\"\" prev=\"${words[CURRENT-1]}\" i\n  local -a entries\n";
  std::string find = walk(nodes, "2", "CURRENT", "\"${words[i]}\"");
  for (std::size_t at = 0; (at = find.find("path", at)) != std::string::npos; at += 7) find.insert(at, "cmd");
  text += find + "  case \"$cmdpath:$prev\" in\n";
  text += value_cases(nodes, [](const OptionWord& option) {
    if (option.is_file) return std::string("_files; return");
    return option.choices.empty() ? std::string("return") : "compadd -- " + joined(option.choices, " ") + "; return";
  });
  text += "  esac\n  case \"$cmdpath\" in\n";
  for (const auto& node : nodes) {
    text += "    " + quoted_text(node.path) + ") entries=(" + zsh_words(nodes, node).substr(1) + ")";
    if (node.takes_file) text += "; _files";
    text += " ;;\n";
  }
  return text +
         "  esac\n  _describe 'crmsyncctl' entries\n}\n"
         "if [[ \"${funcstack[1]}\" == _crmsyncctl ]]; then _crmsyncctl \"$@\"; else compdef _crmsyncctl crmsyncctl; "
         "fi\n";
}

std::string fish_option(const CommandNode& node, const OptionWord& option) {
  std::string text = "complete -c crmsyncctl -n " + quoted_text("__crmsyncctl_at \"" + node.path + "\"") + " -l " +
                     option.name.substr(2) + " -d " + quoted_text(option.help);
  if (option.takes_value) text += option.is_file ? " -r -F" : " -x";
  if (!option.choices.empty()) text += " -a " + quoted_text(joined(option.choices, " "));
  return text + "\n";
}

std::string fish_script(const std::vector<CommandNode>& nodes) {
  std::string text =
      "# fish completion for crmsyncctl; made by: crmsyncctl completion fish\nfunction __crmsyncctl_at\n"
      "  set -l path ''\n  set -l skip ''\n  set -l words (commandline -opc)\n  set -e words[1]\n"
      "  for word in $words\n    if test -n \"$skip\"\n      set skip ''\n      continue\n    end\n"
      "    if contains -- \"$word\" " +
      joined(value_options(nodes), " ") + "\n      set skip 1\n    else if contains -- \"$path/$word\" " +
      joined(paths_of(nodes), " ") +
      "\n      set path \"$path/$word\"\n    end\n  end\n  test \"$path\" = \"$argv[1]\"\nend\n"
      "complete -c crmsyncctl -f\n";
  for (const auto& node : nodes) {
    const std::string at = "complete -c crmsyncctl -n " + quoted_text("__crmsyncctl_at \"" + node.path + "\"");
    for (const auto& name : node.commands) {
      const auto* child = child_of(nodes, node, name);
      text += at + " -a " + name + " -d " + quoted_text(child == nullptr ? "" : child->help) + "\n";
    }
    if (!node.choices.empty()) text += at + " -a " + quoted_text(joined(node.choices, " ")) + "\n";
    if (node.takes_file) text += at + " -F\n";
    for (const auto& option : node.options)
      if (option.name.starts_with("--")) text += fish_option(node, option);
  }
  return text;
}

}  // namespace

std::optional<std::string> completion_script(std::string_view shell, const std::vector<CommandNode>& nodes) {
  if (shell == "bash") return bash_script(nodes);
  if (shell == "zsh") return zsh_script(nodes);
  if (shell == "fish") return fish_script(nodes);
  return std::nullopt;
}

}  // namespace crmsync::ctl
