#include "core/domain/decide.h"

#include <algorithm>

#include "core/domain/evidence.h"

namespace crmsync::domain {

namespace {

bool contains(std::span<const Suppression> active, Reason reason, std::string_view source) {
  return std::any_of(active.begin(), active.end(), [&](const auto& s) { return is_suppression(s, reason, source); });
}

bool follows_the_person(Reason reason) { return reason == Reason::contact || reason == Reason::manual; }

// Decides one record; each step adds its part to the decision.
class Decider {
 public:
  Decider(const Known& known, const RemoteRecord& remote, const EmailAddress* address, const SyncRules& rules)
      : known_(known),
        base_(known.mirror),
        remote_(remote),
        address_(address),
        rules_(rules),
        own_(record_source(rules.connection, remote.external_id)) {}

  Decision decide() {
    if (older()) {
      decision_.finding = Finding::older;
      if (base_) decision_.mirror = *base_;
      return decision_;
    }
    if (remote_.deleted) return gone();
    start_mirror();
    if (!address_) return without_address();
    moved_ = base_ && !base_->address.empty() && base_->address != address_->identity;
    decision_.relinked = moved_;
    if (!remote_.opted_out && !base_) return unknown_and_new();
    decision_.mirror.address = address_->identity;
    merge();
    if (moved_) follow_the_person();
    if (!remote_.opted_out)
      unknown();
    else if (*remote_.opted_out)
      opted_out();
    else
      subscribed();
    return finished();
  }

 private:
  // Rule 10. Equal is not older: many CRMs have one-second stamps.
  bool older() const {
    return base_ && remote_.modified_at && base_->modified_at && *remote_.modified_at < *base_->modified_at;
  }

  std::optional<bool> base() const { return base_ ? base_->opted_out : std::nullopt; }
  bool was_gone() const { return base_ && base_->deleted; }
  // Where the record's own `integration` is, if it is active: with the contact it is linked to.
  bool own_active() const { return contains(base_ ? known_.linked : known_.target, Reason::integration, own_); }

  void start_mirror() {
    CrmRecord& mirror = decision_.mirror;
    if (base_) mirror = *base_;
    mirror.connection = rules_.connection;
    mirror.external_id = remote_.external_id;
    mirror.deleted = false;
    if (remote_.modified_at) mirror.modified_at = remote_.modified_at;
  }

  Decision finished() {
    const bool same = base_ && *base_ == decision_.mirror && decision_.merged_away.empty();
    decision_.action = same ? MirrorAction::none : MirrorAction::write;
    return decision_;
  }

  // Rule 5.
  Decision gone() {
    if (!base_ || base_->deleted) {
      if (base_) decision_.mirror = *base_;
      return decision_;
    }
    start_mirror();
    decision_.mirror.deleted = true;
    decision_.action = MirrorAction::tombstone;
    if (rules_.on_delete == OnDelete::suppress && !base_->address.empty() && !own_active())
      decision_.adds.push_back({Side::linked, Reason::integration, own_, evidence("crm", "deleted in the CRM")});
    return decision_;
  }

  // Rule 7. A no that comes without an address still concerns the contact that the record had.
  Decision without_address() {
    decision_.finding = Finding::no_address;
    const bool linked = !decision_.mirror.address.empty();
    if (!linked && remote_.opted_out) decision_.mirror.opted_out = remote_.opted_out;
    if (linked && remote_.opted_out.value_or(false) && base() != true) {
      take_opt_out(Side::linked, own_active());
    } else if (linked && was_gone()) {
      decision_.mirror.deleted = true;  // still gone as far as its contact is concerned: nothing is lifted
    }
    return finished();
  }

  // Rule 9 for a record never seen: nobody is made subscribed by it.
  Decision unknown_and_new() {
    decision_.finding = Finding::unknown_opt_out;
    decision_.mirror.opted_out = std::nullopt;
    return finished();
  }

  // Rule 9. The base stays; a move of the address is followed, because the person's no has to follow it.
  void unknown() {
    decision_.finding = Finding::unknown_opt_out;
    decision_.mirror.deleted = was_gone();
    if (base_->address.empty() && !base_->opted_out) decision_.mirror.address.clear();
    if (moved_ && own_active()) move_own();
  }

  // Rule 1, and 4 where both agree.
  void opted_out() {
    const bool first_link = !base_ || base_->address.empty();
    if (base() == true && !first_link) {
      if (moved_ && own_active()) move_own();
      return;
    }
    if (moved_ && own_active()) lift(Side::linked);
    take_opt_out(Side::target, !moved_ && own_active());
  }

  void take_opt_out(Side side, bool already) {
    CrmRecord& mirror = decision_.mirror;
    const bool echo = base_ && base() == false && !was_gone() && base_->push_mark == PushMark::sent;
    mirror.opted_out = true;
    mirror.push_mark = echo ? PushMark::echoed : PushMark::none;
    if (echo && decision_.finding == Finding::none) decision_.finding = Finding::echo;
    if (echo || already || merged_no_) return;
    decision_.adds.push_back(
        {side, Reason::integration, own_, evidence("crm", remote_.evidence.empty() ? "opted out" : remote_.evidence)});
  }

  // Rules 2, 3 and 4.
  void subscribed() {
    const bool has_base = base().has_value() || was_gone();
    const bool reactivated = base() == true || (was_gone() && own_active());
    decision_.mirror.opted_out = false;
    if (reactivated) decision_.mirror.push_mark = PushMark::none;
    if (reactivated && !merged_no_)
      re_activate();
    else if (moved_ && own_active())
      merged_no_ ? lift(Side::linked) : move_own();
    if (!has_base || moved_ || !known_.merged.empty()) push_known_no();
  }

  // Rule 2: only this record's own suppression.
  void re_activate() {
    if (own_active()) lift(moved_ ? Side::linked : Side::target);
    for (const auto& s : known_.target)
      if (!is_suppression(s, Reason::integration, own_)) decision_.remaining.push_back(s.reason);
    for (const auto& add : decision_.adds)
      if (add.side == Side::target) decision_.remaining.push_back(add.reason);
    auto& remaining = decision_.remaining;
    std::sort(remaining.begin(), remaining.end());
    remaining.erase(std::unique(remaining.begin(), remaining.end()), remaining.end());
    if (!remaining.empty()) decision_.finding = Finding::conflict;
  }

  // Rule 3 (and 6): the CRM has just learnt of a person who said no.
  void push_known_no() {
    if (rules_.push == PushPolicy::none) return;
    std::optional<Reason> first;
    const auto consider = [&](Reason reason) {
      if (traits(reason).pushed && (!first || reason < *first)) first = reason;
    };
    for (const auto& s : known_.target) consider(s.reason);
    for (const auto& add : decision_.adds)
      if (add.side == Side::target) consider(add.reason);
    if (first) decision_.pushes.push_back({PushKind::opt_out, *first});
  }

  // Rule 6: changing an address in the CRM must not launder an opt-out.
  void follow_the_person() { carry(known_.linked, base_->address); }

  void carry(std::span<const Suppression> from, const std::string& old_address) {
    for (const auto& s : from) {
      if (!follows_the_person(s.reason) || contains(known_.target, s.reason, s.source)) continue;
      const bool carried = std::any_of(decision_.adds.begin(), decision_.adds.end(), [&](const auto& add) {
        return add.reason == s.reason && add.side == Side::target;
      });
      if (!carried)
        decision_.adds.push_back({Side::target, s.reason, s.source, evidence("followed_from", old_address)});
    }
  }

  void lift(Side side) { decision_.lifts.push_back({side, Reason::integration, own_}); }

  void move_own() {
    lift(Side::linked);
    decision_.adds.push_back({Side::target, Reason::integration, own_, evidence("followed_from", base_->address)});
  }

  // A merge is the union: any no wins. The survivor gets the no as its own `integration` while its base says what the
  // CRM says, so that only an opt-out followed by a re-activation ends it, not the next unrelated change.
  void merge() {
    for (const auto& merged : known_.merged) {
      const auto& away = merged.record;
      if (away.external_id == remote_.external_id) continue;
      if (!away.deleted) decision_.merged_away.push_back(away.external_id);
      const auto its_source = record_source(rules_.connection, away.external_id);
      const bool active = contains(merged.active, Reason::integration, its_source);
      const bool same_contact = away.address == address_->identity;
      if ((away.opted_out == true || active) && !merged_no_) take_merged_no(away.external_id);
      if (active && same_contact) decision_.lifts.push_back({Side::target, Reason::integration, its_source});
      if (!same_contact) carry(merged.active, away.address);
    }
  }

  void take_merged_no(const std::string& external_id) {
    merged_no_ = true;
    if (!moved_ && own_active()) return;
    decision_.adds.push_back({Side::target, Reason::integration, own_, evidence("merged_from", external_id)});
  }

  const Known& known_;
  const CrmRecord* base_;
  const RemoteRecord& remote_;
  const EmailAddress* address_;
  const SyncRules& rules_;
  std::string own_;
  bool moved_ = false;
  bool merged_no_ = false;
  Decision decision_;
};

}  // namespace

Decision decide(const Known& known, const RemoteRecord& remote, const EmailAddress* address, const SyncRules& rules) {
  return Decider(known, remote, address, rules).decide();
}

bool replaces_duplicate(const RemoteRecord& earlier, const RemoteRecord& later) noexcept {
  if (earlier.modified_at && later.modified_at && *earlier.modified_at != *later.modified_at)
    return *later.modified_at > *earlier.modified_at;
  const auto no = [](const RemoteRecord& r) { return r.deleted || r.opted_out.value_or(false); };
  return no(later) && !no(earlier);
}

LiftedPush after_local_lift(const CrmRecord& mirror, Reason lifted, const SyncRules& rules) {
  LiftedPush then;
  const bool ours = mirror.opted_out == true && mirror.push_mark == PushMark::echoed && !mirror.deleted;
  if (!ours || !traits(lifted).pushed) return then;
  if (rules.push == PushPolicy::both)
    then.push = QueuePush{PushKind::opt_in, lifted};
  else
    then.suppression =
        AddSuppression{Side::linked, Reason::integration, record_source(mirror.connection, mirror.external_id),
                       evidence("crm", "opted out there by our push; re-activate it there")};
  return then;
}

std::optional<QueuePush> push_for_new_suppression(const CrmRecord& mirror, Reason added, const SyncRules& rules) {
  if (!traits(added).pushed || rules.push == PushPolicy::none) return std::nullopt;
  if (mirror.deleted || mirror.opted_out == true) return std::nullopt;
  return QueuePush{PushKind::opt_out, added};
}

}  // namespace crmsync::domain
