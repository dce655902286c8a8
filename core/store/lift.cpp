#include "core/store/lift.h"

#include <algorithm>

#include "core/store/people.h"

namespace crmsync::store {

using domain::Reason;
using domain::Suppression;

namespace {

// What the account's settings say, as far as the rules ask.
domain::LiftRequest request_for(Database& db, Id account, const LiftOrder& order) {
  Query query(db,
              "SELECT resubscribe_allowed, EXISTS(SELECT 1 FROM connection WHERE account_id = a.id AND configured = 1) "
              "FROM account a WHERE a.id = ?");
  query.bind(account).step();
  domain::LiftRequest request;
  request.actor = order.actor;
  request.resubscribe_allowed = query.integer(0) != 0;
  request.integrated = query.integer(1) != 0;
  request.permission_confirmed = order.permission_confirmed;
  request.bulk = order.bulk;
  request.has_ticket = order.has_ticket;
  return request;
}

// "harbour-hubspot:5101": a connection that is still in the configuration?
bool is_configured(Database& db, const Suppression& suppression) {
  if (suppression.reason != Reason::integration) return true;
  Query query(db, "SELECT configured FROM connection WHERE name = ?");
  query.bind(std::string_view(suppression.source).substr(0, suppression.source.find(':')));
  return query.step() && query.integer(0) != 0;
}

bool is_meant(const LiftOrder& order, const Suppression& suppression) {
  if (order.only && suppression.reason != *order.only) return false;
  return order.only_source.empty() || suppression.source == order.only_source;
}

// What was lifted stays in the log as it was, so that an undo can put it back.
std::string with_what_was(const std::string& detail, const Suppression& suppression) {
  const std::string& evidence = suppression.evidence.empty() ? "{}" : suppression.evidence;
  std::string text = detail.size() < 3 ? "{" : detail.substr(0, detail.rfind('}')) + ",";
  return text + "\"lifted\":{\"since\":" + std::to_string(suppression.since) + ",\"evidence\":" + evidence + "}}";
}

}  // namespace

LiftOutcome lift(UnitOfWork& unit, const LiftOrder& order) {
  LiftOutcome outcome;
  const auto who = unit.contact(order.contact);
  outcome.before = outcome.after = who.status;
  auto request = request_for(unit.db(), who.account, order);
  for (auto& suppression : unit.active(order.contact)) {
    if (!is_meant(order, suppression)) continue;
    request.connection_configured = is_configured(unit.db(), suppression);
    auto refusal = domain::refuse_lift(suppression, request);
    if (refusal)
      outcome.refused.emplace_back(std::move(suppression), std::move(*refusal));
    else
      outcome.lifted.push_back(std::move(suppression));
  }
  if (!outcome.refused.empty()) outcome.lifted.clear();
  for (const auto& suppression : outcome.lifted)
    people::lift_and_settle(unit, order.contact, suppression.reason, suppression.source,
                            with_what_was(order.detail, suppression));
  outcome.after = unit.contact(order.contact).status;
  return outcome;
}

}  // namespace crmsync::store
