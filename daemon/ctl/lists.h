// What every `list` command does with a page. Used by the commands.
#pragma once

#include "daemon/ctl/session.h"

namespace crmsync::ctl {

// Prints a page: with --json as it came, otherwise by `view` and how to go on.
template <class View>
int print_items(const Session& session, const Json& page, View view) {
  if (session.json()) {
    session.print(page);
    return kFine;
  }
  session.out() << view(page.at("items"), session.terminal());
  if (const std::string next = text_of(page, "next"); !next.empty()) session.err() << "more: --after " << next << "\n";
  return kFine;
}

// Gets one page and prints it.
template <class View>
int print_page(const Session& session, const std::string& target, View view) {
  const auto answer = session.get(target);
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  return print_items(session, std::get<Json>(answer), view);
}

inline std::string limit_text(int limit) { return limit == 0 ? "" : std::to_string(limit); }

}  // namespace crmsync::ctl
