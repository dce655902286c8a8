// What may happen, as data: a random history is a list of steps. Used by the invariants' worlds.
#pragma once

#include <rapidcheck.h>

#include <ostream>
#include <string>
#include <vector>

namespace crmsync::domain::testing {

inline constexpr int kRecords = 4;  // 0 and 1 in connection crm0, 2 and 3 in crm1
inline constexpr int kEmails = 5;

// What can stand in the e-mail field of a record: three people (in two spellings), nobody, nonsense.
inline const std::vector<std::string> kEmailFields{"ann@example.com", "Bea@Example.com", "cy@example.com", "",
                                                   "nonsense"};
inline const std::vector<std::string> kPeople{"ann@example.com", "bea@example.com", "cy@example.com"};

enum class Do {
  opt_out,        // a user of the CRM sets the opt-out of `record`
  re_activate,    // ... takes it back
  hide,           // the permission to read the opt-out of `record` is lost, or found again
  change_email,   // ... to kEmailFields[detail % kEmails]
  erase,          // the record is deleted
  restore,        // ... and comes back
  merge,          // its neighbour is merged into it; detail & 1: the CRM takes the neighbour's opt-out
  sync,           // of the record's connection; detail: order and duplicate rows
  stale,          // an old version of the record is delivered once more
  event,          // a delivery event for kPeople[detail % 3]
  unsubscribe,    // the person says no
  resubscribe,    // the person takes it back on the preference page, or asks for more
  stop,           // an operator unsubscribes (manual)
  archive,        // an import without them
  operator_lift,  // an operator lifts any one reason
  support_lift,   // support lifts any one reason
  push,           // the outbox worker sends everything that waits
  wait,           // days pass
  count
};

struct Step {
  Do what = Do::sync;
  int record = 0;
  int detail = 0;
  int hours = 0;  // that pass before
  bool operator==(const Step&) const = default;
};

// What a connection's configuration and its CRM are like.
struct Settings {
  bool keep_deleted[2] = {false, false};
  int push[2] = {1, 1};  // none, opt_out, both
  bool merged_are_reported_deleted = false;
  bool merged_ids_stay = false;
  std::vector<int> emails{0, 0, 0, 0};  // of the records at the beginning
};

inline std::ostream& operator<<(std::ostream& out, const Step& step) {
  static const char* const names[] = {"opt_out",      "re_activate", "hide", "change_email", "erase",
                                      "restore",      "merge",       "sync", "stale",        "event",
                                      "unsubscribe",  "resubscribe", "stop", "archive",      "operator_lift",
                                      "support_lift", "push",        "wait"};
  return out << names[static_cast<int>(step.what)] << "(r" << step.record << ", " << step.detail << ", +" << step.hours
             << "h)";
}

inline std::ostream& operator<<(std::ostream& out, const Settings& s) {
  out << "{keep " << s.keep_deleted[0] << s.keep_deleted[1] << ", push " << s.push[0] << s.push[1] << ", deleted "
      << s.merged_are_reported_deleted << ", stay " << s.merged_ids_stay << ", emails";
  for (const int e : s.emails) out << " " << e;
  return out << "}";
}

// Syncs and pushes are as frequent as everything else together.
inline rc::Gen<Step> any_step() {
  const auto kinds = rc::gen::weightedOneOf<int>(
      {{10, rc::gen::inRange(0, static_cast<int>(Do::count))},
       {6, rc::gen::just(static_cast<int>(Do::sync))},
       {2, rc::gen::just(static_cast<int>(Do::push))},
       {2, rc::gen::just(static_cast<int>(Do::event))},
       {2, rc::gen::inRange(static_cast<int>(Do::opt_out), static_cast<int>(Do::merge) + 1)}});
  return rc::gen::map(rc::gen::tuple(kinds, rc::gen::inRange(0, kRecords), rc::gen::inRange(0, 64),
                                     rc::gen::element(0, 0, 0, 1, 11, 26)),
                      [](const std::tuple<int, int, int, int>& t) {
                        return Step{static_cast<Do>(std::get<0>(t)), std::get<1>(t), std::get<2>(t), std::get<3>(t)};
                      });
}

inline rc::Gen<std::vector<Step>> any_history() { return rc::gen::container<std::vector<Step>>(any_step()); }

inline rc::Gen<Settings> any_settings() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 16), rc::gen::inRange(0, 3), rc::gen::inRange(0, 3),
                                     rc::gen::container<std::vector<int>>(kRecords, rc::gen::inRange(0, kEmails))),
                      [](const std::tuple<int, int, int, std::vector<int>>& t) {
                        Settings s;
                        const int bits = std::get<0>(t);
                        s.keep_deleted[0] = (bits & 1) != 0;
                        s.keep_deleted[1] = (bits & 2) != 0;
                        s.merged_are_reported_deleted = (bits & 4) != 0;
                        s.merged_ids_stay = (bits & 8) != 0;
                        s.push[0] = std::get<1>(t);
                        s.push[1] = std::get<2>(t);
                        s.emails = std::get<3>(t);
                        return s;
                      });
}

}  // namespace crmsync::domain::testing
