// A small world around the domain: a CRM with two connections, and a store in memory that carries out what the domain
// decides, the way the real one does. It takes steps and keeps what the naive model needs to judge it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/domain/decide.h"
#include "core/domain/strikes.h"
#include "tests/core/domain/history.h"
#include "tests/core/domain/naive_model.h"

namespace crmsync::domain::testing {

// The CRM's side: what its users did, every version of every record.
class Crm {
 public:
  explicit Crm(const Settings& settings);
  void act(const Step& step, Millis now);
  // The API call of a push; false: there is no such record. Safe to repeat.
  bool push(int record, PushKind kind, Millis now);
  // What a sync reads; several rows for one record if `detail` says so.
  std::vector<std::pair<int, RemoteRecord>> rows(int connection, int detail) const;
  RemoteRecord old_version(int record, int detail) const;
  const RemoteRecord& truth(int record) const { return versions_[static_cast<std::size_t>(record)].back(); }
  bool hidden(int record) const { return hidden_[static_cast<std::size_t>(record)]; }
  bool listed(int record) const { return !merged_[static_cast<std::size_t>(record)]; }

 private:
  RemoteRecord& edit(int record, Millis now);
  RemoteRecord as_read(int record, RemoteRecord version) const;

  Settings settings_;
  std::vector<std::vector<RemoteRecord>> versions_;
  std::vector<bool> hidden_;
  std::vector<bool> merged_;
};

struct Push {
  int record = 0;
  std::string address;
  PushKind kind = PushKind::opt_out;
  Reason reason = Reason::contact;
  std::string state;  // pending, acknowledged, dead, superseded
  bool tried = false;
  Millis sent_at = 0;
  bool open() const { return state == "pending"; }
};

struct Audited {
  std::string address;
  bool added = false;
  Reason reason = Reason::contact;
  std::string source;
};

// What must be the same after a crash, a replay or another order.
struct State {
  std::map<std::string, std::set<std::string>> suppressions;  // "reason source" by address
  std::map<int, CrmRecord> mirrors;
  bool operator==(const State&) const = default;
};

class World {
 public:
  // clumsy: everything is done twice or half and then again, as after crashes.
  explicit World(Settings settings, bool clumsy = false);

  void take(const Step& step);
  void settle();  // syncs and pushes until nothing moves
  void receive(int record, const RemoteRecord& row);
  void add_by_hand(const std::string& address, Reason reason);

  State state() const;
  std::map<std::string, std::set<std::string>> reasons() const;
  std::map<std::string, std::set<std::string>> model() const;
  const Crm& crm() const { return crm_; }
  const std::vector<Push>& outbox() const { return outbox_; }
  const std::vector<Audited>& audit() const { return audit_; }
  // Since when somebody with this address has said no in a way that the CRM has to know; nullopt: they have not.
  std::optional<Millis> no_to_push_since(const std::string& address) const;
  bool in_conflict(int record) const { return conflicts_.contains(record); }
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  using Active = std::vector<Suppression>;
  SyncRules rules(int record) const;
  const CrmRecord* mirror(int record) const;
  void page(std::vector<std::pair<int, RemoteRecord>> rows, int detail);
  void carry_out(int record, const Decision& decision, const std::string& linked, const std::string& target);
  void settle_pushes(int record, const Decision& decision);
  bool add(const std::string& address, const Suppression& suppression);
  bool lift(const std::string& address, Reason reason, const std::string& source);
  void queue(int record, const std::string& address, QueuePush push);
  bool add_and_push(const std::string& address, const Suppression& suppression);
  void lift_and_settle(const std::string& address, Reason reason, const std::string& source);
  void ask_to_lift(const std::string& who, const std::string& address, int detail);
  void event(const std::string& address, EventType type);
  void send_pushes();
  void mark(const Push& push, PushMark from, PushMark to);
  void expire();
  void note(naive::Entry entry);
  void complain(bool wrong, const std::string& what);

  Settings settings_;
  bool clumsy_;
  Crm crm_;
  Millis now_ = 20'000 * kDay;
  std::map<std::string, Active> contacts_;
  std::map<int, CrmRecord> mirrors_;
  std::vector<Push> outbox_;
  std::vector<Audited> audit_;
  std::set<int> conflicts_;
  std::map<std::string, std::vector<DeliveryEvent>> events_;
  std::map<std::pair<std::string, Reason>, Millis> spent_;
  std::vector<naive::Entry> history_;
  std::vector<std::string> complaints_;  // what a decision must never contain, found while carrying it out
};

std::string id_of(int record);
int record_of(const std::string& id);

}  // namespace crmsync::domain::testing
