#include "connectors/csv/columns.h"

#include <algorithm>
#include <array>
#include <span>

namespace crmsync::connectors::csv {

namespace {

std::string lower(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

using Names = std::span<const std::string_view>;

// A known export: recognised when it has all of `marks`; sources are in the README of this folder.
struct KnownSet {
  std::string_view crm;
  Names marks;
  Names id, email, opted_out, modified_at, first_name, last_name;
};

template <std::size_t N>
using List = std::array<std::string_view, N>;

constexpr List<2> kHubSpotMarks{"record id", "email"};
constexpr List<2> kHubSpotId{"record id", "record id - contact"};
constexpr List<1> kEmail{"email"};
constexpr List<1> kHubSpotOut{"unsubscribed from all email"};
constexpr List<2> kHubSpotModified{"last modified date", "last modified"};
constexpr List<1> kFirst{"first name"};
constexpr List<1> kLast{"last name"};

constexpr List<1> kSalesforceMarks{"hasoptedoutofemail"};
constexpr List<2> kSalesforceId{"id", "contactid"};
constexpr List<1> kSalesforceOut{"hasoptedoutofemail"};
constexpr List<2> kSalesforceModified{"systemmodstamp", "lastmodifieddate"};
constexpr List<1> kSalesforceFirst{"firstname"};
constexpr List<1> kSalesforceLast{"lastname"};

constexpr List<1> kReportMarks{"email opt out"};
constexpr List<3> kReportId{"contact id", "contact id 18", "lead id"};
constexpr List<1> kReportOut{"email opt out"};
constexpr List<2> kReportModified{"last modified date", "last modified"};

constexpr List<3> kMailchimpMarks{"email address", "leid", "euid"};
constexpr List<1> kMailchimpId{"leid"};
constexpr List<1> kMailchimpEmail{"email address"};
constexpr List<1> kMailchimpOut{"unsub_time"};
constexpr List<1> kMailchimpModified{"last_changed"};

constexpr List<4> kCommonId{"id", "external_id", "contact id", "record id"};
constexpr List<4> kCommonEmail{"email", "email address", "e-mail", "e-mail address"};
constexpr List<6> kCommonOut{"opted_out", "opted out", "email opt out", "unsubscribed", "hs_email_optout", "opt out"};
constexpr List<4> kCommonModified{"modified_at", "last modified", "updated_at", "last modified date"};
constexpr List<2> kCommonFirst{"first name", "name"};

const std::array<KnownSet, 5> kSets{{
    {"Mailchimp", kMailchimpMarks, kMailchimpId, kMailchimpEmail, kMailchimpOut, kMailchimpModified, kFirst, kLast},
    {"Salesforce", kSalesforceMarks, kSalesforceId, kEmail, kSalesforceOut, kSalesforceModified, kSalesforceFirst,
     kSalesforceLast},
    {"Salesforce report", kReportMarks, kReportId, kEmail, kReportOut, kReportModified, kFirst, kLast},
    {"HubSpot", kHubSpotMarks, kHubSpotId, kEmail, kHubSpotOut, kHubSpotModified, kFirst, kLast},
    {"common names", kEmail, kCommonId, kCommonEmail, kCommonOut, kCommonModified, kCommonFirst, kLast},
}};

// Finds columns by name, case-insensitively.
class Header {
 public:
  explicit Header(const std::vector<std::string>& cells) {
    for (const auto& cell : cells) names_.push_back(lower(cell));
  }

  bool has(std::string_view name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }
  std::optional<std::size_t> first_of(Names wanted) const {
    for (const auto name : wanted) {
      const auto at = std::find(names_.begin(), names_.end(), name);
      if (at != names_.end()) return static_cast<std::size_t>(at - names_.begin());
    }
    return std::nullopt;
  }
  // A column that the configuration names: there, and only once.
  Result<std::size_t> named(const std::string& name) const {
    const std::string wanted = lower(name);
    const auto n = std::count(names_.begin(), names_.end(), wanted);
    if (n == 0)
      return Error(ErrorKind::protocol, "the export has no column \"" + name + "\"; its columns are: " + all());
    if (n > 1)
      return Error(ErrorKind::protocol,
                   "the export has " + std::to_string(n) + " columns named \"" + name + "\": which one is meant?");
    return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), wanted) - names_.begin());
  }
  std::string all() const {
    std::string text;
    for (const auto& name : names_) {
      if (text.size() > 300) return text + ", ...";
      text += (text.empty() ? "" : ", ") + name;
    }
    return text;
  }

 private:
  std::vector<std::string> names_;
};

Columns from_set(const KnownSet& set, const Header& header) {
  Columns columns;
  columns.known_as = set.crm;
  columns.email = *header.first_of(set.email);
  columns.id = header.first_of(set.id);
  columns.opted_out = header.first_of(set.opted_out);
  columns.modified_at = header.first_of(set.modified_at);
  for (const auto& part : {set.first_name, set.last_name})
    if (const auto column = header.first_of(part)) columns.name.push_back(*column);
  if (set.crm == "Mailchimp") {
    // One file per status: the unsubscribed one has UNSUB_TIME, the cleaned one (bounces, no opt-outs) CLEAN_TIME.
    columns.any_value_is_no = true;
    if (!columns.opted_out && !header.has("clean_time")) columns.whole_file = false;
  }
  return columns;
}

std::optional<Columns> recognise(const Header& header) {
  for (const auto& set : kSets) {
    const bool all = std::all_of(set.marks.begin(), set.marks.end(), [&](auto mark) { return header.has(mark); });
    if (all && header.first_of(set.email)) return from_set(set, header);
  }
  const auto& common = kSets.back();
  if (header.first_of(common.email)) return from_set(common, header);
  return std::nullopt;
}

Result<void> apply_option(const nlohmann::json& option, const Header& header, Columns& columns) {
  const auto set = [&](const char* key, std::optional<std::size_t>& to) -> Result<void> {
    if (!option.contains(key)) return {};
    auto column = header.named(option[key].get<std::string>());
    if (!column) return column.error();
    to = *column;
    return {};
  };
  std::optional<std::size_t> email = columns.email;
  if (auto done = set("email", email); !done) return done.error();
  columns.email = *email;
  if (auto done = set("id", columns.id); !done) return done.error();
  if (auto done = set("modified_at", columns.modified_at); !done) return done.error();
  if (option.contains("opted_out")) {
    // A column that is missing is unknown, not an error: the rest of the export is still good.
    auto column = header.named(option["opted_out"].get<std::string>());
    columns.opted_out = column ? std::optional(*column) : std::nullopt;
    columns.any_value_is_no = false;
    columns.whole_file = std::nullopt;
  }
  if (option.contains("name")) {
    columns.name.clear();
    const auto& names = option["name"];
    for (const auto& name : names.is_array() ? names : nlohmann::json::array({names}))
      if (auto column = header.named(name.get<std::string>())) columns.name.push_back(*column);
  }
  columns.known_as = "columns option";
  return {};
}

}  // namespace

Result<Columns> map_columns(const std::vector<std::string>& cells, const nlohmann::json& options) {
  const Header header(cells);
  auto found = recognise(header);
  const bool configured = options.contains("columns");
  if (!found && !(configured && options["columns"].contains("email")))
    return Error(ErrorKind::protocol,
                 "the export's header has no column for the e-mail address; name it with `columns: { email: ... }`. "
                 "Its columns are: " +
                     header.all());
  Columns columns = found.value_or(Columns{});
  if (configured)
    if (auto done = apply_option(options["columns"], header, columns); !done) return done.error();
  if (options.contains("opted_out_when")) {
    for (const auto& condition : options["opted_out_when"]) {
      auto column = header.named(condition["field"].get<std::string>());
      if (column)
        columns.conditions.push_back({*column, lower(condition["equals"].get<std::string>())});
      else
        columns.condition_missing = true;
    }
  }
  columns.count = cells.size();
  return columns;
}

}  // namespace crmsync::connectors::csv
