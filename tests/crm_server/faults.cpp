#include "tests/crm_server/faults.h"

#include <algorithm>

#include "tests/crm_server/text.h"

namespace crmsync::crm_server {

const std::vector<std::string_view>& Faults::kinds() {
  static const std::vector<std::string_view> all{
      "latency",        "rate_limited",  "status",        "reset_before", "reset_inside",    "reset_after",
      "truncated_json", "html",          "endless_body",  "huge_body",    "repeated_cursor", "missing_cursor",
      "shifting_rows",  "duplicate_ids", "missing_field", "null_field",   "changed_type",    "write_not_stored",
      "reply_lost",     "stale_read"};
  return all;
}

std::string Faults::add(const nlohmann::json& description) {
  Fault fault;
  fault.kind = description.value("kind", "");
  if (std::find(kinds().begin(), kinds().end(), fault.kind) == kinds().end()) return "unknown kind " + fault.kind;
  fault.path = description.value("path", "");
  fault.method = description.value("method", "");
  fault.left = description.value("count", std::int64_t{-1});
  fault.after = description.value("after", std::int64_t{0});
  fault.number = description.value("number", std::int64_t{0});
  fault.text = description.value("text", "");
  faults_.push_back(std::move(fault));
  return "";
}

nlohmann::json Faults::list() const {
  auto all = nlohmann::json::array();
  for (const auto& fault : faults_) all.push_back({{"kind", fault.kind}, {"path", fault.path}, {"left", fault.left}});
  return all;
}

std::vector<Fault> Faults::meet(const Request& request) {
  std::vector<Fault> met;
  const std::string target = request.path + "?" + request.query;
  for (auto& fault : faults_) {
    if (target.find(fault.path) == std::string::npos || fault.left == 0) continue;
    if (!fault.method.empty() && fault.method != request.method) continue;
    if (fault.after > 0) {
      --fault.after;
      continue;
    }
    if (fault.left > 0) --fault.left;
    met.push_back(fault);
  }
  std::erase_if(faults_, [](const Fault& fault) { return fault.left == 0; });
  return met;
}

bool has(const std::vector<Fault>& met, std::string_view kind) {
  return std::any_of(met.begin(), met.end(), [&](const Fault& fault) { return fault.kind == kind; });
}

namespace {

Reply rate_limited(const Fault& fault, Millis now) {
  Reply reply = json(
      R"({"status":"error","message":"You have reached your ten_secondly_rolling limit.","errorType":"RATE_LIMIT",)"
      R"("correlationId":"00000000-0000-4000-8000-000000000001","policyName":"TEN_SECONDLY_ROLLING"})",
      429);
  if (fault.text == "date")
    reply.headers.emplace_back("Retry-After", http_date(now + 1000 * fault.number));
  else if (!fault.text.empty())
    reply.headers.emplace_back("Retry-After", fault.text);
  return reply;
}

Reply huge() {
  Reply reply = json(R"({"results":[],"padding":")");
  reply.body.resize(100U << 20, 'x');
  reply.body += "\"}";
  return reply;
}

}  // namespace

std::optional<Reply> instead(const std::vector<Fault>& met, Millis now) {
  for (const auto& fault : met) {
    if (fault.kind == "rate_limited") return rate_limited(fault, now);
    if (fault.kind == "status") {
      const int status = static_cast<int>(fault.number);
      Reply reply = json("<html><body>The server is busy</body></html>", status);
      reply.content_type = "text/html";
      return reply;
    }
    if (fault.kind == "html") {
      Reply reply = json("<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>");
      reply.content_type = "text/html; charset=utf-8";
      return reply;
    }
    if (fault.kind == "huge_body") return huge();
    if (fault.kind == "reset_before") {
      Reply reply;
      reply.wire = Wire::reset_before;
      return reply;
    }
  }
  return std::nullopt;
}

void spoil(const std::vector<Fault>& met, Reply& reply) {
  for (const auto& fault : met) {
    if (fault.kind == "latency") reply.delay_ms = static_cast<int>(fault.number);
    if (fault.kind == "reset_inside") reply.wire = Wire::reset_inside;
    if (fault.kind == "reset_after") reply.wire = Wire::reset_after;
    if (fault.kind == "reply_lost") reply.wire = Wire::reset_before;
    if (fault.kind == "endless_body") reply.wire = Wire::endless;
    if (fault.kind == "truncated_json") reply.body.resize(reply.body.size() / 2);
  }
}

}  // namespace crmsync::crm_server
