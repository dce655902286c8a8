#include <iostream>

#include "daemon/ctl/command_line.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  std::vector<std::string> args(argv + 1, argv + argc);
  try {
    return crmsync::ctl::run_command_line(std::move(args), crmsync::ctl::detect_terminal(), std::cout, std::cerr);
  } catch (const std::exception& error) {  // an answer of another shape than this version knows
    std::cerr << "crmsyncctl: " << error.what() << "\n  what to do: check that crmsyncd has the same version\n";
    return 1;
  }
}
