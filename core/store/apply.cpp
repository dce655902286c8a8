#include "core/store/apply.h"

#include "core/domain/flips.h"
#include "core/store/arrivals.h"
#include "core/store/parse_names.h"
#include "core/store/spool_codec.h"

namespace crmsync::store::applying {

using domain::Decision;
using domain::Finding;
using domain::MirrorAction;
using domain::Side;

namespace {

// Carries the decisions of one batch out, in one unit of work.
class Applier {
 public:
  Applier(UnitOfWork& unit, const RunInfo& run) : unit_(unit), db_(unit.db()), run_(run) {}

  void one(const ApplyItem& item) {
    const Decision& decision = item.decision;
    Id target = item.target_contact;
    if (target == 0 && !decision.mirror.address.empty() && decision.action != MirrorAction::none)
      target = unit_.contact_for(run_.connection.account, decision.mirror.address, trimmed(item.incoming.remote.email),
                                 item.incoming.remote.name);
    const Id linked = item.linked_contact != 0 ? item.linked_contact : target;
    if (target == 0) target = linked;
    const Id record = write_mirror(item, decision.mirror.address.empty() && !decision.mirror.deleted ? 0 : target);
    effects(item, linked, target, record);
    settle_pushes(item, record, target);
    findings(item, target, record);
    if (item.change != 0) settle_change(item, linked, target);
    if (item.target_contact != 0 && !item.incoming.remote.name.empty()) rename(target, item.incoming.remote.name);
  }

  RunCounts counts;
  std::int64_t records_delta = 0;

 private:
  static std::string_view trimmed(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
  }

  Id write_mirror(const ApplyItem& item, Id contact) {
    const auto& mirror = item.decision.mirror;
    if (item.decision.action == MirrorAction::none) {
      // Seen again: what the CRM said is remembered, so that the next run skips it.
      if (item.record != 0)
        Query(db_, "UPDATE record SET fingerprint = ?, absences = 0, last_run = ?, held_change = NULL WHERE id = ?")
            .bind(item.incoming.fingerprint)
            .bind(run_.id)
            .bind(item.record)
            .run();
      return item.record;
    }
    if (item.record == 0) return insert_record(item, contact);
    note_flip(item);
    Query before(db_, "SELECT deleted FROM record WHERE id = ?");
    before.bind(item.record).step();
    records_delta += (before.integer(0) != 0 && !mirror.deleted) - (before.integer(0) == 0 && mirror.deleted);
    Query update(db_,
                 "UPDATE record SET contact_id = ?, opted_out = ?, modified_at = ?, deleted = ?, push_mark = ?, "
                 "fingerprint = ?, absences = 0, last_run = ?, held_change = NULL WHERE id = ?");
    contact != 0 ? update.bind(contact) : update.bind_null();
    update.bind(mirror.opted_out).bind(mirror.modified_at).bind(mirror.deleted);
    update.bind(static_cast<int>(mirror.push_mark))
        .bind(item.incoming.fingerprint)
        .bind(run_.id)
        .bind(item.record)
        .run();
    if (item.decision.action == MirrorAction::tombstone) ++counts.deleted;
    return item.record;
  }

  Id insert_record(const ApplyItem& item, Id contact) {
    const auto& mirror = item.decision.mirror;
    Query insert(
        db_,
        "INSERT INTO record(connection_id, external_id, contact_id, opted_out, modified_at, deleted, push_mark, "
        "fingerprint, last_run) VALUES(?,?,?,?,?,?,?,?,?)");
    insert.bind(run_.connection.id).bind(mirror.external_id);
    contact != 0 ? insert.bind(contact) : insert.bind_null();
    insert.bind(mirror.opted_out)
        .bind(mirror.modified_at)
        .bind(mirror.deleted)
        .bind(static_cast<int>(mirror.push_mark));
    insert.bind(item.incoming.fingerprint).bind(run_.id).run();
    if (!mirror.deleted) ++records_delta, ++counts.added;
    return db_.last_insert_id();
  }

  void note_flip(const ApplyItem& item) {
    const auto& now_out = item.decision.mirror.opted_out;
    Query before(db_, "SELECT opted_out FROM record WHERE id = ?");
    before.bind(item.record).step();
    const auto was = before.maybe(0);
    if (!was || !now_out || (*was != 0) == *now_out || item.decision.finding == Finding::echo) return;
    Query(db_, "INSERT INTO flip VALUES(?,?,?) ON CONFLICT DO NOTHING")
        .bind(item.record)
        .bind(unit_.now())
        .bind(run_.id)
        .run();
    flipped_ = true;
  }

  void effects(const ApplyItem& item, Id linked, Id target, Id record) {
    const auto side = [&](Side which) { return which == Side::linked ? linked : target; };
    bool lifted = false;
    for (const auto& add : item.decision.adds) {
      if (side(add.side) == 0) continue;
      const bool added = unit_.add(side(add.side), {add.reason, add.source, unit_.now(), add.evidence}, add.evidence);
      // It followed the person to a contact that may have other records, in other connections too.
      if (added && domain::traits(add.reason).pushed) unit_.push_to_records(side(add.side), add.reason);
    }
    for (const auto& lift : item.decision.lifts)
      if (side(lift.side) != 0)
        lifted |= unit_.lift(side(lift.side), lift.reason, lift.source, "{\"crm\":\"re-activated\"}");
    for (const auto& push : item.decision.pushes)
      if (target != 0) unit_.queue_push(run_.connection, item.decision.mirror.external_id, target, push);
    for (const auto& id : item.decision.merged_away) merge_away(id);
    if (flipped_) hold_flipping(target, record);
    flipped_ = false;
    // A contact that began with a past (a brand-wide complaint, an erasure): the CRM has just learnt of a person who
    // said no.
    if (item.target_contact == 0 && target != 0 && item.decision.action == MirrorAction::write) push_past(item, target);
  }

  void push_past(const ApplyItem& item, Id target) {
    for (const auto& suppression : unit_.active(target)) {
      const auto push =
          domain::push_for_new_suppression(item.decision.mirror, suppression.reason, run_.connection.rules);
      if (push) unit_.queue_push(run_.connection, item.decision.mirror.external_id, target, *push);
    }
  }

  void merge_away(const std::string& external_id) {
    records_delta -=
        Query(db_,
              "UPDATE record SET deleted = 1, last_run = ?, held_change = NULL WHERE connection_id = ? AND "
              "external_id = ? AND deleted = 0")
            .bind(run_.id)
            .bind(run_.connection.id)
            .bind(external_id)
            .run();
    // Its opt-out is handed over; forgetting it here is how decide() knows that (a CRM may list merged ids for ever).
    Query(db_, "UPDATE record SET opted_out = NULL WHERE connection_id = ? AND external_id = ?")
        .bind(run_.connection.id)
        .bind(external_id)
        .run();
    ++counts.deleted;
  }

  void hold_flipping(Id contact, Id record) {
    std::vector<Millis> flips;
    Query query(db_, "SELECT at FROM flip WHERE record_id = ?");
    query.bind(record);
    while (query.step()) flips.push_back(query.integer(0));
    if (contact != 0 && domain::flips_too_often(flips, unit_.now()))
      unit_.hold(contact, "flips", record, "{\"flips_in_24_hours\":" + std::to_string(flips.size()) + "}");
  }

  // What the CRM says now may be the confirmation of what we told it.
  void settle_pushes(const ApplyItem& item, Id record, Id contact) {
    const auto& opted_out = item.decision.mirror.opted_out;
    if (record == 0 || contact == 0 || !opted_out || item.decision.finding == Finding::older) return;
    const bool per_address = run_.connection.per_address;
    Query confirm(db_,
                  "UPDATE outbox SET state = CASE state WHEN 'sent' THEN 'acknowledged' ELSE 'superseded' END, "
                  "settled_at = ?1 WHERE connection_id = ?2 AND kind = ?3 AND external_id = ?4 AND contact_id = ?5 AND "
                  "state IN ('pending','sent')");
    confirm.bind(unit_.now()).bind(run_.connection.id).bind(*opted_out ? "opt_out" : "opt_in");
    confirm.bind(per_address ? std::string_view() : std::string_view(item.incoming.remote.external_id))
        .bind(contact)
        .run();
  }

  void findings(const ApplyItem& item, Id contact, Id record) {
    const Finding finding = item.decision.finding;
    if (finding == Finding::no_address) ++counts.invalid;
    if (finding == Finding::unknown_opt_out) ++counts.unknown;
    if (record == 0) return;
    if (finding != Finding::conflict) {
      if (item.decision.action != MirrorAction::none)
        Query(db_, "DELETE FROM conflict WHERE record_id = ?").bind(record).run();
      return;
    }
    // The contact as it is now counts, not as it was looked up: another record of this batch may have changed it.
    std::string remaining;
    auto active = unit_.active(contact);
    if (active.empty()) return;
    std::sort(active.begin(), active.end(), [](const auto& a, const auto& b) { return a.reason < b.reason; });
    for (std::size_t i = 0; i < active.size(); ++i)
      if (i == 0 || active[i].reason != active[i - 1].reason)
        remaining += (remaining.empty() ? "" : ",") + std::string(domain::to_string(active[i].reason));
    Query(db_,
          "INSERT INTO conflict VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET contact_id = excluded.contact_id, "
          "run_id = excluded.run_id, remaining = excluded.remaining")
        .bind(record)
        .bind(contact)
        .bind(unit_.now())
        .bind(run_.id)
        .bind(remaining)
        .run();
  }

  void settle_change(const ApplyItem& item, Id linked, Id target) {
    const bool changed = item.decision.action != MirrorAction::none || !item.decision.empty();
    Query(db_, "UPDATE change SET state = ?, note = ? WHERE id = ?")
        .bind(changed ? "applied" : "skipped")
        .bind(changed ? "" : "the contact or the record has moved on since the plan was made")
        .bind(item.change)
        .run();
    for (const Id contact : {linked, target})
      if (contact != 0) unit_.release(contact, "change", item.change, "{}");
  }

  void rename(Id contact, const std::string& name) {
    Query(db_, "UPDATE contact SET name = ? WHERE id = ? AND name <> ?").bind(name).bind(contact).bind(name).run();
  }

  UnitOfWork& unit_;
  Database& db_;
  const RunInfo& run_;
  bool flipped_ = false;
};

void add_counts(Database& db, Id run, const RunCounts& delta, const RunCounts& automatic) {
  RunCounts total;
  {
    Query query(db, "SELECT counts FROM run WHERE id = ?");
    query.bind(run).step();
    total = decode_counts(query.view(0));
  }
  total.added += delta.added, total.unsubscribed += delta.unsubscribed, total.resubscribed += delta.resubscribed;
  total.deleted += delta.deleted, total.invalid += delta.invalid, total.unknown += delta.unknown;
  total.duplicates += delta.duplicates;
  Query(db,
        "UPDATE run SET counts = ?, auto_resubscribed = auto_resubscribed + ?, auto_unsubscribed = auto_unsubscribed + "
        "?, "
        "auto_deleted = auto_deleted + ? WHERE id = ?")
      .bind(encode_counts(total))
      .bind(automatic.resubscribed)
      .bind(automatic.unsubscribed)
      .bind(automatic.deleted)
      .bind(run)
      .run();
}

}  // namespace

void count_applied(Database& db, const RunInfo& run, const RunCounts& delta, std::int64_t records,
                   const RunCounts& automatic) {
  add_counts(db, run.id, delta, automatic);
  if (records != 0)
    Query(db, "UPDATE connection SET records = records + ? WHERE id = ?").bind(records).bind(run.connection.id).run();
}

RunCounts apply(Database& db, const RunInfo& run, Id spool, std::span<const ApplyItem> items, const Actor& actor,
                Millis now) {
  UnitOfWork unit(db, actor, now, run.id);
  Applier applier(unit, run);
  bool approved = false;
  for (const auto& item : items) {
    applier.one(item);
    approved |= item.approved;
  }
  if (spool != 0) Query(db, "DELETE FROM spool WHERE run_id = ? AND id <= ?").bind(run.id).bind(spool).run();
  applier.counts.unsubscribed = unit.unsubscribed();
  applier.counts.resubscribed = unit.resubscribed();
  // Only what the brakes count: changes to contacts that existed before, and not what a person approved.
  RunCounts automatic;
  if (spool == 0 && !approved) automatic = applier.counts;
  count_applied(db, run, applier.counts, applier.records_delta, automatic);
  unit.commit();
  return applier.counts;
}

void mark_absent(Database& db, const RunInfo& run, std::span<const std::string> external_ids) {
  Transaction transaction(db);
  Query update(db, "UPDATE record SET absences = absences + 1 WHERE connection_id = ? AND external_id = ?");
  for (const auto& id : external_ids) update.bind(run.connection.id).bind(id).run();
  transaction.commit();
}

void finish(Database& db, const RunInfo& run, const RunEnd& end, Millis now) {
  Transaction transaction(db);
  RunCounts counts = end.counts;
  {
    Query query(db, "SELECT counts FROM run WHERE id = ?");
    query.bind(run.id).step();
    const RunCounts applied = decode_counts(query.view(0));
    if (applied.fetched != 0 || counts.fetched == 0) counts = applied;
    Query kept(db, "SELECT count(DISTINCT contact_id) FROM conflict WHERE run_id = ?");
    kept.bind(run.id).step();
    counts.kept_unsubscribed = kept.integer(0);
  }
  Query(db,
        "UPDATE run SET state = ?, phase = 'done', finished_at = ?, counts = ?, api_calls = ?, error = ?, note = ?, "
        "doubt_token = ? WHERE id = ?")
      .bind(to_string(end.state))
      .bind(now)
      .bind(encode_counts(counts))
      .bind(end.api_calls)
      .bind(end.error)
      .bind(end.note)
      .bind(end.doubt_token)
      .bind(run.id)
      .run();
  if (!end.cursor.empty())
    Query(db, "UPDATE connection SET cursor = ? WHERE id = ?").bind(end.cursor).bind(run.connection.id).run();
  if (end.polled)
    Query(db, "UPDATE connection SET last_poll_at = ?, attention = '' WHERE id = ?")
        .bind(now)
        .bind(run.connection.id)
        .run();
  if (end.complete_full)
    Query(db, "UPDATE connection SET last_full_at = ?, accepted = '' WHERE id = ?")
        .bind(now)
        .bind(run.connection.id)
        .run();
  // A doubt that a later run has settled needs nobody any more.
  if (end.state == RunState::applied && end.complete_full)
    Query(db,
          "UPDATE run SET state = 'rejected', note = note || ' (settled by run ' || ?1 || ')' WHERE connection_id = ?2 "
          "AND "
          "state = 'held' AND doubt_token <> '' AND id < ?1 AND NOT EXISTS(SELECT 1 FROM change WHERE run_id = run.id "
          "AND change.state = 'held')")
        .bind(run.id)
        .bind(run.connection.id)
        .run();
  Query(db, "DELETE FROM spool WHERE run_id = ?").bind(run.id).run();
  arrivals::clear(db, run.id);
  transaction.commit();
  // Between runs nearly nothing is read or written here: the page cache of this one is the next one's only by chance.
  db.exec("PRAGMA shrink_memory");
}

}  // namespace crmsync::store::applying
