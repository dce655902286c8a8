// What every `list` command does with a page. Used by the commands.
#pragma once

#include "daemon/ctl/session.h"

namespace crmsync::ctl {

// Gets one page and prints it: with --json as it came, otherwise by `view` and how to go on.
template <class View>
int print_page(const Session& session, const std::string& target, View view) {
  const auto answer = session.get(target);
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  const auto& page = std::get<Json>(answer);
  if (session.json()) {
    session.print(page);
    return kFine;
  }
  session.out() << view(page.at("items"), session.terminal());
  if (const std::string next = text_of(page, "next"); !next.empty()) session.err() << "more: --after " << next << "\n";
  return kFine;
}

inline std::string limit_text(int limit) { return limit == 0 ? "" : std::to_string(limit); }

}  // namespace crmsync::ctl
