#include "core/store/mail_check.h"

#include <algorithm>

#include "core/store/forget.h"
#include "core/store/mail_queries.h"
#include "core/store/parse_names.h"

namespace crmsync::store::mail {

namespace {

constexpr std::size_t kLookedAt = 10'000;  // contacts of one page of the feed, whatever their account

Id account_named(Database& db, const std::string& name) {
  Query query(db, "SELECT id FROM account WHERE name = ?");
  return query.bind(name).step() ? query.integer(0) : 0;
}

// Nobody has the address: what its past says.
class Pasts {
 public:
  Pasts(Database& db, Id account)
      : db_(db),
        account_(account),
        complaints_(Query(db, "SELECT 1 FROM brand_complaint LIMIT 1").step()),
        forgotten_(anybody_forgotten(db)) {}

  MailState of(const std::string& address) {
    MailState state;
    if (complaints_) {
      Query query(
          db_, "SELECT 1 FROM brand_complaint WHERE address = ? AND brand = (SELECT brand FROM account WHERE id = ?)");
      if (query.bind(address).bind(account_).step()) return no(domain::Reason::spam_complaint);
    }
    if (forgotten_)
      if (const auto past = remembered(db_, account_, address); !past.empty()) return no(*domain::shown_reason(past));
    return state;
  }

 private:
  static MailState no(domain::Reason reason) { return {true, domain::Status::unsubscribed, reason}; }

  Database& db_;
  Id account_;
  bool complaints_;
  bool forgotten_;
};

ChangedContact read_contact(const Query& query) {
  ChangedContact one{
      query.integer(0), query.text(1), static_cast<domain::Status>(query.integer(2)), {}, query.integer(4)};
  if (!query.view(3).empty()) one.reason = reason_named(query.view(3));
  return one;
}

// Contacts that are new since, in order of id.
void add_new(Database& db, Id account, std::size_t limit, FeedPage& page) {
  Query query(
      db, "SELECT id, address, status, reason, changed_at, account_id FROM contact WHERE id > ? ORDER BY id LIMIT ?");
  query.bind(page.next.contact).bind(kLookedAt);
  std::size_t looked_at = 0;
  while (page.contacts.size() < limit && query.step()) {
    ++looked_at;
    page.next.contact = query.integer(0);
    if (query.integer(5) == account) page.contacts.push_back(read_contact(query));
  }
  page.more = looked_at == kLookedAt || page.contacts.size() == limit;
}

// Contacts that entries of the log are about, as they are now.
void add_changed(Database& db, Id account, std::size_t limit, FeedPage& page) {
  Query entries(db, "SELECT seq, contact_id, at FROM audit WHERE account_id = ? AND seq > ? ORDER BY seq LIMIT ?");
  entries.bind(account).bind(page.next.seq).bind(limit);
  std::size_t read = 0;
  while (entries.step()) {
    ++read;
    page.next.seq = entries.integer(0);
    const Id id = entries.integer(1);
    if (id > page.next.contact) continue;  // it comes as a new one
    const auto same = [&](const auto& one) { return one.contact == id; };
    if (std::any_of(page.contacts.begin(), page.contacts.end(), same)) continue;
    Query contact(db, "SELECT id, address, status, reason, changed_at FROM contact WHERE id = ?");
    if (contact.bind(id).step())
      page.contacts.push_back(read_contact(contact));
    else
      page.contacts.push_back({id, "", domain::Status::unsubscribed, std::nullopt, entries.integer(2)});
  }
  page.more = page.more || read == limit;
}

}  // namespace

std::vector<MailState> check(Database& db, const std::string& account, std::span<const std::string> addresses) {
  const ReadTransaction together(db);
  const Id id = account_named(db, account);
  Pasts pasts(db, id);
  std::vector<MailState> states;
  states.reserve(addresses.size());
  for (const auto& address : addresses) {
    Query query(db, "SELECT status, reason FROM contact WHERE account_id = ? AND address = ?");
    if (address.empty() || !query.bind(id).bind(address).step()) {
      states.push_back(address.empty() ? MailState{} : pasts.of(address));
      continue;
    }
    MailState state{true, static_cast<domain::Status>(query.integer(0)), std::nullopt};
    if (!query.view(1).empty()) state.reason = reason_named(query.view(1));
    states.push_back(state);
  }
  return states;
}

FeedPlace end_of_feed(Database& db) {
  const ReadTransaction together(db);
  Query query(db, "SELECT coalesce((SELECT max(seq) FROM audit), 0), coalesce((SELECT max(id) FROM contact), 0)");
  query.step();
  return {query.integer(0), query.integer(1)};
}

FeedPage feed(Database& db, const std::string& account, const std::optional<FeedPlace>& after, std::size_t limit) {
  const ReadTransaction together(db);
  const Id id = account_named(db, account);
  FeedPage page;
  // From the beginning: everybody as they are now, and what changes from here on.
  page.next = after.value_or(FeedPlace{end_of_feed(db).seq, 0});
  add_new(db, id, limit, page);
  if (!page.more) add_changed(db, id, limit - std::min(limit, page.contacts.size()), page);
  return page;
}

std::vector<LinkKey> link_keys(Database& db) {
  std::vector<LinkKey> keys;
  Query query(db, "SELECT id, key FROM link_key ORDER BY id DESC");
  while (query.step()) keys.push_back({query.integer(0), query.text(1)});
  return keys;
}

void rotate_link_key(Database& db, bool retire, Millis now) {
  Transaction transaction(db);
  if (retire) db.exec("DELETE FROM link_key");
  Query(db, "INSERT INTO link_key(key, made_at) VALUES(randomblob(32), ?)").bind(now).run();
  transaction.commit();
}

}  // namespace crmsync::store::mail
