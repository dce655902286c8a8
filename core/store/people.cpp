#include "core/store/people.h"

#include "core/store/parse_names.h"

namespace crmsync::store::people {

using domain::PushMark;
using domain::Reason;

namespace {

struct Linked {
  Id record = 0;
  Id connection = 0;
  domain::CrmRecord mirror;
};

std::vector<Linked> records_of(Database& db, Id contact) {
  std::vector<Linked> all;
  Query query(db,
              "SELECT r.id, r.connection_id, c.name, r.external_id, r.opted_out, r.push_mark FROM record r "
              "JOIN connection c ON c.id = r.connection_id WHERE r.contact_id = ? AND r.deleted = 0");
  query.bind(contact);
  while (query.step()) {
    Linked linked{query.integer(0), query.integer(1), {}};
    linked.mirror.connection = query.text(2);
    linked.mirror.external_id = query.text(3);
    if (const auto out = query.maybe(4)) linked.mirror.opted_out = *out != 0;
    linked.mirror.push_mark = static_cast<PushMark>(query.integer(5));
    all.push_back(std::move(linked));
  }
  return all;
}

bool another_pushed_reason(const std::vector<domain::Suppression>& active) {
  for (const auto& s : active)
    if (domain::traits(s.reason).pushed) return true;
  return false;
}

// What is not sent yet need not be sent any more.
void supersede_pending(UnitOfWork& unit, Id contact, std::string_view kind) {
  Query(unit.db(),
        "UPDATE outbox SET state = 'superseded', settled_at = ? WHERE contact_id = ? AND kind = ? AND state = "
        "'pending' AND "
        "attempts = 0")
      .bind(unit.now())
      .bind(contact)
      .bind(kind)
      .run();
}

}  // namespace

namespace {

// Whether the active no was set by something that can be undone as a whole.
bool was_set_in_bulk(Database& db, Id contact, Reason reason) {
  Query query(db, "SELECT run_id FROM audit WHERE contact_id = ? AND reason = ? ORDER BY seq DESC LIMIT 1");
  return query.bind(contact).bind(domain::to_string(reason)).step() && query.integer(0) != 0;
}

}  // namespace

bool add_and_push(UnitOfWork& unit, Id contact, const domain::Suppression& suppression, std::string_view detail) {
  if (!unit.add(contact, suppression, detail)) {
    const bool a_word = suppression.reason == Reason::manual || suppression.reason == Reason::contact;
    if (a_word && unit.run() == 0 && was_set_in_bulk(unit.db(), contact, suppression.reason))
      unit.say_again(contact, suppression, detail);
    return false;
  }
  if (domain::traits(suppression.reason).pushed) {
    supersede_pending(unit, contact, "opt_in");
    unit.push_to_records(contact, suppression.reason);
  }
  return true;
}

bool lift_and_settle(UnitOfWork& unit, Id contact, Reason reason, std::string_view source, std::string_view detail) {
  if (!unit.lift(contact, reason, source, detail)) return false;
  if (!domain::traits(reason).pushed || another_pushed_reason(unit.active(contact))) return true;
  supersede_pending(unit, contact, "opt_out");
  for (auto& linked : records_of(unit.db(), contact)) {
    const ConnectionInfo& connection = unit.connection(linked.connection);
    const bool sent = linked.mirror.push_mark == PushMark::sent;
    // Sent but not seen yet: the CRM has it or will have it, so rule 11 holds as if it were there.
    if (sent) linked.mirror.opted_out = true, linked.mirror.push_mark = PushMark::echoed;
    const auto then = domain::after_local_lift(linked.mirror, reason, connection.rules);
    if (then.suppression)
      unit.add(contact, {then.suppression->reason, then.suppression->source, unit.now(), then.suppression->evidence},
               then.suppression->evidence);
    if (then.push) unit.queue_push(connection, linked.mirror.external_id, contact, *then.push);
    if (sent || then.suppression || then.push)
      // While an opt-in waits, the opt-out in the CRM is still ours: said no to and taken back again, it is taken back
      // there again.
      Query(unit.db(), "UPDATE record SET push_mark = ?, opted_out = coalesce(?, opted_out) WHERE id = ?")
          .bind(static_cast<int>(then.push ? PushMark::echoed : PushMark::none))
          .bind(linked.mirror.opted_out)
          .bind(linked.record)
          .run();
    if (sent)
      Query(unit.db(),
            "UPDATE outbox SET state = 'superseded', settled_at = ? WHERE contact_id = ? AND connection_id = ? AND "
            "kind = 'opt_out' AND state IN ('pending','sent')")
          .bind(unit.now())
          .bind(contact)
          .bind(linked.connection)
          .run();
  }
  return true;
}

namespace {
Id account_id(Database& db, const std::string& name) {
  Query query(db, "SELECT id FROM account WHERE name = ?");
  if (!query.bind(name).step()) throw StoreError("the store does not know the account " + name);
  return query.integer(0);
}
}  // namespace

std::vector<Store::Changed> change_contacts(Database& db, std::span<const ContactChange> changes, const Actor& actor,
                                            Millis now) {
  UnitOfWork unit(db, actor, now);
  std::vector<Store::Changed> results;
  for (const auto& change : changes) {
    Store::Changed result;
    const Id account = account_id(db, change.account);
    result.contact = change.add ? unit.contact_for(account, change.address, change.display, "")
                                : unit.find_contact(account, change.address);
    if (result.contact != 0) {
      result.before = unit.contact(result.contact).status;
      if (change.add) result.changed = add_and_push(unit, result.contact, *change.add, change.detail);
      if (change.lift)
        result.changed = lift_and_settle(unit, result.contact, change.lift->reason, change.lift->source, change.detail);
      result.after = unit.contact(result.contact).status;
    }
    results.push_back(result);
  }
  unit.commit();
  return results;
}

namespace {

// One event after another, within one unit of work.
class EventTaker {
 public:
  EventTaker(UnitOfWork& unit, const domain::StrikeRules& rules) : unit_(unit), db_(unit.db()), rules_(rules) {}

  EventOutcome take(const EventIn& event) {
    EventOutcome outcome;
    const Id account = account_of(event);
    outcome.contact = unit_.find_contact(account, event.address);
    if (!record(account, event)) {
      outcome.duplicate = true;
      return outcome;
    }
    const auto reason = domain::reason_of(event.type);
    if (!reason) return outcome;
    const auto since = domain::suppressed_since(*reason, events_of(account, event.address), rules_,
                                                spent_until(account, event.address, *reason));
    if (!since) return outcome;
    if (*reason == Reason::spam_complaint)
      complain(account, event, *since, outcome);
    else
      outcome.suppressed = suppress(account, event, *reason, *since, outcome.contact);
    return outcome;
  }

 private:
  bool record(Id account, const EventIn& event) {
    const auto type = domain::to_string(event.type);
    std::string key =
        event.id.empty() ? std::string(type) + "|" + event.address + "|" + std::to_string(event.at) + "|" + event.source
                         : "id|" + event.id;
    Query insert(db_,
                 "INSERT INTO event(account_id, event_key, address, type, at, source, evidence, received_at) "
                 "VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
    insert.bind(account).bind(key).bind(event.address).bind(type).bind(event.at).bind(event.source);
    return insert.bind(event.evidence.empty() ? "{}" : event.evidence).bind(unit_.now()).run() > 0;
  }

  std::vector<domain::DeliveryEvent> events_of(Id account, const std::string& address) {
    std::vector<domain::DeliveryEvent> events;
    Query query(db_, "SELECT type, at FROM event WHERE account_id = ? AND address = ? ORDER BY at");
    query.bind(account).bind(address);
    while (query.step()) events.push_back({*domain::parse_event_type(query.view(0)), query.integer(1)});
    return events;
  }

  Millis spent_until(Id account, const std::string& address, Reason reason) {
    Query query(db_, "SELECT at FROM strike_base WHERE account_id = ? AND address = ? AND reason = ?");
    return query.bind(account).bind(address).bind(domain::to_string(reason)).step() ? query.integer(0) : 0;
  }

  bool suppress(Id account, const EventIn& event, Reason reason, Millis since, Id& contact) {
    const auto ends = domain::ends_at(reason, since, rules_);
    if (ends && *ends <= unit_.now()) return false;  // over before we heard of it
    contact = unit_.contact_for(account, event.address, event.display, "");
    if (!add_and_push(unit_, contact, {reason, event.source, since, event.evidence}, event.evidence)) return false;
    if (ends) unit_.set_ends_at(contact, reason, *ends);
    return true;
  }

  // A complaint counts in every account of the brand that knows the address, and in those that meet it later.
  void complain(Id account, const EventIn& event, Millis since, EventOutcome& outcome) {
    outcome.suppressed = suppress(account, event, Reason::spam_complaint, since, outcome.contact);
    Query(db_, "INSERT INTO brand_complaint SELECT brand, ?, ?, ?, ? FROM account WHERE id = ? ON CONFLICT DO NOTHING")
        .bind(event.address)
        .bind(since)
        .bind(event.source)
        .bind(event.evidence.empty() ? "{}" : event.evidence)
        .bind(account)
        .run();
    std::vector<Id> others;
    // CROSS JOIN: the accounts first, of which there are few; the other way round every contact would be looked at.
    Query query(db_,
                "SELECT k.id FROM account a CROSS JOIN contact k ON k.account_id = a.id AND k.address = ?2 WHERE "
                "a.brand = (SELECT brand FROM account WHERE id = ?1) AND a.id <> ?1");
    query.bind(account).bind(event.address);
    while (query.step()) others.push_back(query.integer(0));
    for (const Id other : others)
      add_and_push(unit_, other, {Reason::spam_complaint, event.source, since, event.evidence}, event.evidence);
  }

  // A batch is mostly of one account.
  Id account_of(const EventIn& event) {
    if (account_ == 0 || event.account != account_name_)
      account_ = account_id(db_, event.account), account_name_ = event.account;
    return account_;
  }

  UnitOfWork& unit_;
  Database& db_;
  const domain::StrikeRules& rules_;
  Id account_ = 0;
  std::string account_name_;
};

}  // namespace

std::vector<EventOutcome> add_events(Database& db, std::span<const EventIn> events, const domain::StrikeRules& rules,
                                     Millis now) {
  UnitOfWork unit(db, {"event", "events", "delivery"}, now);
  EventTaker taker(unit, rules);
  std::vector<EventOutcome> outcomes;
  outcomes.reserve(events.size());
  for (const auto& event : events) outcomes.push_back(taker.take(event));
  unit.commit();
  return outcomes;
}

std::int64_t expire(Database& db, const domain::StrikeRules&, Millis now, std::size_t limit) {
  UnitOfWork unit(db, {"system", "expiry", "expiry"}, now);
  std::vector<std::pair<Id, Reason>> ended;
  {
    Query query(db, "SELECT contact_id, reason FROM suppression WHERE ends_at IS NOT NULL AND ends_at <= ? LIMIT ?");
    query.bind(now).bind(limit);
    while (query.step()) ended.emplace_back(query.integer(0), reason_named(query.view(1)));
  }
  for (const auto& [contact, reason] : ended) unit.lift(contact, reason, "", "{\"ended\":\"by itself\"}");
  std::vector<std::pair<Id, Id>> calm;  // who flipped is released after a day of peace
  {
    Query query(db,
                "SELECT contact_id, ref FROM hold WHERE cause = 'flips' AND NOT EXISTS(SELECT 1 FROM flip WHERE "
                "record_id = hold.ref AND at > ?) LIMIT ?");
    query.bind(now - domain::kDay).bind(limit);
    while (query.step()) calm.emplace_back(query.integer(0), query.integer(1));
  }
  for (const auto& [contact, record] : calm) unit.release(contact, "flips", record, "{}");
  unit.commit();
  return static_cast<std::int64_t>(ended.size() + calm.size());
}

}  // namespace crmsync::store::people
