#include "daemon/api/contact_query.h"

#include "daemon/api/fields.h"
#include "daemon/api/lists.h"
#include "daemon/api/moments.h"

namespace crmsync::api {

namespace {

std::optional<store::ContactSort> parse_sort(std::string_view name) {
  if (name == "email") return store::ContactSort::address;
  if (name == "changed") return store::ContactSort::changed;
  if (name == "status") return store::ContactSort::status;
  if (name == "name") return store::ContactSort::name;
  if (name == "added") return store::ContactSort::added;
  return std::nullopt;
}

std::vector<std::string> reason_names() {
  std::vector<std::string> names;
  for (const auto& traits : domain::all_reasons()) names.emplace_back(traits.name);
  return names;
}

void read_page(QueryFields& fields, store::ContactQuery& query) {
  query.limit = static_cast<std::size_t>(fields.number("limit", 1, kMostPerPage, 50));
  const auto after = read_cursor("contacts", fields.text("after"));
  query.after = after.value_or("");
  if (!after) fields.refuse(bad_cursor());
}

}  // namespace

std::optional<Problem> read_contact_query(const Context& context, store::ContactQuery& query, Paged paged) {
  QueryFields fields(context.request);
  query.account = fields.text("account");
  query.text = fields.text("q");
  query.status = fields.choice("status", {"subscribed", "unsubscribed", "on_hold"}, domain::parse_status);
  query.reason = fields.choice("reason", reason_names(), domain::parse_reason);
  query.connection = fields.text("connection");
  read_times(fields, query);
  const auto sort = fields.choice("sort", {"email", "name", "changed", "status", "added"}, parse_sort);
  query.sort = sort.value_or(query.text.empty() ? store::ContactSort::address : store::ContactSort::best);
  if (paged == Paged::yes) read_page(fields, query);
  if (auto problem = refuse_account(context, query.account)) fields.refuse(std::move(*problem));
  return fields.problem();
}

}  // namespace crmsync::api
