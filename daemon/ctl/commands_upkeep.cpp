#include <ostream>

#include "daemon/connector_schemas.h"
#include "daemon/ctl/commands.h"
#include "daemon/ctl/lists.h"
#include "daemon/ctl/views.h"

namespace crmsync::ctl {

int list_outbox(Session& session, const Options& options) {
  const auto query = query_of({{"state", options.state},
                               {"connection", options.connection},
                               {"limit", limit_text(options.limit)},
                               {"after", options.after}});
  return print_page(session, "/api/v1/outbox" + query, outbox_view);
}

int retry_push(Session& session, const Options& options) {
  const auto answer = session.post("/api/v1/outbox/" + encode_component(options.names.front()) + "/retry");
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  if (session.json())
    session.print(std::get<Json>(answer));
  else
    session.out() << "Push " << text_of(std::get<Json>(answer), "id") << " is tried again.\n";
  return kFine;
}

int verify_audit(Session& session, const Options&) {
  const auto answer = session.get("/api/v1/audit/verify");
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  const auto& verdict = std::get<Json>(answer);
  const bool ok = verdict.value("ok", false);
  if (session.json())
    session.print(verdict);
  else if (ok)
    session.out() << "The audit log is whole: " << with_commas(verdict.value("entries", std::int64_t{0}))
                  << " entries, " << with_commas(verdict.value("links", std::int64_t{0})) << " links.\n";
  else
    session.err() << "crmsyncctl: the audit log is not what was written: " << harmless(text_of(verdict, "problem"))
                  << "\n";
  return ok ? kFine : kFailed;
}

int export_audit(Session& session, const Options& options) {
  const Sink sink = [&](std::string_view piece) {
    session.out() << piece;
    return static_cast<bool>(session.out());
  };
  const auto failure = session.stream("/api/v1/audit/export" + query_of({{"account", options.account},
                                                                         {"contact", options.id},
                                                                         {"since", options.since},
                                                                         {"until", options.until}}),
                                      sink);
  if (failure) return session.report(*failure);
  session.out().flush();
  return session.out() ? kFine : kFailed;
}

// Needs no daemon: the file is loaded as the daemon would.
int check_config(Session& session, const Options& options) {
  const auto schemas = connector_schemas();
  const auto loaded = config::load_config(options.file, schemas);
  const auto* problems = std::get_if<std::vector<config::Problem>>(&loaded);
  Json json;
  json["ok"] = problems == nullptr;
  json["problems"] = Json::array();
  if (problems != nullptr)
    for (const auto& problem : *problems) {
      json["problems"].push_back(
          {{"file", problem.file}, {"line", problem.line}, {"column", problem.column}, {"message", problem.message}});
      if (!session.json()) session.err() << problem.to_string() << "\n";
    }
  if (session.json())
    session.print(json);
  else if (problems == nullptr)
    session.out() << options.file << " is fine.\n";
  return problems == nullptr ? kFine : kUsage;
}

}  // namespace crmsync::ctl
