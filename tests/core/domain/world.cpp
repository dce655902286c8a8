#include "tests/core/domain/world.h"

#include <algorithm>

#include "core/domain/operator_rules.h"

namespace crmsync::domain::testing {

namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

const std::vector<EventType> kEvents{EventType::soft_bounce,    EventType::hard_bounce,       EventType::deferral,
                                     EventType::blocked,        EventType::soft_bounce,       EventType::delivered,
                                     EventType::spam_complaint, EventType::failed_validation, EventType::soft_bounce,
                                     EventType::blocked,        EventType::out_of_office,     EventType::deferral};

naive::Row row_of(int record, const RemoteRecord& remote) {
  naive::Row row{record, remote.email, remote.opted_out, remote.modified_at.value_or(0), remote.deleted, {}};
  for (const auto& id : remote.merged_ids) row.merged.push_back(record_of(id));
  return row;
}

}  // namespace

World::World(Settings settings, bool clumsy) : settings_(settings), clumsy_(clumsy), crm_(settings) {}

void World::take(const Step& step) {
  now_ += step.hours * kHour + (step.what == Do::wait ? step.detail * kDay : 0);
  expire();
  now_ += 1;
  const std::string person = kPeople[at(step.detail % 3)];
  switch (step.what) {
    case Do::sync: page(crm_.rows(step.record / 2, step.detail), step.detail); break;
    case Do::stale: page({{step.record, crm_.old_version(step.record, step.detail)}}, step.detail); break;
    case Do::event: event(person, kEvents[at(step.detail) / 3 % kEvents.size()]); break;
    case Do::unsubscribe: event(person, EventType::unsubscribe); break;
    case Do::resubscribe:
      ask_to_lift("person", person, step.detail % 2 == 0 ? static_cast<int>(Reason::contact) * 3 : step.detail);
      break;
    case Do::stop:
      note({"stop", now_, {}, 0, person, "", ""});
      add_and_push(person, {Reason::manual, "an operator", now_, "{}"});
      break;
    case Do::archive:
      note({"archive", now_, {}, 0, person, "", ""});
      add_and_push(person, {Reason::archived, "an import", now_, "{}"});
      break;
    case Do::operator_lift: ask_to_lift("operator", person, step.detail); break;
    case Do::support_lift: ask_to_lift("support", person, step.detail); break;
    case Do::push: send_pushes(); break;
    case Do::wait: break;
    default: crm_.act(step, now_); break;
  }
}

void World::settle() {
  for (int round = 0; round < 4; ++round) {
    for (const int record : {0, 2}) take({Do::sync, record, 0, 1});
    take({Do::push, 0, 0, 1});
  }
}

SyncRules World::rules(int record) const {
  const std::size_t connection = at(record / 2);
  return {"crm" + std::to_string(connection), settings_.keep_deleted[connection] ? OnDelete::keep : OnDelete::suppress,
          static_cast<PushPolicy>(settings_.push[connection])};
}

const CrmRecord* World::mirror(int record) const {
  const auto found = mirrors_.find(record);
  return found == mirrors_.end() ? nullptr : &found->second;
}

// Of two rows with one id one stays; a crash in the middle of the page means that it is read again.
void World::page(std::vector<std::pair<int, RemoteRecord>> rows, int detail) {
  naive::Entry entry{"page", now_, {}, 0, "", "", ""};
  for (const auto& [record, remote] : rows) entry.rows.push_back(row_of(record, remote));
  note(entry);
  std::vector<std::pair<int, RemoteRecord>> page;
  for (const auto& row : rows) {
    const auto same =
        std::find_if(page.begin(), page.end(), [&](const auto& other) { return other.first == row.first; });
    if (same == page.end())
      page.push_back(row);
    else if (replaces_duplicate(same->second, row.second))
      same->second = row.second;
  }
  if (clumsy_)
    for (std::size_t i = 0; i < at(detail) % (page.size() + 1); ++i) receive(page[i].first, page[i].second);
  for (int times = 0; times < (clumsy_ ? 2 : 1); ++times)
    for (const auto& [record, remote] : page) receive(record, remote);
}

void World::receive(int record, const RemoteRecord& row) {
  const auto address = parse_email_address(row.email);
  const CrmRecord* base = mirror(record);
  const std::string linked = base ? base->address : "";
  const std::string target = address ? address->identity : "";
  const auto active = [&](const std::string& who) { return who.empty() ? Active() : contacts_[who]; };
  const Active linked_active = active(linked);
  const Active target_active = active(target);
  std::vector<MergedRecord> merged;
  for (const auto& id : row.merged_ids)
    if (const CrmRecord* other = mirror(record_of(id))) merged.push_back({*other, active(other->address)});
  const Known known{base, linked_active, target_active, merged};
  carry_out(record, decide(known, row, address ? &*address : nullptr, rules(record)), linked, target);
}

void World::carry_out(int record, const Decision& decision, const std::string& linked, const std::string& target) {
  const auto side = [&](Side which) { return which == Side::linked ? linked : target; };
  const bool changes = !decision.adds.empty() || !decision.lifts.empty() || !decision.merged_away.empty();
  complain(decision.action == MirrorAction::none && changes, "an effect without a change of the mirror");
  if (decision.action != MirrorAction::none) mirrors_[record] = decision.mirror;
  for (const auto& s : decision.adds)
    complain(!add_and_push(side(s.side), {s.reason, s.source, now_, s.evidence}), "an add that adds nothing");
  for (const auto& s : decision.lifts) complain(!lift(side(s.side), s.reason, s.source), "a lift that lifts nothing");
  for (const auto& s : decision.lifts) complain(s.reason != Reason::integration, "a sync lifts what it may not");
  for (const auto& push : decision.pushes) queue(record, decision.mirror.address, push);
  for (const auto& id : decision.merged_away) {
    mirrors_[record_of(id)].deleted = true;
    mirrors_[record_of(id)].opted_out = std::nullopt;
  }
  if (decision.finding == Finding::conflict) conflicts_.insert(record);
  if (decision.mirror.opted_out == true) conflicts_.erase(record);
  settle_pushes(record, decision);
}

void World::settle_pushes(int record, const Decision& decision) {
  if (!decision.mirror.opted_out || decision.finding == Finding::older) return;
  const auto kind = *decision.mirror.opted_out ? PushKind::opt_out : PushKind::opt_in;
  for (auto& push : outbox_)
    if (push.open() && push.record == record && push.kind == kind && push.address == decision.mirror.address)
      push.state = push.tried ? "acknowledged" : "superseded";
}

bool World::add(const std::string& address, const Suppression& suppression) {
  Active& active = contacts_[address];
  for (const auto& s : active)
    if (same_suppression(s, suppression)) return false;
  active.push_back(suppression);
  audit_.push_back({address, true, suppression.reason, suppression.source});
  return true;
}

bool World::lift(const std::string& address, Reason reason, const std::string& source) {
  Active& active = contacts_[address];
  const auto found =
      std::find_if(active.begin(), active.end(), [&](const auto& s) { return is_suppression(s, reason, source); });
  if (found == active.end()) return false;
  audit_.push_back({address, false, reason, found->source});
  active.erase(found);
  if (reason != Reason::integration) spent_[{address, reason}] = now_;
  return true;
}

void World::queue(int record, const std::string& address, QueuePush push) {
  for (const auto& other : outbox_)
    if (other.open() && other.record == record && other.address == address && other.kind == push.kind) return;
  outbox_.push_back({record, address, push.kind, push.reason, "pending", false, 0});
}

bool World::add_and_push(const std::string& address, const Suppression& suppression) {
  if (!add(address, suppression)) return false;
  for (auto& push : outbox_)
    if (push.open() && !push.tried && push.address == address && push.kind == PushKind::opt_in &&
        traits(suppression.reason).pushed)
      push.state = "superseded";
  for (const auto& [record, known] : mirrors_)
    if (known.address == address)
      if (const auto push = push_for_new_suppression(known, suppression.reason, rules(record)))
        queue(record, address, *push);
  return true;
}

void World::lift_and_settle(const std::string& address, Reason reason, const std::string& source) {
  if (!lift(address, reason, source) || !traits(reason).pushed) return;
  for (const auto& s : contacts_[address])
    if (traits(s.reason).pushed) return;
  for (auto& push : outbox_)
    if (push.open() && !push.tried && push.address == address && push.kind == PushKind::opt_out)
      push.state = "superseded";
  for (auto& [record, known] : mirrors_) {
    if (known.address != address || known.deleted) continue;
    if (known.push_mark == PushMark::sent) known.opted_out = true, known.push_mark = PushMark::echoed;
    const auto then = after_local_lift(known, reason, rules(record));
    if (then.suppression) {
      add(address, {then.suppression->reason, then.suppression->source, now_, then.suppression->evidence});
      known.push_mark = PushMark::none;
    }
    if (then.push) queue(record, address, *then.push);
  }
}

void World::ask_to_lift(const std::string& who, const std::string& address, int detail) {
  const auto reason = static_cast<Reason>(at(detail / 3) % kReasonCount);
  note({"lift", now_, {}, 0, address, std::string(to_string(reason)), who});
  LiftRequest request;
  request.actor = who == "person" ? Actor::contact : who == "support" ? Actor::support : Actor::operator_;
  request.resubscribe_allowed = request.integrated = request.permission_confirmed = request.has_ticket = true;
  for (const auto& s : contacts_[address]) {
    if (s.reason != reason) continue;
    const std::string source = s.source;
    if (!refuse_lift(s, request)) lift_and_settle(address, reason, source);
    return;
  }
}

void World::event(const std::string& address, EventType type) {
  note({"event", now_, {}, 0, address, std::string(to_string(type)), ""});
  for (int times = 0; times < (clumsy_ ? 2 : 1); ++times) {
    auto& events = events_[address];
    const DeliveryEvent event{type, now_};
    if (std::find(events.begin(), events.end(), event) == events.end()) events.push_back(event);
    const auto reason = reason_of(type);
    if (!reason) continue;
    if (const auto since = suppressed_since(*reason, events, StrikeRules(), spent_[{address, *reason}]))
      add_and_push(address, {*reason, "an event", *since, "{}"});
  }
}

// The store marks what it is about to send; a clumsy worker loses the answer and sends again.
void World::send_pushes() {
  const auto count = outbox_.size();
  for (std::size_t i = 0; i < count; ++i) {
    Push& push = outbox_[i];
    if (!push.open()) continue;
    mark(push, PushMark::none, PushMark::sent);
    push.tried = true;
    push.sent_at = now_;
    if (push.kind == PushKind::opt_out) note({"sent", now_, {}, push.record, push.address, "", ""});
    if (clumsy_) crm_.push(push.record, push.kind, now_);
    const bool arrived = crm_.push(push.record, push.kind, now_);
    push.state = arrived ? "acknowledged" : "dead";
    if (arrived) continue;
    mark(push, PushMark::sent, PushMark::none);
    if (push.kind == PushKind::opt_out) note({"undelivered", now_, {}, push.record, push.address, "", ""});
  }
}

void World::mark(const Push& push, PushMark from, PushMark to) {
  if (push.kind != PushKind::opt_out) return;
  auto& known = mirrors_[push.record];
  if (known.address == push.address && known.opted_out != true && known.push_mark == from) known.push_mark = to;
}

void World::expire() {
  for (auto& [address, active] : contacts_) {
    const Active before = active;
    for (const auto& s : before)
      if (const auto end = ends_at(s.reason, s.since, StrikeRules()); end && *end <= now_) lift(address, s.reason, "");
  }
}

void World::add_by_hand(const std::string& address, Reason reason) {
  add_and_push(address, {reason, "by hand", now_, "{}"});
}

std::optional<Millis> World::no_to_push_since(const std::string& address) const {
  std::optional<Millis> since;
  const auto found = contacts_.find(address);
  if (found == contacts_.end()) return since;
  for (const auto& s : found->second)
    if (traits(s.reason).pushed && (!since || s.since < *since)) since = s.since;
  return since;
}

State World::state() const {
  State state;
  for (const auto& [address, active] : contacts_)
    for (const auto& s : active) state.suppressions[address].insert(std::string(to_string(s.reason)) + " " + s.source);
  state.mirrors = mirrors_;
  return state;
}

std::map<std::string, std::set<std::string>> World::reasons() const {
  std::map<std::string, std::set<std::string>> reasons;
  for (const auto& [address, active] : contacts_)
    for (const auto& s : active) reasons[address].insert(std::string(to_string(s.reason)));
  return reasons;
}

std::map<std::string, std::set<std::string>> World::model() const {
  static const char* const policies[] = {"none", "opt_out", "both"};
  std::vector<naive::Rules> rules;
  for (const int connection : {0, 1})
    rules.push_back({settings_.keep_deleted[connection], policies[settings_.push[connection]]});
  return naive::who_said_no(history_, rules, now_);
}

void World::note(naive::Entry entry) { history_.push_back(std::move(entry)); }

void World::complain(bool wrong, const std::string& what) {
  if (wrong) complaints_.push_back(what);
}

}  // namespace crmsync::domain::testing
