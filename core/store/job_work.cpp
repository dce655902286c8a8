#include "core/store/job_work.h"

#include <array>

#include "core/store/import_work.h"
#include "core/store/job_rows.h"
#include "core/store/lift.h"
#include "core/store/people.h"

namespace crmsync::store::jobs {

using domain::Reason;
using domain::Status;

namespace {

// The strongest first: of several obstacles the one that is the hardest to remove says where a contact belongs.
constexpr std::array<std::pair<std::string_view, Outcome>, 6> kObstacles{{
    {"support_only", Outcome::refused_support},
    {"contact_owns_it", Outcome::refused_contact},
    {"crm_owns_it", Outcome::refused_crm},
    {"resubscribe_forbidden", Outcome::refused_forbidden},
    {"ticket_missing", Outcome::refused_ticket},
    {"confirmation_missing", Outcome::refused_unconfirmed},
}};

bool exists(Database& db, Id contact) {
  Query query(db, "SELECT 1 FROM contact WHERE id = ?");
  return query.bind(contact).step();
}

ContactOutcome resubscribe(UnitOfWork& unit, const JobRow& job, Id contact) {
  LiftOrder order;
  order.contact = contact;
  order.actor = job.draft.kind == JobKind::lift ? domain::Actor::support : domain::Actor::operator_;
  order.only = job.draft.reason;
  order.bulk = true;
  // What would happen is asked before anybody confirms.
  order.permission_confirmed = job.draft.permission_confirmed || job.draft.dry_run;
  order.has_ticket = job.draft.has_ticket || job.draft.dry_run;
  order.detail = job.draft.detail;
  order.dry_run = job.draft.dry_run;
  const auto result = lift(unit, order);
  if (!result.refused.empty()) return strongest(result.refused);
  if (result.lifted.empty())
    return {result.before == Status::on_hold ? Outcome::on_hold : Outcome::already, std::nullopt};
  return {result.after == Status::unsubscribed ? Outcome::kept : Outcome::resubscribed, result.lifted.front().reason};
}

ContactOutcome unsubscribe(UnitOfWork& unit, const JobRow& job, Id contact) {
  const domain::Suppression no{Reason::manual, job.draft.actor.who, unit.now(), job.draft.detail};
  const bool added = people::add_and_push(unit, contact, no, job.draft.detail);
  return {added ? Outcome::unsubscribed : Outcome::already, Reason::manual};
}

ContactOutcome carry_out(UnitOfWork& unit, const JobRow& job, Id contact) {
  if (!exists(unit.db(), contact)) return {Outcome::gone, std::nullopt};
  switch (job.draft.kind) {
    case JobKind::unsubscribe: return unsubscribe(unit, job, contact);
    case JobKind::undo: return undo(unit, job, contact);
    case JobKind::archive: return archive(unit, job, contact);
    default: return resubscribe(unit, job, contact);
  }
}

std::int64_t next_chunk(Database& db, Id job) {
  Query query(db, "SELECT chunk FROM job WHERE id = ?");
  query.bind(job).step();
  return query.integer(0);
}

// What a dry run did is forgotten; what it found is kept.
std::vector<ContactOutcome> try_out(Database& db, const JobRow& job, std::span<const Id> contacts, Millis now) {
  std::vector<ContactOutcome> outcomes;
  UnitOfWork unit(db, job.draft.actor, now, audit_number_of_job(job.id));
  for (const Id contact : contacts) outcomes.push_back(carry_out(unit, job, contact));
  return outcomes;
}

void settle(Database& db, const JobRow& job, std::int64_t chunk, std::span<const ContactOutcome> outcomes, Millis now) {
  Transaction transaction(db);
  write_outcomes(db, job, chunk, outcomes, now);
  transaction.commit();
}

}  // namespace

ContactOutcome strongest(const std::vector<std::pair<domain::Suppression, domain::Refusal>>& refused) {
  for (const auto& [code, outcome] : kObstacles)
    for (const auto& [suppression, refusal] : refused)
      if (refusal.code == code) return {outcome, suppression.reason};
  return {Outcome::refused_support, refused.front().first.reason};
}

namespace {

void apply(Database& db, const JobRow& job, std::int64_t chunk, std::span<const Id> contacts, Millis now) {
  if (job.draft.dry_run) {
    const auto outcomes = try_out(db, job, contacts, now);
    settle(db, job, chunk, outcomes, now);
    return;
  }
  UnitOfWork unit(db, job.draft.actor, now, audit_number_of_job(job.id));
  std::vector<ContactOutcome> outcomes;
  for (const Id contact : contacts) outcomes.push_back(carry_out(unit, job, contact));
  write_outcomes(db, job, chunk, outcomes, now);
  unit.commit();
}

void hold_or_let_go(Database& db, const JobRow& job, std::int64_t chunk, std::span<const Id> contacts, Millis now) {
  UnitOfWork unit(db, job.draft.actor, now, audit_number_of_job(job.id));
  hold_or_release(unit, job, contacts);
  pass_chunk(db, job, chunk, contacts.size(), job.phase == JobPhase::hold ? "held" : "rejected", now);
  unit.commit();
}

}  // namespace

bool work(Database& db, Id id, Millis now) {
  const auto found = job(db, id);
  if (!found || found->state == JobState::held || is_over(found->state)) return false;
  if (found->phase == JobPhase::compare) return compare(db, *found, now);
  const auto chunk = next_chunk(db, id);
  const auto contacts = members(db, found->draft.selection, chunk);
  if (found->phase == JobPhase::apply)
    apply(db, *found, chunk, contacts, now);
  else
    hold_or_let_go(db, *found, chunk, contacts, now);
  return found->done + static_cast<std::int64_t>(contacts.size()) < found->total;
}

}  // namespace crmsync::store::jobs
