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
