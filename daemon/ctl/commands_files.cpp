#include <algorithm>
#include <iostream>
#include <ostream>

#include "daemon/ctl/commands.h"
#include "daemon/ctl/views.h"

namespace crmsync::ctl {

int import_contacts(Session& session, const Options& options) {
  const auto query = query_of({{"account", options.account},
                               {"archive_missing", options.archive_missing ? "true" : ""},
                               {"column_email", options.column_email},
                               {"column_name", options.column_name},
                               {"column_opted_out", options.column_opted_out},
                               {"preview", options.preview == 0 ? "" : std::to_string(options.preview)}});
  const auto answer = session.post_file("/api/v1/imports" + query, options.file);
  if (options.preview == 0) return follow_job(session, answer, options);
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  const auto& preview = std::get<Json>(answer);
  if (session.json())
    session.print(preview);
  else
    session.out() << preview_view(preview, session.terminal());
  return kFine;
}

namespace {

// One address a line; empty lines are passed over.
std::vector<std::string> read_lines(std::istream& in) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    while (!line.empty() && line.back() <= ' ') line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

std::string mailable_line(const Json& item) {
  const bool yes = item.value("mailable", false);
  const std::string reason = text_of(item, "reason");
  const std::string why = yes ? "" : reason.empty() ? text_of(item, "status") : reason;
  return harmless(text_of(item, "email")) + "\t" + (yes ? "yes" : "no") + "\t" + why + "\n";
}

}  // namespace

int check_mailable(Session& session, const Options& options) {
  constexpr std::size_t kMost = 10'000;
  std::vector<std::string> emails = options.names;
  if (emails.size() == 1 && emails.front() == "-") emails = read_lines(std::cin);
  bool stale = false;
  for (std::size_t from = 0; from < emails.size(); from += kMost) {
    const auto end = emails.begin() + static_cast<std::ptrdiff_t>(std::min(emails.size(), from + kMost));
    const std::vector<std::string> some(emails.begin() + static_cast<std::ptrdiff_t>(from), end);
    const auto answer = session.post("/api/v1/mailable", {{"account", options.account}, {"emails", some}});
    if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
    const auto& json = std::get<Json>(answer);
    stale = json.value("stale", false);
    if (session.json())
      session.print(json);
    else
      for (const auto& item : json.at("items")) session.out() << mailable_line(item);
  }
  if (stale && !session.json()) session.err() << "stale: a connection of the account has completed no poll for a day\n";
  return kFine;
}

int export_contacts(Session& session, const Options& options) {
  const Sink sink = [&](std::string_view piece) {
    session.out() << piece;
    return static_cast<bool>(session.out());
  };
  const auto query = query_of({{"account", options.account},
                               {"q", options.text},
                               {"status", options.status},
                               {"reason", options.reason},
                               {"connection", options.connection},
                               {"since", options.since},
                               {"until", options.until}});
  if (const auto failure = session.stream("/api/v1/contacts/export" + query, sink)) return session.report(*failure);
  session.out().flush();
  return session.out() ? kFine : kFailed;
}

}  // namespace crmsync::ctl
