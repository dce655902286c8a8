// One record as the store knows it and as the CRM has it now, in the words of the domain rules; used by decide_*_test.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/domain/decide.h"
#include "core/domain/evidence.h"

namespace crmsync::domain::testing {

inline const std::string kAnn = "ann@example.com";
inline const std::string kBea = "bea@example.com";
inline const std::string kDeleted = R"({"crm":"deleted in the CRM"})";

inline Suppression active(Reason reason, std::string source = "somewhere", std::string why = "{}") {
  return {reason, std::move(source), 7, std::move(why)};
}

inline Suppression own(std::string why = R"({"crm":"opted out"})") {
  return active(Reason::integration, "crm:1", std::move(why));
}

// Record 1 of connection crm. The contact has `here` active; after an address change `there` is the other contact.
struct Situation {
  std::optional<CrmRecord> mirror;
  std::vector<Suppression> here;
  std::vector<Suppression> there;
  std::vector<MergedRecord> merged;
  RemoteRecord remote{"1", kAnn, "", false, 1000, false, {}, ""};
  SyncRules rules{"crm", OnDelete::suppress, PushPolicy::opt_out};

  Situation& says(std::optional<bool> opted_out) {
    remote.opted_out = opted_out;
    return *this;
  }
  Situation& moves_to(const std::string& address) {
    remote.email = address;
    return *this;
  }
  Situation& gone() {
    remote.deleted = true;
    remote.opted_out = std::nullopt;
    return *this;
  }

  Decision decide() const {
    const auto address = parse_email_address(remote.email);
    const bool linked = mirror && !mirror->address.empty();
    const bool moved = linked && address && mirror->address != address->identity;
    Known known;
    known.mirror = mirror ? &*mirror : nullptr;
    if (linked) known.linked = here;
    if (address) known.target = moved ? there : here;
    known.merged = merged;
    return domain::decide(known, remote, address ? &*address : nullptr, rules);
  }
};

inline Situation never_seen() { return {}; }

inline Situation known_as(std::optional<bool> opted_out) {
  Situation s;
  s.mirror = CrmRecord{"crm", "1", kAnn, opted_out, 1000, false, PushMark::none};
  if (opted_out == true) s.here = {own()};
  return s;
}

inline Situation tombstone_of(std::optional<bool> opted_out) {
  Situation s = known_as(opted_out);
  s.mirror->deleted = true;
  s.here = {own(opted_out == true ? R"({"crm":"opted out"})" : kDeleted)};
  return s;
}

inline AddSuppression add_own(std::string why, Side side = Side::target) {
  return {side, Reason::integration, "crm:1", std::move(why)};
}
inline LiftSuppression lift_own(Side side = Side::target) { return {side, Reason::integration, "crm:1"}; }

using Adds = std::vector<AddSuppression>;
using Lifts = std::vector<LiftSuppression>;
using Pushes = std::vector<QueuePush>;
using Reasons = std::vector<Reason>;
using Ids = std::vector<std::string>;

inline const std::vector<Reason> kPushed{Reason::spam_complaint, Reason::contact, Reason::manual};
inline const std::vector<Reason> kNotPushed{Reason::hard_bounce, Reason::failed_validation, Reason::integration,
                                            Reason::archived,    Reason::blocked,           Reason::soft_bounce,
                                            Reason::deferral};
inline const std::vector<Reason> kNotOfTheCrm{Reason::spam_complaint,    Reason::contact,  Reason::manual,
                                              Reason::hard_bounce,       Reason::archived, Reason::blocked,
                                              Reason::failed_validation, Reason::deferral, Reason::soft_bounce};

inline Pushes push_of(Reason reason) { return {{PushKind::opt_out, reason}}; }

}  // namespace crmsync::domain::testing
