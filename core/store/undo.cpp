// Taking back what a run or a job has done to a contact, read from the audit log: only what nobody has changed since,
// by the same rules for who may lift what, and never a later opt-out. What comes back is pushed like any no.
#include <map>

#include "core/store/job_work.h"
#include "core/store/lift.h"
#include "core/store/parse_names.h"
#include "core/store/people.h"

namespace crmsync::store::jobs {

using domain::Reason;
using domain::Status;
using domain::Suppression;

namespace {

// What became, on the whole, of one suppression of the contact.
struct Effect {
  Reason reason = Reason::manual;
  std::string source;
  bool added = false;  // lifted otherwise
  Id last = 0;         // the entry of the log that says so
  Millis since = 0;    // lifted: as it was
  std::string evidence;
};

// The first and the last entry about a suppression decide: what was added and lifted again is no effect.
std::vector<Effect> effects_of(Database& db, Id number, Id contact) {
  struct Seen {
    bool first_added;
    Effect last;
  };
  std::map<std::pair<std::string, std::string>, Seen> seen;
  Query query(
      db,
      "SELECT reason, source, action = 'add', seq, at, coalesce(json_extract(detail, '$.lifted.since'), at), "
      "coalesce(json_extract(detail, '$.lifted.evidence'), '{}') FROM audit WHERE run_id = ? AND contact_id = ? "
      "AND action IN ('add','lift') ORDER BY seq");
  query.bind(number).bind(contact);
  while (query.step()) {
    const bool added = query.integer(2) != 0;
    Effect effect{reason_named(query.view(0)), query.text(1), added, query.integer(3), query.integer(5), query.text(6)};
    // Of every reason but `integration` a contact has one, whoever set it.
    const std::pair key{query.text(0), std::string(record_key(effect.reason, effect.source))};
    const auto [place, fresh] = seen.try_emplace(key, Seen{added, effect});
    if (!fresh) place->second.last = std::move(effect);
  }
  std::vector<Effect> effects;
  for (auto& [key, one] : seen)
    if (one.first_added == one.last.added) effects.push_back(std::move(one.last));
  return effects;
}

bool changed_since(Database& db, Id contact, const Effect& effect) {
  Query query(db,
              "SELECT 1 FROM audit WHERE contact_id = ?1 AND seq > ?2 AND reason = ?3 AND (reason <> 'integration' OR "
              "source = ?4) LIMIT 1");
  query.bind(contact).bind(effect.last).bind(domain::to_string(effect.reason)).bind(effect.source);
  return query.step();
}

class Undoing {
 public:
  Undoing(UnitOfWork& unit, const JobRow& job, Id contact) : unit_(unit), job_(job), contact_(contact) {}

  // False: it stays as it is, and `why` says why.
  bool take_back(const Effect& effect, ContactOutcome& why) {
    if (changed_since(unit_.db(), contact_, effect)) {
      why = {Outcome::changed_since, effect.reason};
      return false;
    }
    return effect.added ? lift_again(effect, why) : put_back(effect);
  }

 private:
  // As an operator would lift it, with the same conditions.
  bool lift_again(const Effect& effect, ContactOutcome& why) {
    LiftOrder order;
    order.contact = contact_, order.only = effect.reason, order.only_source = effect.source;
    order.bulk = true;
    order.permission_confirmed = job_.draft.permission_confirmed || job_.draft.dry_run;
    order.detail = job_.draft.detail;
    const auto result = lift(unit_, order);
    if (!result.refused.empty()) why = strongest(result.refused);
    return !result.lifted.empty();
  }

  // A CRM that was believed when it re-activated somebody goes on saying so: what contradicts it from here on is an
  // operator's no, and the CRM is told.
  bool put_back(const Effect& effect) {
    Suppression no{effect.reason, effect.source, effect.since, effect.evidence};
    if (effect.reason == Reason::integration)
      no = {Reason::manual, job_.draft.actor.who, unit_.now(), job_.draft.detail};
    return people::add_and_push(unit_, contact_, no, job_.draft.detail);
  }

  UnitOfWork& unit_;
  const JobRow& job_;
  Id contact_;
};

}  // namespace

ContactOutcome undo(UnitOfWork& unit, const JobRow& job, Id contact) {
  const Status before = unit.contact(contact).status;
  ContactOutcome outcome{Outcome::already, std::nullopt};
  std::optional<Reason> taken_back;
  Undoing undoing(unit, job, contact);
  for (const auto& effect : effects_of(unit.db(), job.draft.undoes, contact))
    if (undoing.take_back(effect, outcome)) taken_back = effect.reason;
  if (!taken_back) return outcome;
  const Status after = unit.contact(contact).status;
  if (after == before) return {Outcome::restored, taken_back};
  return {after == Status::unsubscribed ? Outcome::unsubscribed : Outcome::resubscribed, taken_back};
}

}  // namespace crmsync::store::jobs
