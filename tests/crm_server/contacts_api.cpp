// Contacts: list, one, batches, writes and merges.
#include <algorithm>
#include <array>
#include <charconv>

#include "tests/crm_server/hubspot.h"
#include "tests/crm_server/text.h"

namespace crmsync::crm_server {

namespace {

constexpr std::size_t kListLimit = 100;
constexpr std::size_t kBatchLimit = 100;

const std::vector<std::string>& default_properties() {
  static const std::vector<std::string> names{"createdate", "email", "firstname", "lastname"};
  return names;
}

std::string time_text(Millis time) {
  std::string text;
  append_time(text, time);
  return text.substr(1, text.size() - 2);
}

Reply not_found() { return error(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric."); }

std::string opted_out(Choice choice) { return choice == Choice::unsubscribed ? "true" : "false"; }

}  // namespace

std::optional<std::string> property_of(const Contact& contact, std::string_view name, bool stale) {
  if (name == "email") return contact.email.empty() ? std::nullopt : std::optional(contact.email);
  if (name == "firstname") return contact.first;
  if (name == "lastname") return contact.last;
  if (name == "hs_object_id") return std::to_string(contact.id);
  if (name == "createdate") return time_text(contact.created);
  if (name == "lastmodifieddate") return time_text(contact.modified);
  if (name == "hs_merged_object_ids") {
    if (contact.merged.empty()) return std::nullopt;
    std::string ids;
    for (const Id id : contact.merged) ids += (ids.empty() ? "" : ";") + std::to_string(id);
    return ids;
  }
  constexpr std::string_view kOptOut = "hs_email_optout";
  if (!name.starts_with(kOptOut)) return std::nullopt;
  const auto* chosen = contact.said;
  if (name == kOptOut) {
    const Choice choice = chosen ? (stale ? chosen->all_before : chosen->all) : Choice::not_specified;
    return choice == Choice::not_specified ? std::nullopt : std::optional(opted_out(choice));
  }
  const auto type = number_in(name.substr(kOptOut.size() + 1));
  if (!chosen || !type || !chosen->types.contains(*type)) return std::string();
  return opted_out(chosen->types.at(*type));
}

namespace {

void append_number(std::string& out, Id number) {
  char text[22];
  text[0] = '"';
  char* end = std::to_chars(text + 1, text + sizeof text - 1, number).ptr;
  *end++ = '"';
  out.append(text, end);
}

// The same as JSON, without a string of its own for the properties that are asked for a million times.
void append_property(std::string& out, const Contact& contact, std::string_view name, bool stale) {
  if (name == "email" && !contact.email.empty()) return append_quoted(out, contact.email);
  if (name == "firstname") return append_quoted(out, contact.first);
  if (name == "lastname") return append_quoted(out, contact.last);
  if (name == "hs_object_id") return append_number(out, contact.id);
  if (name == "lastmodifieddate") return append_time(out, contact.modified);
  if (const auto value = property_of(contact, name, stale))
    append_quoted(out, *value);
  else
    out += "null";
}

}  // namespace

void Hubspot::append(std::string& out, const Contact& contact, const Call& call) const {
  const bool stale = has(call.met, "stale_read");
  const bool missing = has(call.met, "missing_field");
  const bool null = has(call.met, "null_field");
  const bool changed = has(call.met, "changed_type");
  out += R"({"id":)";
  append_number(out, contact.id);
  out += R"(,"properties":{)";
  bool first = true;
  const auto add = [&](std::string_view name) {
    if (missing && name.starts_with("hs_email_optout")) return;
    if (!first) out += ',';
    first = false;
    append_quoted(out, name);
    out += ':';
    if (null && name == "email")
      out += "null";
    else if (changed && name.starts_with("hs_email_optout"))
      out += R"({"value":1})";
    else
      append_property(out, contact, name, stale);
  };
  for (const auto& name : call.properties.empty() ? default_properties() : call.properties)
    if (name != "hs_object_id" && name != "lastmodifieddate") add(name);
  add("hs_object_id");
  add("lastmodifieddate");
  out += R"(},"createdAt":)";
  append_time(out, contact.created);
  out += R"(,"updatedAt":)";
  append_time(out, contact.modified);
  if (contact.archived_at != 0) {
    out += R"(,"archived":true,"archivedAt":)";
    append_time(out, contact.archived_at);
    out += '}';
  } else {
    out += R"(,"archived":false})";
  }
}

Reply Hubspot::list(const Call& call) {
  const auto& query = call.request.query;
  const auto limit = number_in(value_of(query, "limit").value_or("10"));
  if (!limit || *limit < 1 || *limit > static_cast<std::int64_t>(kListLimit))
    return error(400, "VALIDATION_ERROR", "limit must be between 1 and 100");
  const auto after = value_of(query, "after");
  const auto from = number_in(after.value_or("0"));
  if (!from) return error(400, "VALIDATION_ERROR", "The after parameter is not a cursor of this API");
  const bool archived = value_of(query, "archived") == "true";
  std::string body = R"({"results":[)";
  body.reserve(static_cast<std::size_t>(*limit) * 320);
  std::int64_t left = *limit;
  Id next = 0;
  const Contact* first = nullptr;
  // Rows that shift: the page begins a little before where the last one ended.
  const Id start = static_cast<Id>(*from) - (has(call.met, "shifting_rows") && *from > 3 ? 3 : 0);
  crm_.each(start, archived, [&](const Contact& contact) {
    if (left == 0) return next = contact.id, false;
    if (left-- != *limit) body += ',';
    if (!first) first = &contact;
    append(body, contact, call);
    return true;
  });
  if (has(call.met, "duplicate_ids") && first) {
    Contact other = *first;
    other.first = "Twice";
    other.modified += 1000;
    body += ',';
    append(body, other, call);
  }
  body += ']';
  if (has(call.met, "repeated_cursor") && after) next = static_cast<Id>(*from);
  if (next != 0 && !has(call.met, "missing_cursor"))
    body += R"(,"paging":{"next":{"after":")" + std::to_string(next) +
            R"(","link":"https://api.hubspot.com/crm/objects/v3/contacts?limit=1"}})";
  return json(body + '}');
}

const Contact* Hubspot::find(const std::string& id, bool by_email, bool archived) const {
  const auto number = number_in(id);
  const Contact* contact = by_email ? crm_.find(std::string_view(id))
                           : number ? crm_.find(static_cast<Id>(*number))
                                    : nullptr;
  return contact && (contact->archived_at != 0) == archived ? contact : nullptr;
}

Reply Hubspot::one(const Call& call) {
  const auto& query = call.request.query;
  const auto* contact =
      find(call.parts[0], value_of(query, "idProperty") == "email", value_of(query, "archived") == "true");
  if (!contact) return not_found();
  std::string body;
  append(body, *contact, call);
  return json(body);
}

namespace {

std::optional<std::string> text_in(const nlohmann::json& properties, const char* name) {
  if (!properties.contains(name) || !properties[name].is_string()) return std::nullopt;
  return properties[name].get<std::string>();
}

Reply not_valid(const std::string& property) {
  return error(400, "VALIDATION_ERROR", "Property values were not valid: " + property);
}

std::string read_only_property(const nlohmann::json& properties) {
  for (const auto& [name, value] : properties.items())
    if (name != "email" && name != "firstname" && name != "lastname") return name;
  return "";
}

}  // namespace

// The record made of these properties, or what is wrong with them: an address belongs to one contact only.
std::variant<Id, Reply> Hubspot::create(const nlohmann::json& input) {
  const auto properties = input.value("properties", nlohmann::json::object());
  const auto wrong = read_only_property(properties);
  if (!wrong.empty()) return not_valid(wrong);
  const auto email = text_in(properties, "email").value_or("");
  const auto* other = email.empty() ? nullptr : crm_.find(std::string_view(email));
  if (other) return error(409, "CONFLICT", "Contact already exists. Existing ID: " + std::to_string(other->id));
  return crm_.create(email, text_in(properties, "firstname").value_or(""),
                     text_in(properties, "lastname").value_or(""));
}

Reply Hubspot::batch(const Call& call) {
  const std::string& what = call.parts.at(1);
  constexpr std::array<std::string_view, 4> kKnown{"read", "create", "update", "archive"};
  if (std::find(kKnown.begin(), kKnown.end(), what) == kKnown.end())
    return error(404, "NOT_FOUND", "resource not found");
  if (!call.body.is_object() || !call.body.contains("inputs") || !call.body["inputs"].is_array())
    return error(400, "VALIDATION_ERROR", "Invalid input JSON: inputs is missing");
  const auto& inputs = call.body["inputs"];
  if (inputs.size() > kBatchLimit) return error(400, "VALIDATION_ERROR", "The maximum batch size is 100");
  const bool by_email = what == "read" && call.body.value("idProperty", "") == "email";
  std::string results;
  std::string missing;
  for (const auto& input : inputs) {
    const std::string id = input.value("id", "");
    if (what == "create") {
      auto made = create(input);
      if (auto* refused = std::get_if<Reply>(&made)) return std::move(*refused);
      results += results.empty() ? "" : ",";
      append(results, *crm_.find(std::get<Id>(made)), call);
      continue;
    }
    const auto* contact = find(id, by_email, value_of(call.request.query, "archived") == "true");
    // The ids of merged records are read, but not written, in batches.
    if (contact && what != "read" && std::to_string(contact->id) != id) continue;
    if (!contact) {
      missing += (missing.empty() ? "" : ",") + in_quotes(id);
      continue;
    }
    if (what == "archive") {
      crm_.archive(contact->id);
      continue;
    }
    if (what == "update") {
      const auto properties = input.value("properties", nlohmann::json::object());
      const auto wrong = read_only_property(properties);
      if (!wrong.empty()) return not_valid(wrong);
      if (!has(call.met, "write_not_stored"))
        crm_.rename(contact->id, text_in(properties, "email"), text_in(properties, "firstname"),
                    text_in(properties, "lastname"));
    }
    results += results.empty() ? "" : ",";
    append(results, *contact, call);
  }
  if (what == "archive") return json("", 204);
  std::string body = R"({"status":"COMPLETE","results":[)" + results + ']';
  if (!missing.empty())
    body += R"(,"numErrors":1,"errors":[{"status":"error","category":"OBJECT_NOT_FOUND","message":"Could not get some )"
            R"(CONTACT objects, they may be deleted or not exist. Check that ids are valid.","context":{"ids":[)" +
            missing + R"(]},"errors":[],"links":{}}])";
  body += R"(,"startedAt":"2026-01-01T00:00:00.000Z","completedAt":"2026-01-01T00:00:00.001Z"})";
  return json(body, !missing.empty() ? 207 : what == "create" ? 201 : 200);
}

Reply Hubspot::write(const Call& call) {
  const auto properties =
      call.body.is_object() ? call.body.value("properties", nlohmann::json::object()) : nlohmann::json();
  if (call.parts.empty()) {
    auto made = create(call.body);
    if (auto* refused = std::get_if<Reply>(&made)) return std::move(*refused);
    std::string body;
    append(body, *crm_.find(std::get<Id>(made)), call);
    return json(body, 201);
  }
  const auto* contact = find(call.parts[0], value_of(call.request.query, "idProperty") == "email", false);
  if (call.request.method == "DELETE") {
    if (contact) crm_.archive(contact->id);
    return json("", 204);
  }
  if (!contact) return not_found();
  const auto wrong = read_only_property(properties);
  if (!wrong.empty()) return not_valid(wrong);
  const Id id = contact->id;
  if (!has(call.met, "write_not_stored"))
    crm_.rename(id, text_in(properties, "email"), text_in(properties, "firstname"), text_in(properties, "lastname"));
  std::string body;
  append(body, *crm_.find(id), call);
  return json(body);
}

Reply Hubspot::merge(const Call& call) {
  const auto* primary = find(call.body.value("primaryObjectId", ""), false, false);
  const auto* other = find(call.body.value("objectIdToMerge", ""), false, false);
  if (!primary || !other || primary == other) return error(400, "VALIDATION_ERROR", "Both records have to exist");
  std::string body;
  append(body, *crm_.find(crm_.merge(primary->id, other->id)), call);
  return json(body);
}

Reply Hubspot::contacts(Call& call) {
  if (call.body.is_object() && call.body.contains("properties") && call.body["properties"].is_array())
    for (const auto& name : call.body["properties"])
      if (name.is_string()) call.properties.push_back(name.get<std::string>());
  const auto& method = call.request.method;
  const auto& parts = call.parts;
  const bool searches = parts.size() == 1 && parts[0] == "search" && method == "POST";
  const bool reads = method == "GET" || searches || (parts.size() == 2 && parts[1] == "read");
  if (auto refused = reads ? lacks({"crm.objects.contacts.read"}) : lacks({"crm.objects.contacts.write"}))
    return *refused;
  if (searches) return search(call);
  if (method == "GET") return parts.empty() ? list(call) : one(call);
  if (parts.size() == 2 && parts[0] == "batch" && method == "POST") return batch(call);
  if (parts.size() == 1 && parts[0] == "merge") return merge(call);
  if (parts.size() == 1 && parts[0] == "gdpr-delete") {
    const auto* contact = find(call.body.value("objectId", ""), call.body.value("idProperty", "") == "email", false);
    if (contact) crm_.purge(contact->id);
    return json("", 204);
  }
  return write(call);
}

}  // namespace crmsync::crm_server
