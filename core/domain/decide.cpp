#include "core/domain/decide.h"

#include <algorithm>

#include "core/domain/evidence.h"

namespace crmsync::domain {

namespace {

const Suppression* find(std::span<const Suppression> active, Reason reason, std::string_view source) {
  for (const auto& s : active)
    if (is_suppression(s, reason, source)) return &s;
  return nullptr;
}

bool follows_the_person(Reason reason) { return reason == Reason::contact || reason == Reason::manual; }

std::string deletion_evidence() { return evidence("crm", "deleted in the CRM"); }

// A deletion is policy, not a person's no: it ends when the record returns, and a merge that follows it explains it.
bool by_deletion(const Suppression& s) { return s.evidence == deletion_evidence(); }

// Decides one record; each step adds its part to the decision. "Home" is the contact that the record has afterwards.
class Decider {
 public:
  Decider(const Known& known, const RemoteRecord& remote, const EmailAddress* address, const SyncRules& rules)
      : known_(known),
        base_(known.mirror),
        remote_(remote),
        address_(address),
        rules_(rules),
        own_(record_source(rules.connection, remote.external_id)),
        was_linked_(base_ && !base_->address.empty()),
        was_gone_(base_ && base_->deleted),
        moved_(was_linked_ && address && base_->address != address->identity),
        home_(address ? Side::target : Side::linked),
        own_active_(find(was_linked_ ? known.linked : known.target, Reason::integration, own_)) {}

  Decision decide() {
    if (older()) return nothing(Finding::older);
    if (remote_.deleted) return gone();
    if (stays_gone()) return nothing(address_ ? Finding::unknown_opt_out : Finding::no_address);
    start_mirror();
    if (!has_home()) return without_contact();
    if (address_) decision_.mirror.address = address_->identity;
    decision_.relinked = moved_;
    merge();
    if (moved_) carry(known_.linked, base_->address);
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

  // A tombstone returns only with something to decide on: without a known opt-out, or subscribed but without the
  // address that says whom it concerns, it stays what it was.
  bool stays_gone() const {
    return was_gone_ && (!remote_.opted_out || (!address_ && was_linked_ && !*remote_.opted_out));
  }

  // A record that loses its address keeps the contact it had. One whose opt-out is unknown gets none (rule 9), unless
  // it was opted out when that was known last: that no concerns the address it has now.
  bool has_home() const { return was_linked_ || (address_ && (remote_.opted_out || base() == true)); }

  std::optional<bool> base() const { return base_ ? base_->opted_out : std::nullopt; }
  std::span<const Suppression> at(Side side) const { return side == Side::linked ? known_.linked : known_.target; }

  Decision nothing(Finding finding) {
    decision_.finding = finding;
    if (base_) decision_.mirror = *base_;
    return decision_;
  }

  void start_mirror() {
    CrmRecord& mirror = decision_.mirror;
    if (base_) mirror = *base_;
    mirror.connection = rules_.connection;
    mirror.external_id = remote_.external_id;
    mirror.deleted = false;
    if (remote_.modified_at) mirror.modified_at = remote_.modified_at;
    if (!remote_.opted_out) decision_.finding = Finding::unknown_opt_out;
    if (!address_) decision_.finding = Finding::no_address;
  }

  Decision finished() {
    const bool same = base_ && *base_ == decision_.mirror && decision_.merged_away.empty();
    decision_.action = same ? MirrorAction::none : MirrorAction::write;
    return decision_;
  }

  // Rule 5. What was pushed to the record went with it: if it returns opted out, that is the CRM's own word.
  Decision gone() {
    if (!base_ || was_gone_) return nothing(Finding::none);
    start_mirror();
    decision_.finding = Finding::none;
    decision_.mirror.deleted = true;
    decision_.mirror.push_mark = PushMark::none;
    decision_.action = MirrorAction::tombstone;
    if (rules_.on_delete == OnDelete::suppress && was_linked_)
      add(Side::linked, Reason::integration, own_, deletion_evidence());
    return decision_;
  }

  // Rules 7 and 9. Its merges wait too: the merged records keep their no until there is somebody to hand it to.
  Decision without_contact() {
    if (remote_.opted_out) decision_.mirror.opted_out = remote_.opted_out;
    return finished();
  }

  // Rule 9. The base stays; a move of the address is followed, because the person's no has to follow it.
  void unknown() {
    if (base() == true && !was_linked_)
      ensure_own(opt_out_evidence());
    else
      follow();
    if (base() == false && (moved_ || merged_)) push_known_no();
  }

  // Rule 1, and 4 where both agree.
  void opted_out() {
    if (base() == true && was_linked_ && !was_gone_) return follow();
    // Our echo only while the contact has what we pushed. If that was lifted meanwhile, or stayed with the old address
    // (a complaint), the CRM's no is all there is, and dropping it would mail somebody whom the CRM says not to.
    const bool echo =
        base() == false && was_linked_ && !was_gone_ && base_->push_mark == PushMark::sent && pushed_at_home();
    decision_.mirror.opted_out = true;
    decision_.mirror.push_mark = echo ? PushMark::echoed : PushMark::none;
    if (echo && decision_.finding == Finding::none) decision_.finding = Finding::echo;
    echo ? follow() : ensure_own(opt_out_evidence());
  }

  // Rules 2, 3 and 4.
  void subscribed() {
    if (!address_) return;  // nobody is resubscribed by losing an address: the base stays until there is one again
    const bool opted_out_before = base() == true && was_linked_;
    const bool returns = was_gone_ && own_active_ && by_deletion(*own_active_);
    decision_.mirror.opted_out = false;
    if (opted_out_before) decision_.mirror.push_mark = PushMark::none;
    // A merge is no re-activation: the CRM may have let "subscribed" win. The no stays, and the base no longer says
    // opted out, so that only an opt-out that is re-activated later ends it.
    if ((opted_out_before || returns) && !merged_)
      re_activate();
    else
      follow();
    if (!base() || !was_linked_ || was_gone_ || moved_ || merged_) push_known_no();
  }

  // Rule 2: only this record's own suppression.
  void re_activate() {
    if (own_active_) lift(moved_ ? Side::linked : home_, own_);
    auto& remaining = decision_.remaining;
    for (const auto& s : at(home_))
      if (!is_suppression(s, Reason::integration, own_)) remaining.push_back(s.reason);
    for (const auto& added : decision_.adds) remaining.push_back(added.reason);
    std::sort(remaining.begin(), remaining.end());
    remaining.erase(std::unique(remaining.begin(), remaining.end()), remaining.end());
    if (!remaining.empty()) decision_.finding = Finding::conflict;
  }

  // Rule 6: `integration` follows the record. So does an opt-out that has none because it is our push that came back,
  // when what was pushed stays with the old address.
  void follow() {
    if (!moved_) return;
    const bool bare_echo =
        decision_.mirror.opted_out == true && decision_.mirror.push_mark == PushMark::echoed && !pushed_at_home();
    if (own_active_ && by_deletion(*own_active_))
      ensure_own(own_active_->evidence);  // it still ends with the record's return
    else if (own_active_ || bare_echo)
      ensure_own(evidence("followed_from", base_->address));
  }

  // Afterwards the record's own `integration` is active at home, and nowhere else.
  void ensure_own(std::string why) {
    if (moved_ && own_active_) lift(Side::linked, own_);
    add(home_, Reason::integration, own_, std::move(why));
  }

  // Rule 6: changing an address in the CRM must not launder an opt-out.
  void carry(std::span<const Suppression> from, const std::string& old_address) {
    for (const auto& s : from)
      if (follows_the_person(s.reason)) add(home_, s.reason, s.source, evidence("followed_from", old_address));
  }

  // Rule 6: a merge is the union, any no wins. It is handed over once: afterwards the merged record is a tombstone
  // whose opt-out is forgotten, so that a CRM that lists merged ids for ever does not repeat it.
  void merge() {
    for (const auto& merged : known_.merged) {
      const CrmRecord& away = merged.record;
      if (away.external_id == remote_.external_id) continue;
      const std::string source = record_source(rules_.connection, away.external_id);
      const Suppression* active = find(merged.active, Reason::integration, source);
      const bool same_contact = away.address == decision_.mirror.address;
      const bool handed_over = away.deleted && !away.opted_out;
      if (handed_over && !(active && same_contact)) continue;
      merged_ = true;
      decision_.merged_away.push_back(away.external_id);
      if (away.opted_out == true || (active && !by_deletion(*active)))
        ensure_own(evidence("merged_from", away.external_id));
      if (active && same_contact) lift(home_, source);
      if (!same_contact) carry(merged.active, away.address);
    }
  }

  // Rule 3 (and 6): the CRM has just learnt of a person who said no.
  void push_known_no() {
    if (rules_.push == PushPolicy::none) return;
    if (const auto reason = pushed_at_home()) decision_.pushes.push_back({PushKind::opt_out, *reason});
  }

  // The pushed reason that the record's contact has after this decision, the first in display order.
  std::optional<Reason> pushed_at_home() const {
    std::optional<Reason> first;
    const auto consider = [&](Reason reason) {
      if (traits(reason).pushed && (!first || reason < *first)) first = reason;
    };
    for (const auto& s : at(home_)) consider(s.reason);
    for (const auto& added : decision_.adds) consider(added.reason);
    return first;
  }

  std::string opt_out_evidence() const {
    return evidence("crm", remote_.evidence.empty() ? "opted out" : remote_.evidence);
  }

  void add(Side side, Reason reason, const std::string& source, std::string why) {
    if (find(at(side), reason, source)) return;
    for (const auto& added : decision_.adds)
      if (added.reason == reason && (reason != Reason::integration || added.source == source)) return;
    decision_.adds.push_back({side, reason, source, std::move(why)});
  }

  void lift(Side side, const std::string& source) {
    const LiftSuppression lifted{side, Reason::integration, source};
    if (std::find(decision_.lifts.begin(), decision_.lifts.end(), lifted) == decision_.lifts.end())
      decision_.lifts.push_back(lifted);
  }

  const Known& known_;
  const CrmRecord* base_;
  const RemoteRecord& remote_;
  const EmailAddress* address_;
  const SyncRules& rules_;
  const std::string own_;          // source of the record's own `integration`
  const bool was_linked_;          // the mirror has a contact
  const bool was_gone_;            // the mirror is a tombstone
  const bool moved_;               // the address changed
  const Side home_;                // where the record's contact is after this decision
  const Suppression* own_active_;  // the record's own `integration`, with the contact it had
  bool merged_ = false;            // this decision takes over at least one merged record
  Decision decision_;
};

}  // namespace

Decision decide(const Known& known, const RemoteRecord& remote, const EmailAddress* address, const SyncRules& rules) {
  return Decider(known, remote, address, rules).decide();
}

bool arrives_plainly(const RemoteRecord& remote) noexcept {
  return remote.opted_out && !remote.deleted && remote.merged_ids.empty();
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
