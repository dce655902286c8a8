// The command line of crmsyncctl: what can be typed, and which function it calls. Used by main.cpp and tests.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "daemon/ctl/completion.h"
#include "daemon/ctl/terminal.h"

namespace crmsync::ctl {

// Runs the command that `args` (without the program's name) ask for and returns the exit code.
int run_command_line(std::vector<std::string> args, const Terminal& terminal, std::ostream& out, std::ostream& err);

// Every command and option, for completion.
std::vector<CommandNode> describe_commands();

}  // namespace crmsync::ctl
