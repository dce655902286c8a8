// Search: filters, one sort, pages by offset up to 10,000 results, over an index that lags behind the records.
#include <algorithm>

#include "tests/crm_server/hubspot.h"
#include "tests/crm_server/text.h"

namespace crmsync::crm_server {

namespace {

constexpr std::int64_t kMostResults = 10'000;
constexpr std::int64_t kPageLimit = 200;
constexpr std::size_t kMostCharacters = 3'000;

struct Filter {
  std::string property, op, value, high;
};
using Group = std::vector<Filter>;

struct Sort {
  std::string property = "createdate";
  bool descending = false;
};

std::optional<std::int64_t> numeric(const Contact& contact, Millis indexed, std::string_view property) {
  if (property == "lastmodifieddate") return indexed;
  if (property == "createdate") return contact.created;
  if (property == "hs_object_id") return static_cast<std::int64_t>(contact.id);
  return std::nullopt;
}

bool compare(const Filter& f, std::int64_t value) {
  const auto given = number_in(f.value).value_or(0);
  if (f.op == "LT") return value < given;
  if (f.op == "LTE") return value <= given;
  if (f.op == "GT") return value > given;
  if (f.op == "GTE") return value >= given;
  if (f.op == "EQ") return value == given;
  if (f.op == "NEQ") return value != given;
  return f.op == "BETWEEN" && value >= given && value <= number_in(f.high).value_or(0);
}

bool matches(const Contact& contact, Millis indexed, const Filter& f) {
  if (const auto value = numeric(contact, indexed, f.property)) return compare(f, *value);
  const auto value = property_of(contact, f.property, false);
  const bool has_value = value && !value->empty();
  if (f.op == "HAS_PROPERTY") return has_value;
  if (f.op == "NOT_HAS_PROPERTY") return !has_value;
  if (f.op == "EQ") return has_value && lower(*value) == lower(f.value);
  if (f.op == "NEQ") return !has_value || lower(*value) != lower(f.value);
  return f.op == "CONTAINS_TOKEN" && has_value && value->find(lower(f.value)) != std::string::npos;
}

std::vector<Group> groups_in(const nlohmann::json& body) {
  std::vector<Group> groups;
  for (const auto& group : body.value("filterGroups", nlohmann::json::array())) {
    Group& filters = groups.emplace_back();
    for (const auto& f : group.value("filters", nlohmann::json::array()))
      filters.push_back(
          {f.value("propertyName", ""), f.value("operator", ""), f.value("value", ""), f.value("highValue", "")});
  }
  return groups;
}

// Both forms that HubSpot documents: {"propertyName","direction"} and "name" / "-name".
Sort sort_in(const nlohmann::json& body) {
  Sort sort;
  const auto sorts = body.value("sorts", nlohmann::json::array());
  if (sorts.empty()) return sort;
  if (sorts[0].is_string()) {
    sort.property = sorts[0].get<std::string>();
    sort.descending = sort.property.starts_with('-');
    if (sort.descending) sort.property.erase(0, 1);
  } else {
    sort.property = sorts[0].value("propertyName", sort.property);
    sort.descending = sorts[0].value("direction", "ASCENDING") == "DESCENDING";
  }
  return sort;
}

// The earliest time that every group asks for: nothing before it has to be looked at.
Millis earliest(const std::vector<Group>& groups) {
  Millis from = groups.empty() ? 0 : INT64_MAX;
  for (const auto& group : groups) {
    Millis of_group = 0;
    for (const auto& f : group)
      if (f.property == "lastmodifieddate" && (f.op == "GTE" || f.op == "GT" || f.op == "EQ" || f.op == "BETWEEN"))
        of_group = std::max(of_group, number_in(f.value).value_or(0));
    from = std::min(from, of_group);
  }
  return from;
}

}  // namespace

Reply Hubspot::search(const Call& call) {
  if (call.request.body.size() > kMostCharacters)
    return error(400, "VALIDATION_ERROR", "A query can contain a maximum of 3,000 characters.");
  const auto& body = call.body;
  const std::int64_t limit = body.value("limit", std::int64_t{10});
  if (limit < 1 || limit > kPageLimit) return error(400, "VALIDATION_ERROR", "limit must be between 1 and 200");
  const auto after_text = body.contains("after") && body["after"].is_string() ? body["after"].get<std::string>() : "0";
  const auto offset = number_in(after_text.empty() ? "0" : after_text);
  if (!offset) return error(400, "VALIDATION_ERROR", "after must be an integer");
  if (*offset + limit > kMostResults)
    return error(400, "VALIDATION_ERROR", "The query exceeds the limit of 10,000 results");
  const auto groups = groups_in(body);
  const auto sort = sort_in(body);
  // Rows that shift: what stood first is touched between two pages and goes to the end.
  if (has(call.met, "shifting_rows") && *offset > 0) {
    Id first = 0;
    crm_.each_indexed(earliest(groups), [&](const Contact& contact, Millis) { return first = contact.id, false; });
    if (first != 0) crm_.rename(first, std::nullopt, std::nullopt, "Shifted");
  }
  std::vector<std::pair<const Contact*, Millis>> found;
  crm_.each_indexed(earliest(groups), [&](const Contact& contact, Millis indexed) {
    const auto fits = [&](const Group& group) {
      return std::all_of(group.begin(), group.end(), [&](const Filter& f) { return matches(contact, indexed, f); });
    };
    if (groups.empty() || std::any_of(groups.begin(), groups.end(), fits)) found.emplace_back(&contact, indexed);
    return true;
  });
  const auto key = [&](const auto& entry) { return numeric(*entry.first, entry.second, sort.property).value_or(0); };
  if (sort.property != "lastmodifieddate" || sort.descending)
    std::stable_sort(found.begin(), found.end(),
                     [&](const auto& a, const auto& b) { return sort.descending ? key(a) > key(b) : key(a) < key(b); });
  std::string results;
  const auto total = static_cast<std::int64_t>(found.size());
  const std::int64_t end = std::min(total, *offset + limit);
  for (std::int64_t i = *offset; i < end; ++i) {
    if (i != *offset) results += ',';
    append(results, *found[static_cast<std::size_t>(i)].first, call);
  }
  if (has(call.met, "duplicate_ids") && end > *offset) {
    results += ',';
    append(results, *found[static_cast<std::size_t>(*offset)].first, call);
  }
  std::string reply = R"({"total":)" + std::to_string(total) + R"(,"results":[)" + results + ']';
  const std::int64_t next = has(call.met, "repeated_cursor") ? *offset : end;
  if (end < total && !has(call.met, "missing_cursor"))
    reply += R"(,"paging":{"next":{"after":")" + std::to_string(next) + R"("}})";
  return json(reply + '}');
}

}  // namespace crmsync::crm_server
