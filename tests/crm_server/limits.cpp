#include "tests/crm_server/limits.h"

#include "tests/crm_server/text.h"

namespace crmsync::crm_server {

namespace {

constexpr Millis kTenSeconds = 10'000;
constexpr Millis kDay = 86'400'000;

void drop_before(std::deque<Millis>& times, Millis limit) {
  while (!times.empty() && times.front() <= limit) times.pop_front();
}

Reply refusal(std::string_view message, std::string_view policy) {
  return json(R"({"status":"error","message":)" + in_quotes(message) +
                  R"(,"errorType":"RATE_LIMIT","correlationId":"00000000-0000-4000-8000-000000000001","policyName":)" +
                  in_quotes(policy) + "}",
              429);
}

}  // namespace

std::optional<Reply> Limits::refuse(bool search, Millis now) {
  if (now / kDay != day_) day_ = now / kDay, today_ = 0;
  drop_before(calls_, now - kTenSeconds);
  drop_before(searches_, now - 1000);
  if (enforced) {
    if (today_ >= daily) return ++refused_, refusal("You have reached your daily limit.", "DAILY");
    if (search && static_cast<std::int64_t>(searches_.size()) >= searches_a_second)
      return ++refused_, refusal("You have reached your secondly limit.", "SECONDLY");
    if (!search && static_cast<std::int64_t>(calls_.size()) >= ten_secondly)
      return ++refused_, refusal("You have reached your ten_secondly_rolling limit.", "TEN_SECONDLY_ROLLING");
  }
  ++today_;
  if (enforced) (search ? searches_ : calls_).push_back(now);
  return std::nullopt;
}

void Limits::tell(Reply& reply, Millis) const {
  if (!enforced) return;
  const auto say = [&](const char* name, std::int64_t value) {
    reply.headers.emplace_back(name, std::to_string(value));
  };
  say("X-HubSpot-RateLimit-Max", ten_secondly);
  say("X-HubSpot-RateLimit-Remaining", ten_secondly - static_cast<std::int64_t>(calls_.size()));
  say("X-HubSpot-RateLimit-Interval-Milliseconds", kTenSeconds);
  say("X-HubSpot-RateLimit-Daily", daily);
  say("X-HubSpot-RateLimit-Daily-Remaining", daily - today_);
}

}  // namespace crmsync::crm_server
