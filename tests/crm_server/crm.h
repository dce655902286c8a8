// The state of a simulated HubSpot account: contacts, opt-outs by address, the search index that lags behind. Plain and
// single-threaded; used by the APIs of crm_server and by its tests.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crmsync::crm_server {

using Millis = std::int64_t;
using Id = std::uint64_t;

enum class Choice { not_specified, subscribed, unsubscribed };

// What an address has said. It belongs to the address, whoever has it and whether or not anybody has.
struct Preferences {
  Choice all = Choice::not_specified;
  std::map<std::int64_t, Choice> types;       // by subscription id
  Choice all_before = Choice::not_specified;  // what a stale read still sees
  Millis at = 0;
};

struct Contact {
  Id id = 0;
  std::string email;
  std::string first;
  std::string last;
  Millis created = 0;
  Millis modified = 0;
  Millis archived_at = 0;             // 0: live
  Id merged_into = 0;                 // the record that answers for this one; 0: none
  std::vector<Id> merged;             // the records that this one answers for
  const Preferences* said = nullptr;  // what its address has said; null: it has none
  bool live() const noexcept { return archived_at == 0 && merged_into == 0; }
};

struct SubscriptionType {
  std::int64_t id;
  std::string_view name;
};
std::vector<SubscriptionType> subscription_types();

std::string lower(std::string_view text);

class Crm {
 public:
  explicit Crm(std::function<Millis()> clock) : clock_(std::move(clock)) {}

  Millis now() const { return clock_() + offset_; }
  void advance(Millis by) { offset_ += by; }
  Millis index_lag = 0;
  bool opt_out_moves_modified = true;

  // --- records ---
  Id create(std::string email, std::string first, std::string last);
  const Contact* find(Id id) const;
  const Contact* find(std::string_view email) const;  // a live one
  void rename(Id id, std::optional<std::string> email, std::optional<std::string> first,
              std::optional<std::string> last);
  void archive(Id id);
  void restore(Id id);
  void purge(Id id);  // as if it had never been
  Id merge(Id primary, Id other);
  // Live or archived ones in order of id, from `from` on, until fn returns false.
  void each(Id from, bool archived, const std::function<bool(const Contact&)>& fn) const;
  std::size_t live_count() const { return live_; }

  // --- opt-outs ---
  const Preferences* preferences(std::string_view email) const;
  // True if anything changed.
  bool choose_all(std::string_view email, Choice choice);
  bool choose_type(std::string_view email, std::int64_t type, Choice choice);

  // --- search ---
  // Live contacts in order of (modified, id) as the index knows them, from a time on.
  void each_indexed(Millis from, const std::function<bool(const Contact&, Millis indexed)>& fn);

 private:
  Contact* at(Id id);
  void touched(Contact& contact);
  void take_address(Contact& contact, std::string email);
  void leave_address(const Contact& contact);
  void catch_up();

  std::function<Millis()> clock_;
  Millis offset_ = 0;
  std::vector<Contact> contacts_;  // ids ascend
  // Addresses never go: a contact points to what its own has said.
  struct Address {
    Id owner = 0;  // 0: nobody has it
    Preferences said;
  };
  std::unordered_map<std::string, Address> addresses_;
  std::size_t live_ = 0;
  struct Waiting {
    Millis visible_at;
    Id id;
  };
  std::deque<Waiting> waiting_;
  std::unordered_map<Id, Millis> indexed_;
  std::set<std::pair<Millis, Id>> index_;
};

}  // namespace crmsync::crm_server
