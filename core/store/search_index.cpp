#include "core/store/search_index.h"

#include "core/domain/unicode.h"

namespace crmsync::store::search_index {

namespace {

using domain::SearchTexts;

// Stand in no name: they make trigrams that are no part of one. "\2\2a" and "\2an" are beginnings, "\3.." is an
// account.
constexpr std::string_view kBeginning = "\x02\x02";
constexpr char kAccount = '\x03';
constexpr std::size_t kMostTrigrams = 16;      // of a text; what they find is compared with all of it
constexpr std::size_t kMostUnindexed = 5'000;  // looked at directly; more, and the index is of no use yet

// A contact as the index has it or is to have it.
struct Entry {
  Id id = 0;
  Id account = 0;
  std::string address, display, name;
};

Entry read_entry(const Query& query) {
  return {query.integer(0), query.integer(1), query.text(2), query.text(3), query.text(4)};
}

// One letter of a range that Unicode leaves to whoever wants it.
std::string private_letter(Id number) {
  const auto letter = static_cast<unsigned>(0xE000 + number % 4096);
  return {static_cast<char>(0xE0 | letter >> 12), static_cast<char>(0x80 | (letter >> 6 & 0x3F)),
          static_cast<char>(0x80 | (letter & 0x3F))};
}

std::string account_mark(Id account) { return kAccount + private_letter(account / 4096) + private_letter(account); }

std::string beginnings_of(const SearchTexts& texts) {
  std::string marked;
  for (const auto& one : domain::beginnings(texts)) marked.append(kBeginning).append(one);
  return marked;
}

void put(Database& db, const Entry& entry) {
  const SearchTexts texts(entry.address, entry.display, entry.name);
  Query text(db, "INSERT INTO contact_text(rowid, address, name, beginnings, account) VALUES(?,?,?,?,?)");
  text.bind(entry.id).bind(texts.address).bind(texts.name).bind(beginnings_of(texts));
  text.bind(account_mark(entry.account)).run();
  Query name(db, "INSERT INTO contact_name VALUES(?,?,?) ON CONFLICT DO NOTHING");
  name.bind(entry.account).bind(domain::name_key(entry.address, entry.name)).bind(entry.id).run();
}

// The text table keeps no texts: it has to be told what it was given.
void take_out(Database& db, const Entry& entry) {
  const SearchTexts texts(entry.address, entry.display, entry.name);
  Query text(db,
             "INSERT INTO contact_text(contact_text, rowid, address, name, beginnings, account) "
             "VALUES('delete',?,?,?,?,?)");
  text.bind(entry.id).bind(texts.address).bind(texts.name).bind(beginnings_of(texts));
  text.bind(account_mark(entry.account)).run();
  Query name(db, "DELETE FROM contact_name WHERE account_id = ? AND key = ? AND contact_id = ?");
  name.bind(entry.account).bind(domain::name_key(entry.address, entry.name)).bind(entry.id).run();
}

void set_indexed_to(Database& db, Id id) { Query(db, "UPDATE search_state SET indexed_to = ?").bind(id).run(); }

bool is_folded_otherwise(Database& db) {
  Query query(db, "SELECT folding FROM search_state");
  query.step();
  return query.integer(0) != domain::search_folding_version();
}

void begin_anew(Database& db) {
  db.exec("INSERT INTO contact_text(contact_text) VALUES('delete-all')");
  db.exec("DELETE FROM contact_name");
  db.exec("DELETE FROM search_stale");
  Query(db, "UPDATE search_state SET indexed_to = 0, folding = ?").bind(domain::search_folding_version()).run();
}

void settle(Database& db, const Entry& was) {
  take_out(db, was);
  Query(db, "DELETE FROM search_stale WHERE contact_id = ?").bind(was.id).run();
  Query now(db, "SELECT id, account_id, address, display, name FROM contact WHERE id = ? AND id <= ?");
  now.bind(was.id).bind(indexed_to(db));
  if (now.step()) put(db, read_entry(now));
}

std::size_t settle_stale(Database& db, std::size_t most) {
  std::vector<Entry> stale;
  {
    Query query(db, "SELECT contact_id, account_id, address, display, name FROM search_stale LIMIT ?");
    query.bind(most);
    while (query.step()) stale.push_back(read_entry(query));
  }
  for (const auto& was : stale) settle(db, was);
  return stale.size();
}

std::size_t add_new(Database& db, std::size_t most) {
  Id last = indexed_to(db);
  Query query(db, "SELECT id, account_id, address, display, name FROM contact WHERE id > ? ORDER BY id LIMIT ?");
  query.bind(last).bind(most);
  std::size_t added = 0;
  for (; query.step(); ++added) {
    const auto entry = read_entry(query);
    last = entry.id;
    put(db, entry);
  }
  if (added > 0) set_indexed_to(db, last);
  return added;
}

bool is_complete(Database& db) {
  Query query(db,
              "SELECT 1 FROM search_state WHERE indexed_to < (SELECT max(id) FROM contact) OR EXISTS(SELECT 1 FROM "
              "search_stale)");
  return !query.step() && !is_folded_otherwise(db);
}

std::string in_quotes(std::string_view text) {
  std::string all = "\"";
  for (const char c : text) all += c == '"' ? std::string("\"\"") : std::string(1, c);
  return all + "\"";
}

// The trigrams that a contact has to have. They do not overlap: fewer lists to read, and what they find by chance is
// compared with the whole text anyway.
std::string expression(Id account, const domain::TextSearch& text) {
  std::string all = in_quotes(account_mark(account));
  if (text.by_beginnings()) {
    const std::string_view mark = kBeginning.substr(0, 3 - text.letters());
    return all + " AND " + in_quotes(std::string(mark) + text.folded());
  }
  const auto letters = domain::letters_of(text.folded());
  const auto trigram = [&](std::size_t at) {
    return std::string(letters[at]).append(letters[at + 1]).append(letters[at + 2]);
  };
  const std::size_t last = letters.size() - 3;
  std::size_t used = 0;
  for (std::size_t at = 0; at < last && used + 1 < kMostTrigrams; at += 3, ++used)
    all += " AND " + in_quotes(trigram(at));
  return all + " AND " + in_quotes(trigram(last));
}

// What the index does not know as it is now; false: too many.
bool add_unindexed(Database& db, std::vector<Id>& ids) {
  Query query(db,
              "SELECT id FROM contact WHERE id > (SELECT indexed_to FROM search_state) UNION ALL SELECT contact_id "
              "FROM search_stale LIMIT ?");
  query.bind(kMostUnindexed + 1);
  std::size_t count = 0;
  for (; query.step(); ++count) ids.push_back(query.integer(0));
  return count <= kMostUnindexed;
}

}  // namespace

std::size_t advance(Database& db, std::size_t most) {
  if (is_complete(db)) return 0;
  Transaction transaction(db);
  if (is_folded_otherwise(db)) begin_anew(db);
  std::size_t done = settle_stale(db, most);
  done += add_new(db, most - done);
  transaction.commit();
  return done;
}

void refresh(Database& db, Id contact) {
  std::optional<Entry> was;
  {
    Query query(db, "SELECT contact_id, account_id, address, display, name FROM search_stale WHERE contact_id = ?");
    if (query.bind(contact).step()) was = read_entry(query);
  }
  if (was && !is_folded_otherwise(db)) settle(db, *was);
}

Id indexed_to(Database& db) {
  Query query(db, "SELECT indexed_to FROM search_state");
  return query.step() && !is_folded_otherwise(db) ? query.integer(0) : 0;
}

std::optional<std::vector<Id>> candidates(Database& db, Id account, const domain::TextSearch& text, std::size_t most) {
  if (text.letters() < 3 && !text.by_beginnings()) return std::nullopt;
  std::vector<Id> ids;
  if (is_folded_otherwise(db) || !add_unindexed(db, ids)) return std::nullopt;
  Query query(db, "SELECT rowid FROM contact_text WHERE contact_text MATCH ? LIMIT ?");
  query.bind(expression(account, text)).bind(most + 1);
  std::size_t found = 0;
  for (; query.step(); ++found) ids.push_back(query.integer(0));
  if (found > most) return std::nullopt;
  return ids;
}

}  // namespace crmsync::store::search_index
