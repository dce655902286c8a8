#include "tests/core/domain/naive_model.h"

#include <algorithm>
#include <cctype>

namespace naive {

namespace {

constexpr long kDay = 24L * 3600 * 1000;

// A record's no belongs to the record, wherever its address goes; `cause` is empty when it has said none.
struct Record {
  bool known = false;
  bool gone = false;
  std::string address;
  std::optional<bool> said;
  std::optional<long> modified;
  std::string cause;   // said, deleted or merged
  std::string pushed;  // sent or echoed
};

struct Counted {
  std::vector<long> days;  // of the strikes that count
  std::vector<long> times;
};

struct Everything {
  std::map<int, Record> records;
  std::map<std::string, std::set<std::string>> people;  // reasons that belong to the address or the person
  std::map<std::string, std::map<std::string, Counted>> strikes;
  std::map<std::string, long> out_of_office;  // when the deferral began
};

std::string lower(const std::string& text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::tolower(c));
  return out.find('@') == std::string::npos ? "" : out;
}

bool told_to_the_crm(const std::set<std::string>& reasons) {
  return reasons.count("contact") + reasons.count("manual") + reasons.count("spam_complaint") > 0;
}

void copy_what_the_person_said(Everything& all, const std::string& from, const std::string& to) {
  for (const auto* reason : {"contact", "manual"})
    if (all.people[from].count(reason) > 0) all.people[to].insert(reason);
}

bool merge(Everything& all, const Row& row, Record& me, bool moved) {
  bool took = false;
  for (const int id : row.merged) {
    if (id == row.record || !all.records[id].known) continue;
    Record& other = all.records[id];
    const bool together = other.address == me.address;
    const bool nothing_left = other.gone && !other.said;
    if (nothing_left && (other.cause.empty() || !together)) continue;
    took = true;
    const bool no = other.said == true || other.cause == "said" || other.cause == "merged";
    if (no && (me.cause.empty() || moved)) me.cause = "merged";
    if (together)
      other.cause.clear();
    else
      copy_what_the_person_said(all, other.address, me.address);
    other.gone = true;
    other.said = std::nullopt;
  }
  return took;
}

void see(Everything& all, const Row& row, const Rules& rules) {
  Record& me = all.records[row.record];
  if (me.known && me.modified && row.modified < *me.modified) return;  // older
  if (row.deleted) {
    if (!me.known || me.gone) return;
    me.gone = true;
    me.modified = row.modified;
    me.pushed.clear();
    if (!rules.keep_deleted && !me.address.empty() && me.cause.empty()) me.cause = "deleted";
    return;
  }
  const std::string address = lower(row.email);
  const bool had_contact = !me.address.empty();
  if (me.gone && !row.opted_out) return;
  if (me.gone && address.empty() && had_contact && row.opted_out == false) return;
  const bool was_gone = me.gone;
  me.known = true;
  me.gone = false;
  me.modified = row.modified;
  if (!had_contact && (address.empty() || (!row.opted_out && me.said != true))) {
    if (row.opted_out) me.said = row.opted_out;
    return;
  }
  const bool moved = had_contact && !address.empty() && address != me.address;
  const std::string before = me.address;
  if (!address.empty()) me.address = address;
  const bool merged = merge(all, row, me, moved);
  if (moved) copy_what_the_person_said(all, before, me.address);
  const bool person_no = told_to_the_crm(all.people[me.address]);
  const bool only_the_echo = moved && me.pushed == "echoed" && me.said == true && !person_no && me.cause.empty();

  if (!row.opted_out) {
    if ((!had_contact && me.said == true && me.cause.empty()) || only_the_echo) me.cause = "said";
  } else if (*row.opted_out) {
    if (me.said == true && had_contact && !was_gone) {
      if (only_the_echo) me.cause = "said";
      return;
    }
    const bool echo = me.said == false && had_contact && !was_gone && me.pushed == "sent" && person_no;
    me.said = true;
    me.pushed = echo ? "echoed" : "";
    if (!echo && (me.cause.empty() || moved)) me.cause = me.cause == "merged" ? "merged" : "said";
  } else if (!address.empty()) {
    const bool takes_it_back = (me.said == true && had_contact) || (was_gone && me.cause == "deleted");
    if (me.said == true && had_contact) me.pushed.clear();
    if (takes_it_back && !merged) me.cause.clear();
    me.said = false;
  }
}

bool is_no(const Row& row) { return row.deleted || row.opted_out == true; }

void see_page(Everything& all, std::vector<Row> rows, const std::vector<Rules>& rules) {
  std::vector<Row> one_each;
  for (const auto& row : rows) {
    auto same = std::find_if(one_each.begin(), one_each.end(), [&](const Row& r) { return r.record == row.record; });
    if (same == one_each.end())
      one_each.push_back(row);
    else if (row.modified > same->modified || (row.modified == same->modified && is_no(row) && !is_no(*same)))
      *same = row;
  }
  for (const auto& row : one_each) see(all, row, rules[static_cast<std::size_t>(row.record / 2)]);
}

void strike(Everything& all, const std::string& address, const std::string& reason, long at) {
  if (reason == "deferral" && all.out_of_office.count(address) > 0) return;
  auto& counted = all.strikes[address][reason];
  if (!counted.days.empty() && counted.days.back() == at / kDay) return;
  counted.days.push_back(at / kDay);
  counted.times.push_back(at);
  int recent = 0;
  for (const long time : counted.times) recent += at - time <= 90 * kDay;
  if (recent < 3) return;
  if (reason == "deferral")
    all.out_of_office[address] = at;
  else
    all.people[address].insert(reason);
}

void event(Everything& all, const Entry& entry) {
  const std::string& type = entry.what;
  if (type == "delivered")
    all.strikes[entry.address].clear();
  else if (type == "unsubscribe")
    all.people[entry.address].insert("contact");
  else if (type == "hard_bounce" || type == "spam_complaint" || type == "failed_validation")
    all.people[entry.address].insert(type);
  else
    strike(all, entry.address, type == "out_of_office" ? "deferral" : type, entry.at);
}

bool may_lift(const std::string& who, const std::string& reason) {
  if (who == "person") return reason == "contact";
  if (who == "operator") return reason == "manual" || reason == "archived";
  return reason != "integration";
}

void lift(Everything& all, const Entry& entry, const std::vector<Rules>& rules) {
  auto& reasons = all.people[entry.address];
  if (!may_lift(entry.who, entry.what)) return;
  if (entry.what == "deferral" && all.out_of_office.erase(entry.address) > 0)
    all.strikes[entry.address].erase("deferral");
  if (reasons.erase(entry.what) == 0) return;
  all.strikes[entry.address].erase(entry.what);
  if (!told_to_the_crm({entry.what}) || told_to_the_crm(reasons)) return;
  for (auto& [id, record] : all.records) {
    const bool ours = record.pushed == "sent" || (record.pushed == "echoed" && record.said == true);
    if (record.address != entry.address || record.gone || !ours) continue;
    record.said = true;
    const bool tell_it = rules[static_cast<std::size_t>(id / 2)].push == "both";
    record.pushed = tell_it ? "echoed" : "";
    if (!tell_it && record.cause.empty()) record.cause = "said";
  }
}

void time_passes(Everything& all, long now) {
  for (auto it = all.out_of_office.begin(); it != all.out_of_office.end();) {
    if (it->second + 14 * kDay <= now) {
      all.strikes[it->first].erase("deferral");
      it = all.out_of_office.erase(it);
    } else {
      ++it;
    }
  }
}

}  // namespace

std::map<std::string, std::set<std::string>> who_said_no(const std::vector<Entry>& history,
                                                         const std::vector<Rules>& rules, long now) {
  Everything all;
  for (const auto& entry : history) {
    time_passes(all, entry.at);
    if (entry.kind == "page") see_page(all, entry.rows, rules);
    if (entry.kind == "event") event(all, entry);
    if (entry.kind == "stop") all.people[entry.address].insert("manual");
    if (entry.kind == "archive") all.people[entry.address].insert("archived");
    if (entry.kind == "lift") lift(all, entry, rules);
    if (entry.kind == "sent" || entry.kind == "undelivered") {
      Record& record = all.records[entry.record];
      if (record.address != entry.address || record.said == true) continue;
      if (entry.kind == "sent" && record.pushed.empty()) record.pushed = "sent";
      if (entry.kind == "undelivered" && record.pushed == "sent") record.pushed.clear();
    }
  }
  time_passes(all, now);
  auto result = all.people;
  for (const auto& [address, since] : all.out_of_office) result[address].insert("deferral");
  for (const auto& [id, record] : all.records)
    if (!record.cause.empty()) result[record.address].insert("integration");
  std::erase_if(result, [](const auto& item) { return item.second.empty(); });
  return result;
}

}  // namespace naive
