#include "core/store/schema.h"

#include <array>

namespace crmsync::store {

namespace {

// Version 1. Reasons are texts so that the file can be read with any SQLite tool; CHECK constraints carry the domain's
// invariants: a local-only reason cannot enter the outbox, a suppression's reason is one of ten.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE account(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL, brand TEXT NOT NULL,
  resubscribe_allowed INTEGER NOT NULL CHECK(resubscribe_allowed IN (0,1)));

CREATE TABLE connection(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, account_id INTEGER NOT NULL REFERENCES account,
  configured INTEGER NOT NULL DEFAULT 1 CHECK(configured IN (0,1)),
  push TEXT NOT NULL CHECK(push IN ('none','opt_out','both')), per_address INTEGER NOT NULL CHECK(per_address IN (0,1)),
  deadline INTEGER NOT NULL, cursor TEXT NOT NULL DEFAULT '', records INTEGER NOT NULL DEFAULT 0 CHECK(records >= 0),
  last_poll_at INTEGER, last_full_at INTEGER, accepted TEXT NOT NULL DEFAULT '', attention TEXT NOT NULL DEFAULT '');

CREATE TABLE contact(
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED, address TEXT NOT NULL CHECK(address <> ''),
  display TEXT NOT NULL, name TEXT NOT NULL, status INTEGER NOT NULL DEFAULT 0 CHECK(status IN (0,1,2)),
  reason TEXT, changed_at INTEGER NOT NULL, made_by_run INTEGER NOT NULL,
  CHECK((status = 1) = (reason IS NOT NULL)));
CREATE UNIQUE INDEX contact_address ON contact(account_id, address);
CREATE INDEX contact_status ON contact(account_id, status, address);
CREATE INDEX contact_changed ON contact(account_id, changed_at, id);

CREATE TABLE suppression(
  contact_id INTEGER NOT NULL REFERENCES contact, reason TEXT NOT NULL CHECK(reason IN ('spam_complaint','contact',
    'manual','hard_bounce','failed_validation','integration','archived','blocked','soft_bounce','deferral')),
  record TEXT NOT NULL, source TEXT NOT NULL, since INTEGER NOT NULL, evidence TEXT NOT NULL,
  account_id INTEGER NOT NULL, address TEXT NOT NULL, ends_at INTEGER,
  PRIMARY KEY(contact_id, reason, record),
  CHECK((reason = 'integration') = (record <> ''))) WITHOUT ROWID;
CREATE INDEX suppression_reason ON suppression(account_id, reason, address);
CREATE INDEX suppression_end ON suppression(ends_at) WHERE ends_at IS NOT NULL;

CREATE TABLE hold(
  contact_id INTEGER NOT NULL REFERENCES contact, cause TEXT NOT NULL CHECK(cause IN ('change','flips')),
  ref INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY(contact_id, cause, ref)) WITHOUT ROWID;
CREATE INDEX hold_ref ON hold(cause, ref);

CREATE TABLE record(
  id INTEGER PRIMARY KEY,
  connection_id INTEGER NOT NULL REFERENCES connection DEFERRABLE INITIALLY DEFERRED, external_id TEXT NOT NULL,
  contact_id INTEGER REFERENCES contact DEFERRABLE INITIALLY DEFERRED, opted_out INTEGER CHECK(opted_out IN (0,1)), modified_at INTEGER,
  deleted INTEGER NOT NULL DEFAULT 0 CHECK(deleted IN (0,1)), push_mark INTEGER NOT NULL DEFAULT 0
  CHECK(push_mark IN (0,1,2)), fingerprint INTEGER NOT NULL, absences INTEGER NOT NULL DEFAULT 0,
  last_run INTEGER NOT NULL, held_change INTEGER);
CREATE UNIQUE INDEX record_external ON record(connection_id, external_id);
CREATE INDEX record_contact ON record(contact_id);

CREATE TABLE flip(record_id INTEGER NOT NULL REFERENCES record, at INTEGER NOT NULL, run_id INTEGER NOT NULL,
  PRIMARY KEY(record_id, at, run_id)) WITHOUT ROWID;

CREATE TABLE run(
  id INTEGER PRIMARY KEY AUTOINCREMENT, connection_id INTEGER NOT NULL REFERENCES connection,
  mode TEXT NOT NULL CHECK(mode IN ('incremental','full')),
  trigger TEXT NOT NULL CHECK(trigger IN ('schedule','signal','api','once')),
  state TEXT NOT NULL CHECK(state IN ('running','applied','held','rejected','failed')),
  phase TEXT NOT NULL DEFAULT 'fetching' CHECK(phase IN ('fetching','applying','done')),
  dry_run INTEGER NOT NULL DEFAULT 0, started_at INTEGER NOT NULL, finished_at INTEGER,
  counts TEXT NOT NULL DEFAULT '', sealed BLOB, api_calls INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', doubt_token TEXT NOT NULL DEFAULT '',
  auto_resubscribed INTEGER NOT NULL DEFAULT 0, auto_unsubscribed INTEGER NOT NULL DEFAULT 0,
  auto_deleted INTEGER NOT NULL DEFAULT 0);
CREATE INDEX run_connection ON run(connection_id, id);
CREATE INDEX run_open ON run(connection_id) WHERE state IN ('running','held');

-- Staged records that the brakes do not count, in chunks: an append-only spool.
CREATE TABLE spool(id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES run, payload BLOB NOT NULL);
CREATE INDEX spool_run ON spool(run_id, id);

CREATE TABLE change(
  id INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL REFERENCES run, external_id TEXT NOT NULL,
  connection_id INTEGER NOT NULL REFERENCES connection, contact_id INTEGER NOT NULL REFERENCES contact,
  kind TEXT NOT NULL CHECK(kind IN ('unsubscribe','resubscribe','deletion','keep')),
  state TEXT NOT NULL CHECK(state IN ('planned','applied','held','approved','rejected','skipped','withdrawn')),
  note TEXT NOT NULL DEFAULT '', remote BLOB NOT NULL, address TEXT NOT NULL, fingerprint INTEGER NOT NULL);
CREATE UNIQUE INDEX change_record ON change(run_id, external_id);
CREATE INDEX change_open ON change(run_id, state, id) WHERE state IN ('planned','held','approved');
CREATE INDEX change_contact ON change(run_id, contact_id);

CREATE TABLE conflict(record_id INTEGER PRIMARY KEY REFERENCES record, contact_id INTEGER NOT NULL REFERENCES contact,
  since INTEGER NOT NULL, run_id INTEGER NOT NULL, remaining TEXT NOT NULL);
CREATE INDEX conflict_contact ON conflict(contact_id);
CREATE INDEX conflict_run ON conflict(run_id);

CREATE TABLE counter(account_id INTEGER NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL CHECK(n >= 0),
  PRIMARY KEY(account_id, key)) WITHOUT ROWID;

CREATE TABLE outbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT, connection_id INTEGER NOT NULL REFERENCES connection,
  external_id TEXT NOT NULL, contact_id INTEGER NOT NULL REFERENCES contact, address TEXT NOT NULL,
  kind TEXT NOT NULL CHECK(kind IN ('opt_out','opt_in')),
  reason TEXT NOT NULL CHECK(reason IN ('contact','manual','spam_complaint')),
  state TEXT NOT NULL CHECK(state IN ('pending','sent','acknowledged','dead','superseded')),
  attempts INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, next_at INTEGER NOT NULL,
  deadline_at INTEGER NOT NULL, idempotency_key TEXT NOT NULL UNIQUE, last_error TEXT NOT NULL DEFAULT '',
  settled_at INTEGER);
CREATE UNIQUE INDEX outbox_open ON outbox(connection_id, kind, external_id, address) WHERE state IN ('pending','sent');
CREATE INDEX outbox_due ON outbox(connection_id, next_at) WHERE state IN ('pending','sent');
CREATE INDEX outbox_contact ON outbox(contact_id);
CREATE INDEX outbox_state ON outbox(state, id);

-- Delivery events by address, so that what came before a contact is known is kept.
CREATE TABLE event(id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account, event_key TEXT NOT NULL,
  address TEXT NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL, source TEXT NOT NULL, evidence TEXT NOT NULL,
  received_at INTEGER NOT NULL);
CREATE UNIQUE INDEX event_key ON event(account_id, event_key);
CREATE INDEX event_address ON event(account_id, address, at);
-- When a reason was lifted or ended last: earlier strikes are spent.
CREATE TABLE strike_base(account_id INTEGER NOT NULL, address TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(account_id, address, reason)) WITHOUT ROWID;
-- A complaint counts in every account of the brand, those that meet the address later included.
CREATE TABLE brand_complaint(brand TEXT NOT NULL, address TEXT NOT NULL, since INTEGER NOT NULL, source TEXT NOT NULL,
  evidence TEXT NOT NULL, PRIMARY KEY(brand, address)) WITHOUT ROWID;

-- Append-only. One link per transaction covers its entries; detail (personal data) is covered by its salted hash, so that
-- it can be erased without breaking the chain.
CREATE TABLE audit_link(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL, hash BLOB NOT NULL);
CREATE TABLE audit(
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, origin TEXT NOT NULL, basis TEXT NOT NULL,
  action TEXT NOT NULL CHECK(action IN ('add','lift','hold','release')), account_id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL, reason TEXT NOT NULL, source TEXT NOT NULL, before INTEGER NOT NULL,
  after INTEGER NOT NULL, run_id INTEGER NOT NULL, detail TEXT, salt BLOB, detail_hash BLOB NOT NULL);
CREATE INDEX audit_contact ON audit(contact_id, seq);
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit WHEN NEW.seq <> OLD.seq OR NEW.at <> OLD.at OR
  NEW.who <> OLD.who OR NEW.origin <> OLD.origin OR NEW.basis <> OLD.basis OR NEW.action <> OLD.action OR
  NEW.account_id <> OLD.account_id OR NEW.contact_id <> OLD.contact_id OR NEW.reason <> OLD.reason OR
  NEW.source <> OLD.source OR NEW.before <> OLD.before OR NEW.after <> OLD.after OR NEW.run_id <> OLD.run_id OR
  NEW.detail_hash <> OLD.detail_hash OR NEW.detail IS NOT NULL OR NEW.salt IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER link_no_delete BEFORE DELETE ON audit_link BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER link_no_update BEFORE UPDATE ON audit_link BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

INSERT INTO meta VALUES('fingerprint_key', randomblob(16));
INSERT INTO meta VALUES('store_id', lower(hex(randomblob(8))));
)sql";

// Version 2. Arrivals (arrival_buffer.h): sorted chunks in blocks; run.arrived is the last one that was applied.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE run ADD COLUMN arrived BLOB;
CREATE TABLE arrival(id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES run, chunk INTEGER NOT NULL,
  payload BLOB NOT NULL);
CREATE INDEX arrival_chunk ON arrival(run_id, chunk, id);
)sql";

// Version 3. A page of a list costs the same however many contacts there are: each index below is one list, of one
// status, in one order. A suppression repeats its contact's status and last change for that; a trigger keeps it so.
// Replacing an entry of the log is no way around its triggers, and its end is written down, so that cutting it shows.
constexpr const char* kVersion3 = R"sql(
DROP INDEX contact_changed;
CREATE INDEX contact_changed ON contact(account_id, status, changed_at, id);

ALTER TABLE suppression ADD COLUMN status INTEGER NOT NULL DEFAULT 1 CHECK(status IN (0,1,2));
ALTER TABLE suppression ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
UPDATE suppression SET (status, changed_at) = (SELECT status, changed_at FROM contact WHERE id = contact_id);
DROP INDEX suppression_reason;
CREATE INDEX suppression_reason ON suppression(account_id, reason, status, address);
CREATE INDEX suppression_changed ON suppression(account_id, reason, status, changed_at, contact_id);
CREATE TRIGGER suppression_follows AFTER UPDATE OF status, changed_at ON contact BEGIN
  UPDATE suppression SET status = NEW.status, changed_at = NEW.changed_at
    WHERE contact_id = NEW.id AND (status <> NEW.status OR changed_at <> NEW.changed_at);
END;

CREATE INDEX audit_account ON audit(account_id, seq);
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS(SELECT 1 FROM audit WHERE seq = NEW.seq)
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER link_no_replace BEFORE INSERT ON audit_link WHEN EXISTS(SELECT 1 FROM audit_link WHERE id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
INSERT INTO meta SELECT 'audit_end', hash FROM audit_link ORDER BY id DESC LIMIT 1;
)sql";

// Search and names (search_index.h). Filled in the background up to indexed_to: what comes in bulk has higher ids and
// costs nothing here; what was indexed and has moved since is noted as it was.
constexpr const char* kSearch = R"sql(
CREATE VIRTUAL TABLE contact_text USING fts5(address, name, beginnings, account, content='', columnsize=0, detail=none,
  tokenize='trigram case_sensitive 1');
INSERT INTO contact_text(contact_text, rank) VALUES('automerge', 8);
CREATE TABLE contact_name(account_id INTEGER NOT NULL, key TEXT NOT NULL, contact_id INTEGER NOT NULL,
  PRIMARY KEY(account_id, key, contact_id)) WITHOUT ROWID;
CREATE TABLE search_state(indexed_to INTEGER NOT NULL, folding INTEGER NOT NULL);
INSERT INTO search_state VALUES(0, 0);
CREATE TABLE search_stale(contact_id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, address TEXT NOT NULL,
  display TEXT NOT NULL, name TEXT NOT NULL);
CREATE TRIGGER search_moved AFTER UPDATE OF account_id, address, display, name ON contact
  WHEN OLD.id <= (SELECT indexed_to FROM search_state) BEGIN
  INSERT INTO search_stale VALUES(OLD.id, OLD.account_id, OLD.address, OLD.display, OLD.name) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_gone AFTER DELETE ON contact WHEN OLD.id <= (SELECT indexed_to FROM search_state) BEGIN
  INSERT INTO search_stale VALUES(OLD.id, OLD.account_id, OLD.address, OLD.display, OLD.name) ON CONFLICT DO NOTHING;
  -- The id of the newest contact is given again.
  UPDATE search_state SET indexed_to = min(indexed_to, (SELECT coalesce(max(id), 0) FROM contact));
END;
)sql";

// Selections, frozen, and the jobs that work them off: contacts and outcomes in chunks (job_rows.cpp). What a run or a
// job has changed is found by its number in the audit log; a job's is below zero.
constexpr const char* kJobs = R"sql(
CREATE TABLE selection(
  id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL REFERENCES account, what TEXT NOT NULL,
  who TEXT NOT NULL, summary TEXT NOT NULL DEFAULT '{}', made_at INTEGER NOT NULL, count INTEGER NOT NULL DEFAULT 0,
  chunks INTEGER NOT NULL DEFAULT 0, frozen INTEGER NOT NULL DEFAULT 0 CHECK(frozen IN (0,1)));
CREATE TABLE selection_chunk(id INTEGER PRIMARY KEY, selection_id INTEGER NOT NULL REFERENCES selection,
  chunk INTEGER NOT NULL, contacts BLOB NOT NULL);
CREATE UNIQUE INDEX selection_chunk_place ON selection_chunk(selection_id, chunk);

CREATE TABLE job(
  id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL REFERENCES account,
  selection_id INTEGER NOT NULL REFERENCES selection,
  kind TEXT NOT NULL CHECK(kind IN ('resubscribe','unsubscribe','lift','undo','import','archive')),
  state TEXT NOT NULL CHECK(state IN ('waiting','running','held','done','cancelled','rejected')),
  phase TEXT NOT NULL DEFAULT 'apply' CHECK(phase IN ('read','compare','hold','apply','release')), reason TEXT,
  confirmed INTEGER NOT NULL, ticket INTEGER NOT NULL, dry_run INTEGER NOT NULL, detail TEXT NOT NULL,
  who TEXT NOT NULL, origin TEXT NOT NULL, basis TEXT NOT NULL, undoes INTEGER NOT NULL, total INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0, chunk INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL,
  started_at INTEGER, finished_at INTEGER, note TEXT NOT NULL DEFAULT '',
  archive_missing INTEGER NOT NULL DEFAULT 0, place TEXT NOT NULL DEFAULT '', newest_contact INTEGER NOT NULL DEFAULT 0,
  affected INTEGER NOT NULL DEFAULT 0,
  follow_up INTEGER, approved INTEGER NOT NULL DEFAULT 0);
CREATE INDEX job_open ON job(id) WHERE state IN ('waiting','running');
CREATE INDEX job_account ON job(account_id, id);
CREATE TABLE job_chunk(id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL REFERENCES job, chunk INTEGER NOT NULL,
  outcomes BLOB NOT NULL);
CREATE UNIQUE INDEX job_chunk_place ON job_chunk(job_id, chunk);
CREATE TABLE job_count(job_id INTEGER NOT NULL REFERENCES job, outcome TEXT NOT NULL, reason TEXT NOT NULL,
  n INTEGER NOT NULL, PRIMARY KEY(job_id, outcome, reason)) WITHOUT ROWID;

-- Of an import: rows that could not be taken, and the contacts that it listed.
CREATE TABLE job_error(job_id INTEGER NOT NULL REFERENCES job, line INTEGER NOT NULL, message TEXT NOT NULL,
  PRIMARY KEY(job_id, line)) WITHOUT ROWID;
CREATE TABLE import_listed(job_id INTEGER NOT NULL REFERENCES job, contact_id INTEGER NOT NULL,
  PRIMARY KEY(job_id, contact_id)) WITHOUT ROWID;
-- A held job holds its contacts as a held change does.
CREATE TABLE new_hold(
  contact_id INTEGER NOT NULL REFERENCES contact, cause TEXT NOT NULL CHECK(cause IN ('change','flips','job')),
  ref INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY(contact_id, cause, ref)) WITHOUT ROWID;
INSERT INTO new_hold SELECT * FROM hold;
DROP TABLE hold;
ALTER TABLE new_hold RENAME TO hold;
CREATE INDEX hold_ref ON hold(cause, ref);

CREATE INDEX audit_run ON audit(run_id, contact_id, seq) WHERE run_id <> 0;
)sql";

// Erased people: a keyed hash of the address within its account or brand, and the reasons that come back with it. The
// log gets an action of its own; its CHECK is changed where it stands, since no row has to be.
constexpr const char* kForget = R"sql(
CREATE TABLE forgotten(hash BLOB PRIMARY KEY, at INTEGER NOT NULL, reasons TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('forget_key', randomblob(32));
PRAGMA writable_schema=ON;
UPDATE sqlite_master SET sql = replace(sql, '(''add'',''lift'',''hold'',''release'')',
  '(''add'',''lift'',''hold'',''release'',''erase'')') WHERE type = 'table' AND name = 'audit';
PRAGMA writable_schema=RESET;
)sql";

// Keys for the links of contacts: the newest signs, those that are not retired are believed.
constexpr const char* kLinks = R"sql(
CREATE TABLE link_key(id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL, made_at INTEGER NOT NULL);
INSERT INTO link_key(key, made_at) VALUES(randomblob(32), 0);
)sql";

// What each counter stood at when a day (UTC, since the epoch) ended, or stands at now: days without a change have no
// row. It begins with the day of the migration.
constexpr const char* kHistory = R"sql(
CREATE TABLE counter_day(account_id INTEGER NOT NULL, key TEXT NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY(account_id, key, day)) WITHOUT ROWID;
INSERT INTO counter_day SELECT account_id, key, unixepoch() / 86400, n FROM counter;
)sql";

constexpr std::array<const char*, 8> kMigrations{kVersion1, kVersion2, kVersion3, kJobs,
                                                 kSearch,   kForget,   kLinks,    kHistory};

int version_of(Database& db) { return db.handle().execAndGet("PRAGMA user_version").getInt(); }

bool is_of_another_program(Database& db) {
  return db.handle().execAndGet("SELECT count(*) > 0 AND sum(name = 'audit_link') = 0 FROM sqlite_master").getInt() !=
         0;
}

}  // namespace

int known_schema_version() { return static_cast<int>(kMigrations.size()); }

void migrate(Database& db, const std::string& path, int to) {
  if (is_of_another_program(db))
    throw StoreError("the file " + path + " is the database of another program: give crmsyncd a path of its own");
  const int found = version_of(db);
  if (found > known_schema_version())
    throw StoreError("the store " + path + " has schema version " + std::to_string(found) +
                     ", this crmsyncd knows up to " + std::to_string(known_schema_version()) +
                     ": install the newer crmsyncd that wrote it, or restore the " +
                     "backup that was made before the upgrade");
  if (found < 0)
    throw StoreError("the store " + path + " has schema version " + std::to_string(found) +
                     ", which no crmsyncd writes: the file is damaged, restore a backup");
  db.exec("PRAGMA journal_mode=WAL");
  for (int version = found; version < to; ++version) {
    Transaction transaction(db);
    db.exec(kMigrations[static_cast<std::size_t>(version)]);
    db.exec(("PRAGMA user_version=" + std::to_string(version + 1)).c_str());
    transaction.commit();
  }
}

}  // namespace crmsync::store
