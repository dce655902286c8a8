#include "core/store/day_counts.h"

#include <algorithm>

#include "core/store/queries.h"

namespace crmsync::store::day_counts {

void note(Database& db, Id account, std::string_view key, Millis now) {
  Query(db,
        "INSERT INTO counter_day SELECT account_id, key, ?, n FROM counter WHERE account_id = ? AND key = ? "
        "ON CONFLICT DO UPDATE SET n = excluded.n")
      .bind(now / domain::kDay)
      .bind(account)
      .bind(key)
      .run();
}

std::vector<DayCounts> read(Database& db, const std::string& account, std::int64_t first, std::int64_t last) {
  std::vector<DayCounts> days;
  ContactCounts counts;
  bool known = false;
  std::int64_t day = first;
  // A day without an entry is like the one before.
  const auto fill_up_to = [&](std::int64_t end) {
    for (; day < end; ++day)
      if (known) days.push_back({day, counts});
  };
  Query query(
      db,
      "SELECT max(day), key, n FROM counter_day WHERE account_id = (SELECT id FROM account WHERE name = ?1) AND "
      "day < ?2 GROUP BY key "
      "UNION ALL SELECT day, key, n FROM counter_day WHERE account_id = (SELECT id FROM account WHERE name = ?1) "
      "AND day BETWEEN ?2 AND ?3 ORDER BY 1");
  query.bind(account).bind(first).bind(last);
  while (query.step()) {
    fill_up_to(std::min(query.integer(0), last));
    queries::set_count(counts, query.view(1), query.integer(2));
    known = true;
  }
  fill_up_to(last + 1);
  return days;
}

}  // namespace crmsync::store::day_counts
