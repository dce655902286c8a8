#include "daemon/ctl/session.h"

#include <ostream>

namespace crmsync::ctl {

namespace {

int exit_for(unsigned status) {
  switch (status) {
    case 400: return kUsage;
    case 401:
    case 403:
    case 409:
    case 422: return kRefused;
    default: return kFailed;
  }
}

Json local_problem(std::string code, std::string detail, std::string remedy) {
  Json problem;
  problem["type"] = "urn:crmsyncd:problem:" + code;
  problem["title"] = "crmsyncctl could not do it";
  problem["status"] = nullptr;
  problem["detail"] = std::move(detail);
  problem["remedy"] = std::move(remedy);
  problem["code"] = std::move(code);
  return problem;
}

Failure failure_of(const Error& error) { return {kFailed, local_problem("unreachable", error.message, "")}; }

Failure failure_of(const HttpReply& reply) {
  Json problem = Json::parse(reply.body, nullptr, false);
  if (!problem.is_object() || !problem.contains("detail"))
    problem = local_problem("no_api", "The answer with status " + std::to_string(reply.status) + " is not crmsyncd's.",
                            "Check --socket or --url.");
  return {exit_for(reply.status), std::move(problem)};
}

}  // namespace

Answer Session::call(const HttpCall& call) const {
  const auto reply = send(endpoint_, call);
  if (!reply) return failure_of(reply.error());
  if (reply->status >= 300) return failure_of(*reply);
  Json json = Json::parse(reply->body, nullptr, false);
  if (json.is_discarded()) return failure_of(HttpReply{reply->status, ""});
  return json;
}

Answer Session::get(const std::string& target) const { return call({"GET", target, "", ""}); }

Answer Session::post(const std::string& target, const Json& body) const {
  return post_text(target, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Answer Session::post_text(const std::string& target, const std::string& body) const {
  return call({"POST", target, body, ""});
}

Answer Session::post_file(const std::string& target, const std::string& path) const {
  return call({"POST", target, "", path});
}

std::optional<Failure> Session::stream(const std::string& target, const Sink& sink) const {
  const auto reply = send(endpoint_, {"GET", target, "", ""}, sink);
  if (!reply) return failure_of(reply.error());
  if (reply->status >= 300) return failure_of(*reply);
  return std::nullopt;
}

int Session::report(const Failure& failure) const {
  if (json_) {
    print(failure.problem);
    return failure.exit;
  }
  err_ << "crmsyncctl: " << harmless(text_of(failure.problem, "detail")) << "\n";
  const std::string remedy = text_of(failure.problem, "remedy");
  if (!remedy.empty()) err_ << "  what to do: " << harmless(remedy) << "\n";
  return failure.exit;
}

void Session::print(const Json& json) const {
  out_ << json.dump(terminal_.out_is_tty ? 2 : -1, ' ', false, Json::error_handler_t::replace) << "\n";
}

Failure usage_failure(std::string detail, std::string remedy) {
  return {kUsage, local_problem("usage", std::move(detail), std::move(remedy))};
}

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string query_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string query;
  for (const auto& [name, value] : pairs)
    if (!value.empty()) query += (query.empty() ? "?" : "&") + name + "=" + encode_component(value);
  return query;
}

}  // namespace crmsync::ctl
