// One transaction that changes contacts: every add, lift, hold and release goes through here, so that status, counters
// and audit can never disagree. Used by everything in core/store that changes a subscription.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>

#include "core/store/audit_log.h"

namespace crmsync::store {

// A row of table connection, as the writers need it.
struct ConnectionInfo {
  Id id = 0;
  Id account = 0;
  std::string name;
  bool per_address = false;
  Millis deadline = 0;
  std::int64_t records = 0;
  domain::SyncRules rules;  // push and the name; on_delete is the engine's
};

ConnectionInfo connection_info(Database& db, const std::string& name);
ConnectionInfo connection_info(Database& db, Id id);

struct NewContact {
  std::string_view address;
  std::string_view display;
  std::string_view name;
  std::unique_ptr<domain::Suppression> first;  // active from the start; may be none
};

class UnitOfWork {
 public:
  // run 0: not by a run.
  UnitOfWork(Database& db, Actor actor, Millis now, Id run = 0);

  struct Contact {
    Id id = 0;
    Id account = 0;
    std::string address;
    domain::Status status = domain::Status::subscribed;
  };
  // 0 if there is none.
  Id find_contact(Id account, std::string_view address);
  // Makes contacts; their ids, 0 where somebody has the address already. The past of an address is the caller's to
  // look at (has_past).
  std::vector<Id> make_contacts(Id account, std::span<const NewContact> wanted);
  // A complaint of the brand, or that the address was erased: what a new contact with it does not begin without.
  bool has_past(Id account, std::string_view address);
  // Finds or makes; the past of the address is applied to a new one.
  Id contact_for(Id account, std::string_view address, std::string_view display, std::string_view name);
  Contact contact(Id id);
  std::vector<domain::Suppression> active(Id contact);

  // false: it was there already / was not there. `record` is the suppression's key for `integration`, "" otherwise.
  bool add(Id contact, const domain::Suppression& suppression, std::string_view detail);
  // A no that is active was said once more: by whom and why is taken over, so that taking back the first one is no way
  // around the second.
  void say_again(Id contact, const domain::Suppression& suppression, std::string_view detail);
  bool lift(Id contact, domain::Reason reason, std::string_view source, std::string_view detail);
  // The contact is no more; what refers to it is gone already. `active`: what it was suppressed by.
  void erase(const Contact& contact, std::span<const domain::Suppression> active, std::string_view detail);
  bool hold(Id contact, std::string_view cause, Id ref, std::string_view detail);
  bool release(Id contact, std::string_view cause, Id ref, std::string_view detail);
  void set_ends_at(Id contact, domain::Reason reason, Millis at);
  // A pushed reason was added: tells every CRM that has a record of the contact and may be told.
  void push_to_records(Id contact, domain::Reason reason);
  // Queues one push unless the same is open already. external_id is ignored where the opt-out belongs to the address.
  void queue_push(const ConnectionInfo& connection, std::string_view external_id, Id contact, domain::QueuePush push);

  void count(Id account, std::string_view key, std::int64_t delta);
  // Contacts whose status has changed in this unit, net.
  std::int64_t unsubscribed() const;
  std::int64_t resubscribed() const;
  Millis now() const { return now_; }
  Id run() const { return run_; }
  Database& db() { return db_; }
  const ConnectionInfo& connection(Id id);

  // Writes counters and the audit link, then commits.
  void commit();

 private:
  // false: it was there already.
  bool insert_suppression(const Contact& contact, const domain::Suppression& suppression);
  // The contact was made with it: says so to the counters and the audit log.
  void start_with(const Contact& contact, const domain::Suppression& first);
  void write_status(const Contact& contact, std::string_view action, std::string_view reason, std::string_view source,
                    std::string_view detail);

  Database& db_;
  Transaction transaction_;
  AuditLog audit_;
  Millis now_;
  Id run_;
  std::unordered_map<Id, ConnectionInfo> connections_;
  std::unordered_map<std::string, std::int64_t> counters_;  // "account/key" -> delta
  struct Change {
    domain::Status before, after;
  };
  std::unordered_map<Id, Change> changed_;
};

// The key that tells one `integration` suppression from another; empty for every other reason.
inline std::string_view record_key(domain::Reason reason, std::string_view source) {
  return reason == domain::Reason::integration ? source : std::string_view();
}

std::vector<domain::Suppression> active_suppressions(Database& db, Id contact);

}  // namespace crmsync::store
