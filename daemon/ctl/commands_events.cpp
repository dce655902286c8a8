#include <fstream>
#include <iostream>

#include "daemon/ctl/commands.h"
#include "daemon/ctl/event_import.h"
#include "daemon/ctl/table.h"

namespace crmsync::ctl {

namespace {

constexpr const char* kPath = "/api/v1/events";

Json event_of(const Options& options) {
  Json event;
  event["account"] = options.account;
  event["type"] = options.type;
  event["email"] = options.email;
  if (!options.at.empty()) event["at"] = options.at;
  if (!options.id.empty()) event["id"] = options.id;
  event["source"] = options.source.empty() ? "crmsyncctl" : options.source;
  return event;
}

Json report_json(const ImportReport& report, Json errors) {
  Json json;
  json["accepted"] = report.accepted;
  json["duplicates"] = report.duplicates;
  json["refused"] = report.refused;
  json["errors"] = std::move(errors);
  if (report.stopped) json["stopped"] = report.stopped->problem;
  return json;
}

int import_from(Session& session, std::istream& in, const Options& options) {
  Json errors = Json::array();
  const Refused refused = [&](std::size_t line, const std::string& detail, const std::string& remedy) {
    if (session.json())
      errors.push_back({{"line", line}, {"detail", detail}, {"remedy", remedy}});
    else
      session.err() << options.file << ":" << line << ": " << harmless(detail) << " " << harmless(remedy) << "\n";
  };
  const std::string target = kPath + query_of({{"account", options.account}});
  const PostEvents post = [&](const std::string& events) { return session.post_text(target, events); };
  const auto report = import_lines(in, post, refused);
  if (session.json()) {
    session.print(report_json(report, std::move(errors)));
  } else {
    session.out() << with_commas(static_cast<std::int64_t>(report.accepted)) << " accepted, "
                  << with_commas(static_cast<std::int64_t>(report.duplicates)) << " known already, "
                  << with_commas(static_cast<std::int64_t>(report.refused)) << " refused\n";
    if (report.stopped) {
      session.report(*report.stopped);
      session.err() << "Lines up to " << report.settled_up_to << " are settled; import the file again, events with an "
                    << "id count once.\n";
    }
  }
  if (report.stopped) return report.stopped->exit;
  return report.refused == 0 ? kFine : kFailed;
}

}  // namespace

int add_event(Session& session, const Options& options) {
  const auto answer = session.post(kPath, event_of(options));
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  const auto& item = std::get<Json>(answer).at("items").front();
  if (session.json()) {
    session.print(item);
    return kFine;
  }
  if (text_of(item, "outcome") == "duplicate")
    session.out() << "This event is known already.\n";
  else
    session.out() << (item.value("suppressed", false) ? "Taken; the contact is unsubscribed by it.\n" : "Taken.\n");
  return kFine;
}

int import_events(Session& session, const Options& options) {
  if (options.file == "-") return import_from(session, std::cin, options);
  std::ifstream in(options.file, std::ios::binary);
  if (!in)
    return session.report(usage_failure(options.file + " cannot be read.", "Check the path and its permissions."));
  return import_from(session, in, options);
}

}  // namespace crmsync::ctl
