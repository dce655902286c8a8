#include "connectors/csv/columns.h"

#include <algorithm>

#include "connectors/csv/known_exports.h"
#include "connectors/csv/text.h"

namespace crmsync::connectors::csv {

namespace {

// Finds columns by name, case-insensitively.
class Header {
 public:
  explicit Header(const std::vector<std::string>& cells) {
    for (const auto& cell : cells) names_.push_back(lower(trimmed(cell)));
  }

  bool has_any(Names wanted) const {
    return std::any_of(wanted.begin(), wanted.end(), [&](auto name) { return count(name) > 0; });
  }
  std::size_t count(std::string_view name) const {
    return static_cast<std::size_t>(std::count(names_.begin(), names_.end(), name));
  }
  // A column that has to be there, and only once.
  Result<std::size_t> one(std::string_view name) const {
    const std::string wanted = lower(trimmed(name));
    const auto n = count(wanted);
    if (n == 0)
      return Error(ErrorKind::protocol, "the export has no column \"" + std::string(name) +
                                            "\"; correct `columns` of the connection, or export with it. " + all());
    if (n > 1)
      return Error(ErrorKind::protocol, "the export has " + std::to_string(n) + " columns named \"" +
                                            std::string(name) + "\": rename or remove all but one");
    return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), wanted) - names_.begin());
  }
  // A sentence for an error. What holds an address is a person's row, which must not get into it.
  std::string all() const {
    const auto has_address = [](const std::string& name) { return name.find('@') != std::string::npos; };
    if (std::any_of(names_.begin(), names_.end(), has_address))
      return "Its first line holds an address, so it is no header: export with a header line";
    std::string text;
    for (const auto& name : names_) {
      if (text.size() > 300) return "Its columns are: " + text + ", ...";
      text += (text.empty() ? "" : ", ") + name;
    }
    return "Its columns are: " + text;
  }

 private:
  std::vector<std::string> names_;
};

// One column of a known export, if the header has it.
Result<void> find(const Header& header, Names names, std::optional<std::size_t>& to) {
  for (const auto name : names) {
    if (header.count(name) == 0) continue;
    auto column = header.one(name);
    if (!column) return column.error();
    to = *column;
    return {};
  }
  return {};
}

// Mailchimp writes one file per status, with the same columns but for UNSUB_ and CLEAN_; only the name tells the
// subscribed from those who never were.
std::optional<bool> status_of(std::string_view file_name) {
  const std::string name = lower(file_name);
  if (name.starts_with("unsubscribed")) return true;
  if (name.starts_with("subscribed")) return false;
  return std::nullopt;
}

Result<Columns> from_known(const KnownExport& known, const Header& header, std::string_view file_name,
                           const ColumnNames& named) {
  Columns columns;
  columns.known_as = known.name;
  columns.has_footer = known.has_footer;
  std::optional<std::size_t> email;
  // A column that the options name is not looked for: two of its usual name are no problem then.
  if (!named.email)
    if (auto done = find(header, known.email, email); !done) return done.error();
  columns.email = email.value_or(0);
  if (!named.id)
    if (auto done = find(header, known.id, columns.id); !done) return done.error();
  if (!named.opted_out)
    if (auto done = find(header, known.opted_out, columns.opted_out); !done) return done.error();
  if (auto done = find(header, known.deleted, columns.deleted); !done) return done.error();
  if (!named.modified_at)
    if (auto done = find(header, known.modified_at, columns.modified_at); !done) return done.error();
  if (named.name.empty())
    for (const auto part : {known.first_name, known.last_name}) {
      std::optional<std::size_t> column;
      if (auto done = find(header, part, column); !done) return done.error();
      if (column) columns.name.push_back(*column);
    }
  if (known.file_per_status) {
    columns.any_value_is_no = true;
    columns.otherwise = status_of(file_name);
    if (!columns.otherwise)
      columns.opt_out_problem =
          "the file's name does not begin with \"subscribed\" or \"unsubscribed\", as Mailchimp "
          "names its files: whoever has no UNSUB_TIME in it is \"unknown\"";
  } else if (columns.opted_out) {
    columns.otherwise = false;
  }
  return columns;
}

Result<Columns> recognise(const Header& header, std::string_view file_name, const ColumnNames& named) {
  for (const auto& known : known_exports())
    if (std::all_of(known.marks.begin(), known.marks.end(), [&](Names names) { return header.has_any(names); }))
      return from_known(known, header, file_name, named);
  if (named.email) return Columns{};
  return Error(ErrorKind::protocol,
               "the export's header has no column for the e-mail address; name it with `columns: { email: ... }`. " +
                   header.all());
}

Result<void> apply(const ColumnNames& named, const Header& header, Columns& columns) {
  const auto set = [&](const std::optional<std::string>& name, std::optional<std::size_t>& to) -> Result<void> {
    if (!name) return {};
    auto column = header.one(*name);
    if (!column) return column.error();
    to = *column;
    return {};
  };
  std::optional<std::size_t> email = columns.email;
  if (auto done = set(named.email, email); !done) return done.error();
  columns.email = *email;
  if (auto done = set(named.id, columns.id); !done) return done.error();
  if (auto done = set(named.modified_at, columns.modified_at); !done) return done.error();
  for (const auto& name : named.name) {
    auto column = header.one(name);
    if (!column) return column.error();
    columns.name.push_back(*column);
  }
  if (named.opted_out) {
    columns.any_value_is_no = false;
    columns.opt_out_problem.clear();
    columns.otherwise.reset();
    // Missing is unknown, not an error: the rest of the export is still good.
    if (header.count(lower(trimmed(*named.opted_out))) > 0) {
      if (auto done = set(named.opted_out, columns.opted_out); !done) return done.error();
      columns.otherwise = false;
    }
  }
  if (named.any()) columns.known_as = "the columns option";
  return {};
}

Result<void> add_conditions(const std::vector<NamedCondition>& wanted, const Header& header, Columns& columns) {
  for (const auto& condition : wanted) {
    if (header.count(lower(trimmed(condition.field))) == 0) {
      columns.condition_missing = true;
      columns.opt_out_problem = "opted_out_when names the column \"" + condition.field +
                                "\", which the export does not have: whoever meets no other condition is \"unknown\"";
      continue;
    }
    auto column = header.one(condition.field);
    if (!column) return column.error();
    columns.conditions.push_back({*column, condition.equals});
  }
  return {};
}

}  // namespace

Result<Columns> map_columns(std::vector<std::string> cells, std::string_view file_name, const Options& options) {
  const Header header(cells);
  auto columns = recognise(header, file_name, options.columns);
  if (!columns) return columns;
  if (auto done = apply(options.columns, header, *columns); !done) return done.error();
  if (!options.opted_out_when.empty()) columns->opt_out_problem.clear();
  if (auto done = add_conditions(options.opted_out_when, header, *columns); !done) return done.error();
  if (!columns->opted_out && !columns->otherwise && options.opted_out_when.empty() && columns->opt_out_problem.empty())
    columns->opt_out_problem =
        "no column says who opted out: every record is \"unknown\" and no contact is made of it; "
        "name the column with `columns: { opted_out: ... }`";
  columns->header = std::move(cells);
  return columns;
}

}  // namespace crmsync::connectors::csv
