// Bulk making of contacts, part of UnitOfWork.
#include "core/store/insert_in_groups.h"
#include "core/store/unit_of_work.h"

namespace crmsync::store {

using domain::Status;
using domain::Suppression;

namespace {

// IGNORE: an address that somebody has is left alone; and no row can abort its statement, see insert_in_groups.h.
constexpr InsertShape kContact{
    "INSERT OR IGNORE INTO contact(id, account_id, address, display, name, status, reason, changed_at, made_by_run)",
    9};

Id last_contact(Database& db) {
  // The id of somebody who was erased is never given again: the log still has it.
  Query query(db,
              "SELECT max(coalesce((SELECT max(id) FROM contact), 0), coalesce((SELECT value FROM meta WHERE key = "
              "'newest_erased'), 0))");
  query.step();
  return query.integer(0);
}

}  // namespace

std::vector<Id> UnitOfWork::make_contacts(Id account, std::span<const NewContact> wanted) {
  // Ids are given here, because a statement of many rows does not tell which it inserted.
  std::vector<Id> ids(wanted.size());
  const Id before = last_contact(db_);
  const auto bind = [&](Query& insert, const NewContact& contact) {
    const Id id = before + 1 + (&contact - wanted.data());
    insert.bind(id).bind(account).bind(contact.address).bind(contact.display).bind(contact.name);
    insert.bind(static_cast<int>(contact.first ? Status::unsubscribed : Status::subscribed));
    contact.first ? insert.bind(domain::to_string(contact.first->reason)) : insert.bind_null();
    insert.bind(now_).bind(run_);
  };
  const bool all = insert_in_groups(db_, kContact, wanted, bind) == wanted.size();
  std::int64_t subscribed = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Id id = before + 1 + static_cast<Id>(i);
    if (!all && find_contact(account, wanted[i].address) != id) continue;
    ids[i] = id;
    if (wanted[i].first)
      start_with({id, account, std::string(wanted[i].address), Status::unsubscribed}, *wanted[i].first);
    else
      ++subscribed;
  }
  if (subscribed != 0) count(account, "status:subscribed", subscribed);
  return ids;
}

void UnitOfWork::start_with(const Contact& who, const Suppression& first) {
  const auto reason = domain::to_string(first.reason);
  insert_suppression(who, first);
  count(who.account, "status:unsubscribed", 1);
  count(who.account, "reason:" + std::string(reason), 1);
  changed_.try_emplace(who.id, Change{Status::subscribed, who.status});
  audit_.append({"add", who.account, who.id, reason, first.source, Status::subscribed, who.status, first.evidence});
}

}  // namespace crmsync::store
