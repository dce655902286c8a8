// The definitions of the contact properties that there are: one, all, or a batch of them.
#include <algorithm>

#include "tests/crm_server/hubspot.h"
#include "tests/crm_server/text.h"

namespace crmsync::crm_server {

namespace {

struct Definition {
  std::string name, label, type, field_type, group;
  bool read_only = true;
};

std::vector<Definition> all_definitions() {
  const std::string group = "contactinformation", opt_outs = "emailinformation";
  std::vector<Definition> all{{"createdate", "Create Date", "datetime", "date", group},
                              {"email", "Email", "string", "text", group, false},
                              {"firstname", "First Name", "string", "text", group, false},
                              {"hs_merged_object_ids", "Merged record IDs", "enumeration", "checkbox", group},
                              {"hs_object_id", "Record ID", "number", "number", group},
                              {"lastmodifieddate", "Last Modified Date", "datetime", "date", group},
                              {"lastname", "Last Name", "string", "text", group, false},
                              {"hs_email_optout", "Unsubscribed from all email", "bool", "booleancheckbox", opt_outs}};
  for (const auto& type : subscription_types())
    all.push_back({"hs_email_optout_" + std::to_string(type.id), "Opted out of email: " + std::string(type.name),
                   "enumeration", "booleancheckbox", opt_outs});
  return all;
}

std::string text_of(const Definition& property) {
  return R"({"name":)" + in_quotes(property.name) + R"(,"label":)" + in_quotes(property.label) + R"(,"type":)" +
         in_quotes(property.type) + R"(,"fieldType":)" + in_quotes(property.field_type) + R"(,"groupName":)" +
         in_quotes(property.group) +
         R"(,"description":"","options":[],"displayOrder":-1,"calculated":false,"externalOptions":false,)"
         R"("archived":false,"hasUniqueValue":false,"hidden":false,"formField":false,"hubspotDefined":true,)"
         R"("dataSensitivity":"non_sensitive",)"
         R"("modificationMetadata":{"archivable":true,"readOnlyDefinition":true,"readOnlyValue":)" +
         (property.read_only ? "true" : "false") + "}}";
}

}  // namespace

Reply Hubspot::property_definitions(const Call& call) const {
  if (auto refused = lacks({"crm.objects.contacts.read", "crm.schemas.contacts.read"})) return *refused;
  std::vector<std::string> wanted;
  const bool batch = call.parts.size() == 2 && call.parts[0] == "batch" && call.parts[1] == "read";
  if (batch && call.body.contains("inputs"))
    for (const auto& input : call.body["inputs"]) wanted.push_back(input.value("name", ""));
  if (!batch && !call.parts.empty()) wanted.push_back(call.parts[0]);
  const bool every = !batch && call.parts.empty();
  std::string found, one;
  for (const auto& property : all_definitions()) {
    if (has(call.met, "missing_field") && property.name.starts_with("hs_email_optout")) continue;
    if (!every && std::find(wanted.begin(), wanted.end(), property.name) == wanted.end()) continue;
    one = text_of(property);
    found += (found.empty() ? "" : ",") + one;
  }
  if (batch)
    return json(R"({"status":"COMPLETE","results":[)" + found +
                R"(],"startedAt":"2026-01-01T00:00:00.000Z","completedAt":"2026-01-01T00:00:00.001Z"})");
  if (every) return json(R"({"results":[)" + found + "]}");
  return one.empty() ? error(404, "OBJECT_NOT_FOUND", "Property " + wanted[0] + " does not exist") : json(one);
}

}  // namespace crmsync::crm_server
