#include <algorithm>

#include "core/store/apply.h"
#include "core/store/arrivals.h"
#include "core/store/forget.h"
#include "core/store/insert_in_groups.h"
#include "core/store/spool_codec.h"

namespace crmsync::store::arrivals {

namespace {

constexpr std::size_t kBatch = 100000;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

constexpr const char* kRecordColumns =
    "INSERT OR ROLLBACK INTO record(connection_id, external_id, contact_id, opted_out, modified_at, fingerprint, "
    "last_run)";

// Carries one batch out. Contacts are made in the order of their addresses, records in the order of their ids: each
// index is walked once a batch instead of being searched all over.
class Applier {
 public:
  Applier(UnitOfWork& unit, const RunInfo& run, std::vector<std::string_view> arrivals)
      : unit_(unit), run_(run), arrivals_(std::move(arrivals)), contacts_(arrivals_.size()) {}

  RunCounts carry_out() {
    make_contacts();
    make_records();
    spool_left_over();
    return counts_;
  }

 private:
  // Decoded when it is needed: a hundred thousand at once would take more memory than everything else.
  Arrival at(std::size_t i) const {
    std::string_view bytes = arrivals_[i];
    return take_arrival(bytes);
  }

  void make_contacts() {
    constexpr std::size_t kSlice = 4096;
    pasts_ = Query(unit_.db(), "SELECT 1 FROM brand_complaint LIMIT 1").step() || anybody_forgotten(unit_.db());
    for (std::size_t from = 0; from < arrivals_.size(); from += kSlice)
      make_contacts(from, std::min(from + kSlice, arrivals_.size()));
  }

  void make_contacts(std::size_t from, std::size_t to) {
    std::vector<NewContact> wanted;
    std::vector<std::size_t> places;
    for (std::size_t i = from; i < to; ++i) {
      const auto arrival = at(i);
      if (pasts_ && unit_.has_past(run_.connection.account, arrival.address)) continue;
      wanted.push_back({arrival.address, trimmed(arrival.email), arrival.name, first_suppression(arrival)});
      places.push_back(i);
    }
    const auto made = unit_.make_contacts(run_.connection.account, wanted);
    for (std::size_t i = 0; i < made.size(); ++i) contacts_[places[i]] = made[i];
  }

  // Rule 1: a record that arrives opted out starts its contact unsubscribed.
  std::unique_ptr<domain::Suppression> first_suppression(const Arrival& arrival) const {
    if (!arrival.opted_out) return nullptr;
    const auto incoming = to_incoming(arrival);
    const domain::EmailAddress address{incoming.address, ""};
    const auto decision = domain::decide(domain::Known{}, incoming.remote, &address, run_.connection.rules);
    const auto& add = decision.adds.at(0);
    return std::make_unique<domain::Suppression>(
        domain::Suppression{add.reason, add.source, unit_.now(), add.evidence});
  }

  void make_records() {
    std::vector<std::pair<std::string_view, std::uint32_t>> order;
    order.reserve(arrivals_.size());
    for (std::uint32_t i = 0; i < arrivals_.size(); ++i)
      if (contacts_[i] != 0) order.emplace_back(at(i).external_id, i);
    std::sort(order.begin(), order.end());
    counts_.added = static_cast<std::int64_t>(order.size());
    const auto bind_record = [&](Query& insert, const auto& place) {
      const auto arrival = at(place.second);
      insert.bind(run_.connection.id).bind(arrival.external_id).bind(contacts_[place.second]).bind(arrival.opted_out);
      insert.bind(arrival.modified_at).bind(arrival.fingerprint).bind(run_.id);
    };
    insert_in_groups(unit_.db(), {kRecordColumns, 7}, order, bind_record);
  }

  // Somebody has the address already, or has complained: decide() has to see it, so they go the general way.
  void spool_left_over() {
    std::vector<Incoming> left_over;
    for (std::size_t i = 0; i < arrivals_.size(); ++i)
      if (contacts_[i] == 0) left_over.push_back(to_incoming(at(i)));
    staging::spool(unit_.db(), run_, left_over);
  }

  UnitOfWork& unit_;
  const RunInfo& run_;
  const std::vector<std::string_view> arrivals_;  // encoded
  std::vector<Id> contacts_;                      // parallel; 0: left over
  RunCounts counts_;
  bool pasts_ = false;
};

void move_marker(Database& db, Id run, std::string_view last) {
  Query(db, "UPDATE run SET arrived = ? WHERE id = ?").bind_blob(last).bind(run).run();
}

}  // namespace

bool apply(Database& db, const RunInfo& run, Merge& merge, bool opted_out_only, const Actor& actor, Millis now) {
  std::string bytes;
  auto batch = merge.next(kBatch, bytes);
  if (batch.empty()) return false;
  const WithoutForeignKeys bulk(db);
  UnitOfWork unit(db, actor, now, run.id);
  move_marker(db, run.id, batch.back());
  if (opted_out_only) std::erase_if(batch, [](std::string_view arrival) { return !take_arrival(arrival).opted_out; });
  RunCounts counts = Applier(unit, run, std::move(batch)).carry_out();
  counts.unsubscribed = unit.unsubscribed();
  applying::count_applied(db, run, counts, counts.added, RunCounts{});
  unit.commit();
  return true;
}

}  // namespace crmsync::store::arrivals
