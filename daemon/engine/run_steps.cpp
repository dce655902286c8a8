#include "daemon/engine/run_steps.h"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "core/domain/brake.h"
#include "core/sync/completeness.h"

namespace crmsync::engine {

using domain::Decision;
using store::ApplyItem;
using store::ChangeKind;
using store::Incoming;
using store::LookedUp;

namespace {

constexpr std::size_t kStageBatch = 2000;
constexpr std::size_t kApplyBatch = 5000;
constexpr std::size_t kSmallPage = 500;  // records that the network thread may spend its time on

Decision decide(const LookedUp& known, const Incoming& incoming, const domain::SyncRules& rules) {
  const domain::Known facts{known.mirror ? &*known.mirror : nullptr, known.linked, known.target, known.merged};
  const domain::EmailAddress address{incoming.address, ""};
  return domain::decide(facts, incoming.remote, incoming.address.empty() ? nullptr : &address, rules);
}

// What a decision means for the contact, as the brakes see it; nullopt: they do not count it.
struct Braked {
  ChangeKind kind;
  store::Id contact;
};
std::optional<Braked> braked(const Decision& decision, const LookedUp& known) {
  const auto side = [&](domain::Side which) {
    return which == domain::Side::linked ? known.linked_contact : known.target_contact;
  };
  if (decision.action == domain::MirrorAction::tombstone && known.linked_contact != 0)
    return Braked{ChangeKind::deletion, known.linked_contact};
  for (const auto& lift : decision.lifts)
    if (side(lift.side) != 0) return Braked{ChangeKind::resubscribe, side(lift.side)};
  for (const auto& add : decision.adds) {
    const auto& active = add.side == domain::Side::linked ? known.linked : known.target;
    const bool new_contact = add.side == domain::Side::target && known.target_is_new;
    if (side(add.side) != 0 && active.empty() && !new_contact) return Braked{ChangeKind::unsubscribe, side(add.side)};
  }
  return std::nullopt;
}

// Of rows with one id in one batch the one that counts stays, in its place.
void keep_one_per_id(std::vector<Incoming>& batch, std::int64_t& duplicates) {
  std::unordered_map<std::string_view, std::size_t> at;
  std::vector<bool> drop(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto [found, fresh] = at.try_emplace(batch[i].remote.external_id, i);
    if (fresh) continue;
    ++duplicates;
    const bool later_wins = domain::replaces_duplicate(batch[found->second].remote, batch[i].remote);
    drop[later_wins ? found->second : i] = true;
    if (later_wins) found->second = i;
  }
  if (at.size() == batch.size()) return;
  std::vector<Incoming> kept;
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (!drop[i]) kept.push_back(std::move(batch[i]));
  batch = std::move(kept);
}

// The same record was applied earlier in this run: newer wins, else any no wins.
bool is_settled_duplicate(const LookedUp& known, const Incoming& incoming, store::Id run) {
  if (!known.mirror || known.last_run != run) return false;
  const auto& mirror = *known.mirror;
  if (mirror.modified_at && incoming.remote.modified_at && *incoming.remote.modified_at != *mirror.modified_at)
    return *incoming.remote.modified_at < *mirror.modified_at;
  return mirror.opted_out.value_or(false) || !incoming.remote.opted_out.value_or(false);
}

store::Actor crm_actor(const config::Connection& connection) { return {"connection " + connection.id, "sync", "crm"}; }

}  // namespace

RunContext begin(store::Store& store, const config::Connection& connection, store::RunMode mode,
                 store::RunTrigger trigger, domain::Millis now, bool dry_run) {
  RunContext context;
  context.connection = connection;
  context.dry_run = dry_run;
  context.full = mode == store::RunMode::full;
  const auto unfinished = dry_run ? std::nullopt : store.unfinished_run(connection.id);
  if (unfinished) {
    context.run = unfinished->id;
    context.full = unfinished->mode == store::RunMode::full;
    context.sealed = unfinished->phase == "applying";
    if (!context.sealed) store.clear_stage(context.run);
  } else {
    context.run = store.begin_run(connection.id, mode, trigger, now, dry_run);
  }
  const auto state = store.connection(connection.id);
  context.accepted = state->accepted;
  context.cursor = state->cursor;
  context.known = state->records;
  context.key = store.fingerprint_key();
  return context;
}

namespace {

// False: it has to be looked at one by one.
bool stage_arrival(RunContext& context, const Incoming& incoming) {
  if (incoming.address.empty() || !domain::arrives_plainly(incoming.remote)) return false;
  if (!context.arrived_ids.insert(sync::siphash_1_3(context.key, incoming.remote.external_id))) {
    ++context.counts.duplicates;
    return false;
  }
  context.arrivals.add(incoming);
  return true;
}

// Looks up what is new or changed and stages it.
void stage_pending(store::Store& store, RunContext& context) {
  auto changed = std::exchange(context.pending, {});
  keep_one_per_id(changed, context.counts.duplicates);
  if (changed.empty()) return;
  for (auto& incoming : changed)
    if (!domain::normalise_email_address(incoming.remote.email, incoming.address)) incoming.address.clear();
  const auto known = store.look_up(context.run, changed);
  std::vector<Incoming> spool;
  std::vector<store::ChangeDraft> drafts;
  std::vector<std::pair<store::Id, Incoming>> followed;
  std::vector<store::Id> withdrawn;
  for (std::size_t i = 0; i < changed.size(); ++i) {
    const bool plain_new = !known[i].mirror && known[i].target_contact == 0;
    if (plain_new && stage_arrival(context, changed[i])) continue;
    if (known[i].mirror) context.seen.mark_changed(known[i].fingerprint);
    const auto brake =
        plain_new ? std::nullopt : braked(decide(known[i], changed[i], context.connection.rules), known[i]);
    if (known[i].held_change != 0 && !context.dry_run) {
      if (brake && brake->kind == known[i].held_kind) {
        followed.emplace_back(known[i].held_change, std::move(changed[i]));
        continue;
      }
      withdrawn.push_back(known[i].held_change);
    }
    if (brake)
      drafts.push_back({std::move(changed[i]), brake->contact, brake->kind});
    else
      spool.push_back(std::move(changed[i]));
  }
  store.follow_held(followed);
  if (!withdrawn.empty())
    store.close_changes(context.run, withdrawn, store::ChangeState::withdrawn, "the CRM has taken it back",
                        crm_actor(context.connection), 0);
  store.stage(context.run, spool, drafts);
  if (context.arrivals.full()) store.stage_arrivals(context.run, context.arrivals);
}

}  // namespace

namespace {

// A poll that finds nothing new does not read a million fingerprints for it.
void read_seen(store::Store& store, RunContext& context) {
  context.seen_read = true;
  context.seen = sync::SeenSet(static_cast<std::size_t>(context.known));
  constexpr std::size_t kAhead = 16;
  std::array<std::uint64_t, kAhead> announced{};
  std::size_t count = 0;
  store.fingerprints(context.connection.id, [&](std::uint64_t fingerprint) {
    context.seen.announce(fingerprint);
    const auto earlier = std::exchange(announced[count % kAhead], fingerprint);
    if (count++ >= kAhead) context.seen.insert(earlier);
  });
  for (std::size_t i = 0; i < std::min(count, kAhead); ++i) context.seen.insert(announced[i]);
}

void take(RunContext& context, std::vector<domain::RemoteRecord>& records) {
  auto& pending = context.pending;
  std::vector<std::uint64_t> fingerprints;
  fingerprints.reserve(records.size());
  for (const auto& record : records) {
    fingerprints.push_back(sync::fingerprint(context.key, record));
    context.seen.announce(fingerprints.back());
  }
  context.counts.fetched += static_cast<std::int64_t>(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto fingerprint = fingerprints[i];
    if (context.seen.mark_seen(fingerprint)) {
      ++context.counts.unchanged;
      continue;
    }
    pending.push_back({std::move(records[i]), {}, fingerprint});
  }
}

}  // namespace

bool take_small_page(RunContext& context, std::vector<domain::RemoteRecord>& records) {
  const bool small = records.size() <= kSmallPage && context.pending.size() + records.size() < kStageBatch;
  if (!records.empty() && (!small || !context.seen_read)) return false;
  take(context, records);
  return true;
}

void stage_page(store::Store& store, RunContext& context, std::vector<domain::RemoteRecord>& records) {
  if (!records.empty() && !context.seen_read) read_seen(store, context);
  take(context, records);
  if (context.pending.size() >= kStageBatch) stage_pending(store, context);
}

namespace {

struct Absent {
  std::vector<std::string> newly;
  std::vector<std::pair<std::string, store::Id>> again;
};

Absent find_absent(store::Store& store, RunContext& context) {
  Absent absent;
  const auto delivered = static_cast<std::int64_t>(context.seen.delivered());
  if (!context.full || delivered == context.known) return absent;
  store.absent(
      context.run, [&](std::uint64_t fingerprint) { return context.seen.was_delivered(fingerprint); },
      [&](const std::string& id, store::Id contact, int absences) {
        if (absences == 0)
          absent.newly.push_back(id);
        else
          absent.again.emplace_back(id, contact);
      });
  return absent;
}

void stage_deletions(store::Store& store, RunContext& context,
                     const std::vector<std::pair<std::string, store::Id>>& gone) {
  std::vector<Incoming> spool;
  std::vector<store::ChangeDraft> drafts;
  for (const auto& [id, contact] : gone) {
    Incoming incoming;
    incoming.remote.external_id = id;
    incoming.remote.deleted = true;
    incoming.fingerprint = sync::fingerprint(context.key, incoming.remote);
    if (contact != 0)
      drafts.push_back({std::move(incoming), contact, ChangeKind::deletion});
    else
      spool.push_back(std::move(incoming));
  }
  store.stage(context.run, spool, drafts);
}

}  // namespace

store::RunEnd plan(store::Store& store, RunContext& context, domain::Millis now) {
  stage_pending(store, context);
  store.stage_arrivals(context.run, context.arrivals);
  context.arrivals = store::ArrivalBuffer();
  context.arrived_ids = sync::SeenSet();
  malloc_trim(0);  // the fetch has freed its pages in pieces; applying needs other sizes
  if (context.seen.doubled() != 0)
    context.counts.duplicates += store.drop_duplicates(
        context.run, [&](std::uint64_t fingerprint) { return context.seen.was_seen(fingerprint); });
  Absent absent = find_absent(store, context);
  sync::FetchFacts facts;
  facts.full = context.full;
  facts.connector_complete = context.doubt.empty();
  facts.connector_doubt = context.doubt;
  facts.connector_token = context.doubt_token;
  facts.cursor_repeated = context.cursor_repeated;
  facts.delivered = context.counts.fetched - context.counts.duplicates;
  facts.known = context.known;
  facts.newly_absent = static_cast<std::int64_t>(absent.newly.size());
  facts.allowed_deletions = domain::allowed(context.connection.limits.max_delete, context.known);
  facts.accepted = context.accepted;
  const auto doubt = sync::doubt_about(facts);
  store::RunEnd end;
  end.counts = context.counts;
  end.api_calls = context.pages;
  domain::BrakeVerdict verdict;
  const bool believed = !doubt && !context.accepted.empty();
  if (!doubt) {
    if (believed)
      for (const auto& id : absent.newly) {
        std::vector<Incoming> one(1);
        one.front().remote.external_id = id;
        absent.again.emplace_back(id, store.look_up(context.run, one).front().linked_contact);
      }
    else
      context.newly_absent = std::move(absent.newly);
    stage_deletions(store, context, absent.again);
    end.complete_full = context.full;
    end.cursor = context.end_cursor;
  } else {
    end.state = store::RunState::held;
    end.note = doubt->why;
    end.doubt_token = doubt->token;
  }
  const auto totals = store.plan_totals(context.run);
  const domain::ChangeCounts planned{totals.resubscribe, totals.unsubscribe, totals.deletions};
  verdict = domain::check_brakes(context.connection.limits, totals.records, planned,
                                 store.applied_since(context.connection.id, now - domain::kDay));
  if (believed) verdict.hold_deletions = false;
  if (doubt) verdict.hold_resubscribe = verdict.hold_deletions = false;  // they are dropped, not held
  if (verdict.any() && end.note.empty())
    end.note = "over its limits: " + std::to_string(totals.unsubscribe) + " to unsubscribe, " +
               std::to_string(totals.resubscribe) + " to resubscribe, " + std::to_string(totals.deletions) +
               " to delete";
  if (context.dry_run) {
    end.counts.unsubscribed = totals.unsubscribe, end.counts.resubscribed = totals.resubscribe,
    end.counts.deleted = totals.deletions;
    if (verdict.any()) end.state = store::RunState::held;
    return end;
  }
  if (store.seal_plan(context.run, verdict, end, now) > 0) end.state = store::RunState::held;
  if (!context.newly_absent.empty()) store.mark_absent(context.run, context.newly_absent);
  return end;
}

bool apply_next(store::Store& store, RunContext& context, const store::RunEnd& end, domain::Millis now) {
  const bool doubtful = !end.doubt_token.empty();
  if (store.apply_arrivals(context.run, doubtful, crm_actor(context.connection), now)) return true;
  auto staged = store.next_staged(context.run, kApplyBatch);
  if (staged.spool == 0 && staged.changes.empty()) return false;
  std::int64_t duplicates = 0;
  if (staged.spool != 0) {
    keep_one_per_id(staged.incoming, duplicates);
    // In the order of the address index: neighbours in a batch are neighbours on its pages.
    std::sort(staged.incoming.begin(), staged.incoming.end(),
              [](const auto& a, const auto& b) { return a.address < b.address; });
  }
  const auto known = store.look_up(context.run, staged.incoming);
  std::vector<ApplyItem> items;
  std::vector<store::Id> skipped;
  for (std::size_t i = 0; i < staged.incoming.size(); ++i) {
    const store::Id change = staged.spool == 0 ? staged.changes[i] : 0;
    // A fetch that may be incomplete applies the opt-outs that it saw and nothing else.
    const bool drop = (doubtful && !staged.incoming[i].remote.opted_out.value_or(false)) ||
                      (staged.spool != 0 && is_settled_duplicate(known[i], staged.incoming[i], context.run));
    if (drop) {
      if (change != 0) skipped.push_back(change);
      continue;
    }
    ApplyItem item;
    item.decision = decide(known[i], staged.incoming[i], context.connection.rules);
    item.incoming = std::move(staged.incoming[i]);
    item.record = known[i].record, item.linked_contact = known[i].linked_contact,
    item.target_contact = known[i].target_contact;
    item.change = change;
    items.push_back(std::move(item));
  }
  if (!skipped.empty())
    store.close_changes(context.run, skipped, store::ChangeState::skipped, "the fetch may be incomplete",
                        crm_actor(context.connection), now);
  store.apply(context.run, staged.spool, items, crm_actor(context.connection), now);
  return true;
}

store::RunRow finish(store::Store& store, RunContext& context, const store::RunEnd& end, domain::Millis now) {
  store.finish_run(context.run, end, now);
  malloc_trim(0);
  return *store.run(context.run);
}

store::RunRow fail(store::Store& store, RunContext& context, const Error& error, domain::Millis now) {
  store.clear_stage(context.run);
  store::RunEnd end;
  end.state = store::RunState::failed;
  end.counts = context.counts;
  end.api_calls = context.pages;
  end.polled = false;
  end.error = error.message;
  return finish(store, context, end, now);
}

void apply_approved(store::Store& store, const config::Connection& connection, store::Id run, const store::Actor& actor,
                    domain::Millis now) {
  while (true) {
    auto staged = store.next_staged(run, kApplyBatch);
    if (staged.changes.empty()) break;
    const auto known = store.look_up(run, staged.incoming);
    std::vector<ApplyItem> items;
    for (std::size_t i = 0; i < staged.incoming.size(); ++i) {
      ApplyItem item;
      item.decision = decide(known[i], staged.incoming[i], connection.rules);
      item.incoming = std::move(staged.incoming[i]);
      item.record = known[i].record, item.linked_contact = known[i].linked_contact,
      item.target_contact = known[i].target_contact;
      item.change = staged.changes[i];
      item.approved = true;
      items.push_back(std::move(item));
    }
    store.apply(run, 0, items, actor, now);
  }
  store.settle_held(run, store::RunState::applied, now);
}

}  // namespace crmsync::engine
