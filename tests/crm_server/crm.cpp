#include "tests/crm_server/crm.h"

#include <algorithm>
#include <utility>

namespace crmsync::crm_server {

namespace {
constexpr Id kFirstId = 100'001;
}

std::vector<SubscriptionType> subscription_types() { return {{39'644'612, "Newsletter"}, {39'644'613, "Offers"}}; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

Contact* Crm::at(Id id) {
  const auto found = std::lower_bound(contacts_.begin(), contacts_.end(), id,
                                      [](const Contact& c, Id wanted) { return c.id < wanted; });
  return found != contacts_.end() && found->id == id ? &*found : nullptr;
}

const Contact* Crm::find(Id id) const {
  const Contact* contact = const_cast<Crm*>(this)->at(id);
  // A merged record's id answers with the record that it became.
  while (contact && contact->merged_into != 0) contact = const_cast<Crm*>(this)->at(contact->merged_into);
  return contact;
}

const Contact* Crm::find(std::string_view email) const {
  const auto found = addresses_.find(lower(email));
  return found == addresses_.end() || found->second.owner == 0 ? nullptr : find(found->second.owner);
}

// Every change is in the record at once and in the index after its lag.
void Crm::touched(Contact& contact) {
  contact.modified = now();
  waiting_.push_back({contact.modified + index_lag, contact.id});
}

Id Crm::create(std::string email, std::string first, std::string last) {
  Contact contact;
  contact.id = contacts_.empty() ? kFirstId : contacts_.back().id + 1;
  contact.first = std::move(first);
  contact.last = std::move(last);
  contact.created = now();
  take_address(contact, lower(email));
  contacts_.push_back(std::move(contact));
  touched(contacts_.back());
  ++live_;
  return contacts_.back().id;
}

void Crm::take_address(Contact& contact, std::string email) {
  contact.email = std::move(email);
  contact.said = nullptr;
  if (contact.email.empty()) return;
  Address& address = addresses_[contact.email];
  address.owner = contact.id;
  contact.said = &address.said;
}

void Crm::leave_address(const Contact& contact) {
  const auto found = addresses_.find(contact.email);
  if (found != addresses_.end() && found->second.owner == contact.id) found->second.owner = 0;
}

void Crm::rename(Id id, std::optional<std::string> email, std::optional<std::string> first,
                 std::optional<std::string> last) {
  Contact* contact = at(id);
  if (!contact) return;
  if (email) {
    leave_address(*contact);
    take_address(*contact, lower(*email));
  }
  if (first) contact->first = std::move(*first);
  if (last) contact->last = std::move(*last);
  touched(*contact);
}

void Crm::archive(Id id) {
  Contact* contact = at(id);
  if (!contact || !contact->live()) return;
  leave_address(*contact);
  touched(*contact);
  contact->archived_at = now();
  --live_;
}

void Crm::restore(Id id) {
  Contact* contact = at(id);
  if (!contact || contact->archived_at == 0) return;
  contact->archived_at = 0;
  take_address(*contact, contact->email);
  touched(*contact);
  ++live_;
}

void Crm::purge(Id id) {
  Contact* contact = at(id);
  if (!contact) return;
  leave_address(*contact);
  live_ -= contact->live() ? 1 : 0;
  const auto known = indexed_.find(id);
  if (known != indexed_.end()) index_.erase({known->second, id}), indexed_.erase(known);
  contacts_.erase(contacts_.begin() + (contact - contacts_.data()));
}

// A new record with a new id takes the place of both; their ids answer with it.
Id Crm::merge(Id primary, Id other) {
  const Contact winner = *at(primary);
  const Id made = create(winner.email, winner.first, winner.last);
  for (const Id id : {primary, other}) {
    Contact* old = at(id);
    for (const Id earlier : old->merged) at(made)->merged.push_back(earlier);
    at(made)->merged.push_back(id);
    old->merged_into = made;
    touched(*old);
    --live_;
  }
  take_address(*at(made), winner.email);
  return made;
}

void Crm::each(Id from, bool archived, const std::function<bool(const Contact&)>& fn) const {
  auto contact = std::lower_bound(contacts_.begin(), contacts_.end(), from,
                                  [](const Contact& c, Id wanted) { return c.id < wanted; });
  for (; contact != contacts_.end(); ++contact)
    if (contact->merged_into == 0 && (contact->archived_at != 0) == archived && !fn(*contact)) return;
}

const Preferences* Crm::preferences(std::string_view email) const {
  const auto found = addresses_.find(lower(email));
  return found == addresses_.end() ? nullptr : &found->second.said;
}

bool Crm::choose_all(std::string_view email, Choice choice) {
  auto& preferences = addresses_[lower(email)].said;
  if (preferences.all == choice) return false;
  preferences.all_before = std::exchange(preferences.all, choice);
  preferences.at = now();
  const Contact* contact = find(email);
  if (contact && opt_out_moves_modified) touched(*at(contact->id));
  return true;
}

bool Crm::choose_type(std::string_view email, std::int64_t type, Choice choice) {
  auto& preferences = addresses_[lower(email)].said;
  if (preferences.types[type] == choice) return false;
  preferences.types[type] = choice;
  preferences.at = now();
  const Contact* contact = find(email);
  if (contact && opt_out_moves_modified) touched(*at(contact->id));
  return true;
}

void Crm::catch_up() {
  const Millis time = now();
  while (!waiting_.empty() && waiting_.front().visible_at <= time) {
    const Id id = waiting_.front().id;
    waiting_.pop_front();
    const auto known = indexed_.find(id);
    if (known != indexed_.end()) index_.erase({known->second, id}), indexed_.erase(known);
    const Contact* contact = at(id);
    if (!contact || !contact->live()) continue;
    indexed_[id] = contact->modified;
    index_.insert({contact->modified, id});
  }
}

void Crm::each_indexed(Millis from, const std::function<bool(const Contact&, Millis)>& fn) {
  catch_up();
  for (auto entry = index_.lower_bound({from, 0}); entry != index_.end(); ++entry) {
    const Contact* contact = at(entry->second);
    if (contact && contact->live() && !fn(*contact, entry->first)) return;
  }
}

}  // namespace crmsync::crm_server
