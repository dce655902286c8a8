// The heart: what one CRM record changes, as data. Pure and total: no clock, no I/O, no state. Rules 1-11 of the
// domain.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/domain/crm_record.h"
#include "core/domain/email_address.h"
#include "core/domain/reason.h"
#include "core/domain/suppression.h"

namespace crmsync::domain {

enum class OnDelete : std::uint8_t { suppress, keep };
enum class PushPolicy : std::uint8_t { none, opt_out, both };

// The part of a connection's configuration that decides.
struct SyncRules {
  std::string connection;
  OnDelete on_delete = OnDelete::suppress;
  PushPolicy push = PushPolicy::opt_out;
  bool operator==(const SyncRules&) const = default;
};

// A record that the CRM merged into the one at hand, as the store knew it before the merge.
struct MergedRecord {
  CrmRecord record;
  std::vector<Suppression> active;  // of the contact it was linked to
};

// What the store knows about the record at hand and the contacts it concerns.
struct Known {
  const CrmRecord* mirror = nullptr;     // nullptr: never seen
  std::span<const Suppression> linked;   // active, of the contact that the mirror links to
  std::span<const Suppression> target;   // active, of the contact that has the remote's address (if there is one)
  std::span<const MergedRecord> merged;  // for RemoteRecord::merged_ids that are known
};

// Which contact an effect is on: the one the mirror links to, or the one that has the remote's address. They are the
// same unless the record's address changed (rule 6).
enum class Side : std::uint8_t { linked, target };

// Where the reason is a pushed one (it followed the person), the other records of that contact have to be told too:
// push_for_new_suppression() for each; Decision::pushes is about the record at hand.
struct AddSuppression {
  Side side = Side::target;
  Reason reason = Reason::integration;
  std::string source;
  std::string evidence;  // JSON object as text
  bool operator==(const AddSuppression&) const = default;
};

struct LiftSuppression {
  Side side = Side::target;
  Reason reason = Reason::integration;
  std::string source;
  bool operator==(const LiftSuppression&) const = default;
};

enum class PushKind : std::uint8_t { opt_out, opt_in };

// Tell the CRM, for this record.
struct QueuePush {
  PushKind kind = PushKind::opt_out;
  Reason reason = Reason::contact;
  bool operator==(const QueuePush&) const = default;
};

enum class MirrorAction : std::uint8_t {
  none,       // nothing to write but the time seen (rule 4, 10)
  write,      // Decision::mirror is the new mirror
  tombstone,  // Decision::mirror is the new mirror, marked deleted (rule 5)
};

enum class Finding : std::uint8_t {
  none,
  echo,             // rule 1: our own push came back
  conflict,         // rule 2: the CRM says subscribed, we keep unsubscribed
  no_address,       // rule 7: the record is mirrored without a contact
  unknown_opt_out,  // rule 9
  older,            // rule 10
};

struct Decision {
  MirrorAction action = MirrorAction::none;
  CrmRecord mirror;
  std::vector<AddSuppression> adds;
  std::vector<LiftSuppression> lifts;
  std::vector<QueuePush> pushes;
  // External ids to tombstone as merged into this record, with their opt-out forgotten (nullopt): what they said is
  // handed over once, and a tombstone without it has nothing to hand over any more.
  std::vector<std::string> merged_away;
  bool relinked = false;  // rule 6: the record moves from `linked` to `target`
  Finding finding = Finding::none;
  std::vector<Reason> remaining;  // with Finding::conflict: why the contact stays unsubscribed
  bool operator==(const Decision&) const = default;

  // True when it changes nothing but the time seen.
  bool empty() const noexcept {
    return action == MirrorAction::none && adds.empty() && lifts.empty() && pushes.empty();
  }
};

// `address` is the parsed RemoteRecord::email, nullptr if it is not an address. remote.deleted asks for rule 5; a
// record that is absent from two complete full syncs is passed as a RemoteRecord with `deleted` set and the mirror's
// id.
//
// Order of rules: 10 (older changes nothing) · 5 (gone) · 7 (no address) · 6 (address changed) · 9 (unknown) · 1, 2,
// 3, 4. A record that loses its address stays linked to the contact it had: its no still counts, nobody is resubscribed
// by losing an address, and when it gets another one rule 6 applies. One that never had an address is mirrored with
// none. A mirror whose opted_out is unknown is no base: nothing is ever lifted from it ("no base, no resubscribe"). A
// tombstone that returns subscribed lifts the record's own `integration` if the record was opted out before or the
// deletion set it; one that returns opted out keeps or adds it; one that returns with an unknown opt-out stays gone.
//
// Merges (remote.merged_ids) are part of rule 6: the no's of the merged records go to this one, and the decision that
// takes them over lifts nothing by itself, even if the CRM says subscribed: only an opt-out seen later and re-activated
// ends them. What a mere deletion of the merged record had set is no no: it ends when it was on the same contact.
// Without a contact to hand them to, merges wait.
Decision decide(const Known& known, const RemoteRecord& remote, const EmailAddress* address, const SyncRules& rules);

// Whether decide(), of a record never seen before at an address that nobody has, only mirrors it, with its own
// `integration` where it is opted out: then such records can be taken in in bulk.
bool arrives_plainly(const RemoteRecord& remote) noexcept;

// Two rows with one id within one sync: newer modified_at wins; equal or unknown: any no wins, else the first stays.
// Returns true if `later` replaces `earlier`.
bool replaces_duplicate(const RemoteRecord& earlier, const RemoteRecord& later) noexcept;

// Rule 11: the last pushed reason of a contact was lifted here while `mirror` is opted out because of our push.
struct LiftedPush {
  std::optional<QueuePush> push;              // push: both -> tell the CRM that the contact is back
  std::optional<AddSuppression> suppression;  // push: opt_out -> the CRM owns the no now
  bool operator==(const LiftedPush&) const = default;
};
LiftedPush after_local_lift(const CrmRecord& mirror, Reason lifted, const SyncRules& rules);

// Whether a pushed reason that is added here has to be told to the CRM for this record (not deleted, not opted out
// there already, policy allows it).
std::optional<QueuePush> push_for_new_suppression(const CrmRecord& mirror, Reason added, const SyncRules& rules);

}  // namespace crmsync::domain
