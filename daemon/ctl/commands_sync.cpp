#include <chrono>
#include <future>
#include <ostream>

#include "daemon/ctl/commands.h"
#include "daemon/ctl/views.h"

namespace crmsync::ctl {

namespace {

constexpr std::chrono::milliseconds kProgress{500};

std::string path_of(const std::string& connection, const char* action) {
  return "/api/v1/connections/" + encode_component(connection) + "/" + action;
}

// Every connection of the configuration.
std::variant<std::vector<std::string>, Failure> all_connections(const Session& session) {
  const auto answer = session.get("/api/v1/connections");
  if (const auto* failure = std::get_if<Failure>(&answer)) return *failure;
  std::vector<std::string> names;
  for (const auto& one : std::get<Json>(answer).at("items"))
    if (one.value("configured", false)) names.push_back(text_of(one, "id"));
  return names;
}

Json request_of(const Options& options) {
  Json body;
  body["mode"] = options.full ? "full" : "incremental";
  return body;
}

std::string running_text(const Session& session, const std::string& connection) {
  const auto answer = session.get("/api/v1/runs" + query_of({{"connection", connection}, {"limit", "1"}}));
  const auto* json = std::get_if<Json>(&answer);
  if (json == nullptr || json->at("items").empty()) return connection + " waits";
  const auto& run = json->at("items").front();
  if (text_of(run, "state") != "running") return connection + " waits";
  const auto fetched = run.at("counts").value("fetched", std::int64_t{0});
  return connection + " " + text_of(run, "phase") + (fetched > 0 ? " " + with_commas(fetched) : "");
}

using Answers = std::vector<std::future<Answer>>;

bool all_ready(const Answers& answers, std::chrono::milliseconds patience) {
  for (const auto& answer : answers)
    if (answer.wait_for(patience) != std::future_status::ready) return false;
  return true;
}

// One line on the terminal that is overwritten until every run is finished.
void show_progress(const Session& session, const std::vector<std::string>& names, const Answers& answers) {
  if (!session.terminal().err_is_tty || session.json()) return;
  const auto begun = std::chrono::steady_clock::now();
  while (!all_ready(answers, kProgress)) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun);
    std::string line = std::to_string(seconds.count()) + " s";
    for (std::size_t i = 0; i < names.size(); ++i)
      if (answers[i].wait_for(std::chrono::seconds(0)) != std::future_status::ready)
        line += "  " + running_text(session, names[i]);
    const std::size_t width = session.terminal().width == 0 ? 79 : session.terminal().width - 1;
    session.err() << "\r\x1b[K" << shortened(harmless(line), width) << std::flush;
  }
  session.err() << "\r\x1b[K" << std::flush;
}

// A failed run outweighs a held one.
int exit_of_run(const Json& run) {
  const std::string state = text_of(run, "state");
  return state == "failed" ? kFailed : state == "held" ? kHeld : kFine;
}

int worse(int a, int b) {
  const auto rank = [](int code) { return code == kFine ? 0 : code == kHeld ? 1 : 2; };
  return rank(b) > rank(a) ? b : a;
}

int print_runs(const Session& session, Answers& answers) {
  int exit = kFine;
  Json runs = Json::array();
  for (auto& pending : answers) {
    const auto answer = pending.get();
    if (const auto* failure = std::get_if<Failure>(&answer)) {
      exit = worse(exit, failure->exit);
      if (session.json())
        runs.push_back(failure->problem);
      else
        session.report(*failure);
      continue;
    }
    const auto& run = std::get<Json>(answer);
    exit = worse(exit, exit_of_run(run));
    if (session.json())
      runs.push_back(run);
    else
      session.out() << run_view(run, session.terminal());
  }
  if (session.json()) session.print(answers.size() == 1 ? runs.front() : runs);
  return exit;
}

int trigger(const Session& session, const std::vector<std::string>& names, const Options& options) {
  Json triggered = Json::array();
  for (const auto& name : names) {
    const auto answer = session.post(path_of(name, "sync"), request_of(options));
    if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
    triggered.push_back(std::get<Json>(answer));
    if (!session.json()) session.out() << "A sync of " << harmless(name) << " was triggered.\n";
  }
  if (session.json()) session.print(names.size() == 1 ? triggered.front() : triggered);
  return kFine;
}

}  // namespace

int show_status(Session& session, const Options&) {
  const auto answer = session.get("/api/v1/status");
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  if (session.json())
    session.print(std::get<Json>(answer));
  else
    session.out() << status_view(std::get<Json>(answer), session.terminal());
  return kFine;
}

int sync(Session& session, const Options& options) {
  std::vector<std::string> names = options.names;
  if (names.empty()) {
    auto all = all_connections(session);
    if (const auto* failure = std::get_if<Failure>(&all)) return session.report(*failure);
    names = std::move(std::get<std::vector<std::string>>(all));
  }
  if (names.empty())
    return session.report(usage_failure("There is no connection to sync.", "Add one to the configuration."));
  if (!options.wait) return trigger(session, names, options);
  Json body = request_of(options);
  body["wait"] = true;
  Answers answers;
  for (const auto& name : names)
    answers.push_back(
        std::async(std::launch::async, [&session, &body, &name] { return session.post(path_of(name, "sync"), body); }));
  show_progress(session, names, answers);
  return print_runs(session, answers);
}

int plan(Session& session, const Options& options) {
  const auto answer = session.post(path_of(options.names.front(), "plan"), request_of(options));
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  if (session.json())
    session.print(std::get<Json>(answer));
  else
    session.out() << plan_view(std::get<Json>(answer), session.terminal());
  return kFine;
}

}  // namespace crmsync::ctl
