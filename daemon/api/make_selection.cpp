#include "daemon/api/make_selection.h"

#include <algorithm>

#include "core/domain/email_address.h"
#include "daemon/api/codec_contact.h"

namespace crmsync::api {

namespace {

using ReadJob = engine::Control::ReadJob;
using WriteJob = engine::Control::WriteJob;

constexpr std::size_t kRead = 5000;    // contacts of one look into the store
constexpr std::size_t kWrite = 20000;  // of one transaction

class Making {
 public:
  Making(engine::Control& control, const store::SelectionDraft& draft) : control_(control), draft_(draft) {}

  asio::awaitable<void> by_query(store::ContactQuery query) {
    query.bare = true, query.limit = kRead;
    do {
      std::optional<store::ContactPage> page;
      const ReadJob job = [&](store::Reader& reader) { page = reader.contacts(query); };
      co_await control_.read(job);
      if (!page) break;
      for (const auto& contact : page->contacts) take(contact);
      query.after = page->next;
    } while (!query.after.empty());
  }

  asio::awaitable<void> by_name(const std::vector<std::string>& names) {
    constexpr std::size_t kNames = 500;
    for (std::size_t from = 0; from < names.size(); from += kNames) {
      const ReadJob job = [&](store::Reader& reader) {
        for (std::size_t i = from; i < names.size() && i < from + kNames; ++i) look_for(reader, names[i]);
      };
      co_await control_.read(job);
    }
  }

  asio::awaitable<void> by_number(store::Id number) {
    for (bool more = true; more;) {
      std::vector<store::Id> some;
      const ReadJob job = [&](store::Reader& reader) {
        some = reader.changed_by(number, kRead, ids_.empty() ? 0 : ids_.back());
      };
      co_await control_.read(job);
      ids_.insert(ids_.end(), some.begin(), some.end());
      more = some.size() == kRead;
    }
  }

  // In order of id, which is the order in which the contacts lie in the store.
  asio::awaitable<MadeSelection> freeze() {
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
    MadeSelection made;
    made.unknown = std::move(unknown_);
    const WriteJob begin = [&](store::Store& store) { made.id = store.begin_selection(draft_, control_.now()); };
    co_await control_.write(begin);
    for (std::size_t from = 0; from < ids_.size(); from += kWrite) {
      const std::span<const store::Id> some(ids_.data() + from, std::min(kWrite, ids_.size() - from));
      const WriteJob extend = [&](store::Store& store) { store.extend_selection(made.id, some); };
      co_await control_.write(extend);
    }
    const std::string summary = to_text(Json{{"statuses", statuses_}, {"reasons", reasons_}});
    const WriteJob end = [&](store::Store& store) { store.freeze_selection(made.id, summary); };
    co_await control_.write(end);
    co_return made;
  }

 private:
  static void count(Json& counts, std::string_view name) {
    auto& n = counts[std::string(name)];
    n = n.is_null() ? 1 : n.get<std::int64_t>() + 1;
  }

  void take(const store::ContactRow& contact) {
    ids_.push_back(contact.id);
    count(statuses_, domain::to_string(contact.status));
    if (contact.reason) count(reasons_, domain::to_string(*contact.reason));
  }

  void look_for(store::Reader& reader, const std::string& name) {
    std::optional<store::ContactRow> contact;
    if (const auto id = parse_id(name))
      contact = reader.contact(*id);
    else if (const auto address = domain::parse_email_address(name))
      contact = reader.contact(draft_.account, address->identity);
    if (contact && contact->account == draft_.account)
      take(*contact);
    else
      unknown_.push_back(name);
  }

  engine::Control& control_;
  const store::SelectionDraft& draft_;
  std::vector<store::Id> ids_;
  std::vector<std::string> unknown_;
  Json statuses_ = Json::object();
  Json reasons_ = Json::object();
};

}  // namespace

asio::awaitable<MadeSelection> make_selection(engine::Control& control, const store::SelectionDraft& draft,
                                              const Wanted& wanted) {
  Making making(control, draft);
  if (wanted.query)
    co_await making.by_query(*wanted.query);
  else if (wanted.number != 0)
    co_await making.by_number(wanted.number);
  else
    co_await making.by_name(wanted.names);
  auto made = co_await making.freeze();
  co_return made;
}

}  // namespace crmsync::api
