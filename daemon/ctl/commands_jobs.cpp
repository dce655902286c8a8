#include <ostream>
#include <thread>

#include "daemon/ctl/commands.h"
#include "daemon/ctl/lists.h"
#include "daemon/ctl/views.h"

namespace crmsync::ctl {

namespace {

constexpr std::chrono::milliseconds kProgress{200};

std::string job_path(const std::string& id) { return "/api/v1/jobs/" + encode_component(id); }

bool is_over(const Json& job) {
  const std::string state = text_of(job, "state");
  return state == "done" || state == "cancelled" || state == "rejected" || state == "held";
}

void show_progress(const Session& session, const Json& job) {
  if (!session.terminal().err_is_tty || session.json()) return;
  const auto number = [&](const char* name) { return with_commas(job.value(name, std::int64_t{0})); };
  session.err() << "\r\x1b[K" << text_of(job, "id") << " " << number("done") << " of " << number("total");
  if (is_over(job)) session.err() << "\r\x1b[K";
  session.err().flush();
}

int print_job(const Session& session, const Json& job) {
  if (session.json())
    session.print(job);
  else
    session.out() << job_view(job, session.terminal());
  return kFine;
}

// Asks until the job is over.
Answer wait_for_job(const Session& session, Json job) {
  while (!is_over(job)) {
    show_progress(session, job);
    std::this_thread::sleep_for(kProgress);
    auto answer = session.get(job_path(text_of(job, "id")));
    if (std::holds_alternative<Failure>(answer)) return answer;
    job = std::move(std::get<Json>(answer));
    // What an import found missing is a job of its own.
    if (is_over(job) && !text_of(job, "follow_up").empty()) {
      print_job(session, job);
      answer = session.get(job_path(text_of(job, "follow_up")));
      if (std::holds_alternative<Failure>(answer)) return answer;
      job = std::move(std::get<Json>(answer));
    }
  }
  show_progress(session, job);
  return job;
}

Json selection_body(const Options& options) {
  Json body{{"account", options.account}};
  if (options.all) {
    body["all"] = true;
  } else if (options.filter) {
    Json filter = Json::object();
    const std::pair<const char*, const std::string&> fields[] = {
        {"q", options.text},        {"status", options.status},
        {"reason", options.reason}, {"connection", options.connection},
        {"since", options.since},   {"until", options.until}};
    for (const auto& [name, value] : fields)
      if (!value.empty()) filter[name] = value;
    body["filter"] = std::move(filter);
  } else {
    body["ids"] = options.names;
  }
  return body;
}

Failure not_known(const Json& unknown) {
  std::string some;
  for (std::size_t i = 0; i < unknown.size() && i < 10; ++i)
    some += (i == 0 ? "" : ", ") + unknown[i].get<std::string>();
  if (unknown.size() > 10) some += " and " + std::to_string(unknown.size() - 10) + " more";
  Failure failure = usage_failure("The account has no such contact: " + some + ".", "Leave them out, or correct them.");
  failure.exit = kRefused;
  return failure;
}

}  // namespace

// What would happen is worth nothing before it is known, so a dry run is always waited for.
int follow_job(const Session& session, const Answer& made, const Options& options) {
  if (const auto* failure = std::get_if<Failure>(&made)) return session.report(*failure);
  const auto& job = std::get<Json>(made);
  if (!options.wait && !options.dry_run) {
    if (session.json()) return print_job(session, job);
    session.out() << text_of(job, "id") << "\n";
    session.err() << "`crmsyncctl job show " << text_of(job, "id") << "` says how far it is\n";
    return kFine;
  }
  const auto ended = wait_for_job(session, job);
  if (const auto* failure = std::get_if<Failure>(&ended)) return session.report(*failure);
  print_job(session, std::get<Json>(ended));
  return text_of(std::get<Json>(ended), "state") == "held" ? kHeld : kFine;
}

bool is_bulk(const Options& options) { return options.all || options.filter || options.names.size() > 1; }

std::optional<Failure> refuse_selection(const Options& options) {
  const int ways = (options.all ? 1 : 0) + (options.filter ? 1 : 0) + (options.names.empty() ? 0 : 1);
  if (ways != 1)
    return usage_failure("It is not clear which contacts are meant.",
                         "Name them (addresses or ids), or give --filter with what they have in common, or --all.");
  const bool fields = !options.text.empty() || !options.status.empty() || !options.reason.empty() ||
                      !options.connection.empty() || !options.since.empty() || !options.until.empty();
  if (fields && !options.filter)
    return usage_failure("Fields of a filter need --filter.", "Add --filter, or leave them out.");
  if (options.filter && !fields)
    return usage_failure("The filter is empty.",
                         "Give --q, --status, --reason, --connection, --since or --until; everybody is --all.");
  if (is_bulk(options) && options.account.empty())
    return usage_failure("A selection is of one account.", "Add --account A; `crmsyncctl status` lists them.");
  return std::nullopt;
}

int run_job(Session& session, const Options& options, const char* kind) {
  auto selected = session.post("/api/v1/selections", selection_body(options));
  if (const auto* failure = std::get_if<Failure>(&selected)) return session.report(*failure);
  const auto& selection = std::get<Json>(selected);
  if (!selection.at("unknown").empty()) return session.report(not_known(selection.at("unknown")));
  const auto count = selection.value("count", std::int64_t{0});
  if (!session.json())
    session.err() << "selection " << text_of(selection, "id") << ": " << with_commas(count) << " contacts\n";
  Json body{{"kind", kind}, {"selection", selection.at("id")}};
  // Who said beforehand how many they mean is taken at their word.
  const std::int64_t meant = options.count >= 0 ? options.count : count;
  if (!options.statement.empty())
    body["confirmation"] = {{"permission", true}, {"statement", options.statement}, {"count", meant}};
  else if (options.count >= 0)
    body["confirmation"] = {{"count", meant}};
  if (!options.note.empty()) body["note"] = options.note;
  if (options.dry_run) body["dry_run"] = true;
  return follow_job(session, session.post("/api/v1/jobs", body), options);
}

int list_jobs(Session& session, const Options& options) {
  const auto query =
      query_of({{"account", options.account}, {"limit", limit_text(options.limit)}, {"after", options.after}});
  return print_page(session, "/api/v1/jobs" + query, jobs_view);
}

int show_job(Session& session, const Options& options) {
  const auto answer = session.get(job_path(options.names.front()));
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  if (!options.wait) return print_job(session, std::get<Json>(answer));
  return follow_job(session, answer, options);
}

namespace {

int settle_job(Session& session, const Options& options, const char* how) {
  const auto answer = session.post(job_path(options.names.front()) + how);
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  return print_job(session, std::get<Json>(answer));
}

}  // namespace

int cancel_job(Session& session, const Options& options) { return settle_job(session, options, "/cancel"); }
int approve_job(Session& session, const Options& options) { return settle_job(session, options, "/approve"); }
int reject_job(Session& session, const Options& options) { return settle_job(session, options, "/reject"); }

int job_errors(Session& session, const Options& options) {
  const auto query = query_of({{"limit", limit_text(options.limit)}, {"after", options.after}});
  return print_page(session, job_path(options.names.front()) + "/errors" + query, errors_view);
}

int job_outcomes(Session& session, const Options& options) {
  if (session.json()) {
    const auto query = query_of({{"limit", limit_text(options.limit)}, {"after", options.after}});
    return print_page(session, job_path(options.names.front()) + "/outcomes" + query, jobs_view);
  }
  const Sink sink = [&](std::string_view piece) {
    session.out() << piece;
    return static_cast<bool>(session.out());
  };
  if (const auto failure = session.stream(job_path(options.names.front()) + "/outcomes.csv", sink))
    return session.report(*failure);
  session.out().flush();
  return session.out() ? kFine : kFailed;
}

int undo(Session& session, const Options& options) {
  const std::string& id = options.names.front();
  Json body = Json::object();
  if (!options.statement.empty()) body["confirmation"] = {{"permission", true}, {"statement", options.statement}};
  if (!options.note.empty()) body["note"] = options.note;
  if (options.dry_run) body["dry_run"] = true;
  const std::string path = id.starts_with('j') ? job_path(id) : "/api/v1/runs/" + encode_component(id);
  return follow_job(session, session.post(path + "/undo", body), options);
}

}  // namespace crmsync::ctl
