#include "daemon/ctl/views.h"

namespace crmsync::ctl {

namespace {

Cell status_cell(const Json& json, const char* name = "status") {
  const std::string status = text_of(json, name);
  return {status, status == "unsubscribed" ? Colour::red : colour_of_state(status)};
}

std::string title(const std::string& text, const Terminal& terminal) {
  return "\n" + coloured(text, Colour::faint, terminal) + "\n";
}

std::string evidence_text(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_object()) return "";
  std::string text;
  for (const auto& [key, value] : found->items())
    text += (text.empty() ? "" : ", ") + key + ": " + text_of(*found, key.c_str());
  return text;
}

std::string records_view(const Json& records, const Terminal& terminal) {
  Table table({{"CONNECTION"}, {"RECORD"}, {"OPTED OUT"}, {"MODIFIED"}, {"DELETED"}, {"LINK", false, true}});
  for (const auto& record : records) {
    const std::string opted_out = text_of(record, "opted_out");
    table.add({text_of(record, "connection"), text_of(record, "external_id"),
               opted_out == "true"    ? "yes"
               : opted_out == "false" ? "no"
                                      : "unknown",
               short_time(record, "modified_at"), text_of(record, "deleted") == "true" ? "yes" : "",
               text_of(record, "url")});
  }
  return table.render(terminal);
}

std::string heading(const Json& contact, const Terminal& terminal) {
  const std::string status = text_of(contact, "status");
  const std::string reason = text_of(contact, "reason");
  std::string text = harmless(text_of(contact, "email"));
  const std::string name = text_of(contact, "name");
  if (!name.empty()) text += "  " + harmless(name);
  text += "  (contact " + text_of(contact, "id") + ", " + harmless(text_of(contact, "account")) + ")\n";
  text += coloured(status.empty() ? "not known" : status, status_cell(contact).colour, terminal);
  text += (reason.empty() ? "" : ": " + reason) + "\n";
  return text;
}

std::string timeline_view(const Json& timeline, const Terminal& terminal) {
  Table table({{"WHEN"}, {"WHAT"}, {"REASON"}, {"STATUS"}, {"WHO"}, {"RUN", true}, {"DETAIL", false, true}});
  for (const auto& entry : timeline) {
    const std::string before = text_of(entry, "before");
    const std::string after = text_of(entry, "after");
    table.add({short_time(entry, "at"), text_of(entry, "action"), text_of(entry, "reason"),
               before == after ? after : before + " -> " + after, text_of(entry, "who"), text_of(entry, "run"),
               evidence_text(entry, "detail")});
  }
  return table.render(terminal);
}

// What stands against mailing the contact.
std::string standing_view(const Json& contact, const Terminal& terminal) {
  std::string text;
  for (const auto& hold : contact.at("holds")) text += "on hold: " + harmless(hold.get<std::string>()) + "\n";
  if (contact.at("suppressions").empty()) return text;
  Table table({{"REASON"}, {"SINCE"}, {"SOURCE", false, true}, {"EVIDENCE", false, true}});
  for (const auto& one : contact.at("suppressions"))
    table.add(
        {text_of(one, "reason"), short_time(one, "since"), text_of(one, "source"), evidence_text(one, "evidence")});
  return text + title("Suppressions", terminal) + table.render(terminal);
}

}  // namespace

std::string contacts_view(const Json& contacts, const Terminal& terminal) {
  Table table({{"ID", true}, {"EMAIL", false, true}, {"STATUS"}, {"REASON"}, {"CHANGED"}, {"NAME", false, true}});
  for (const auto& contact : contacts)
    table.add({text_of(contact, "id"), text_of(contact, "email"), status_cell(contact), text_of(contact, "reason"),
               short_time(contact, "changed_at"), text_of(contact, "name")});
  return table.render(terminal);
}

std::string contact_view(const Json& contact, const Terminal& terminal) {
  std::string text = heading(contact, terminal) + standing_view(contact, terminal);
  if (!contact.at("records").empty())
    text += title("CRM records", terminal) + records_view(contact.at("records"), terminal);
  return text;
}

std::string past_contact_view(const Json& contact, const Terminal& terminal) {
  std::string text = "At " + short_time(contact, "at") + ":\n" + heading(contact, terminal);
  return text + harmless(text_of(contact, "note")) + "\n" + standing_view(contact, terminal);
}

std::string explanation_view(const Json& explanation, const Terminal& terminal) {
  std::string text = heading(explanation.at("contact"), terminal);
  text += harmless(text_of(explanation, "summary")) + "\n";
  text += "What to do: " + harmless(text_of(explanation, "next")) + "\n";
  for (const auto& one : explanation.at("suppressions")) {
    text += title(text_of(one, "reason"), terminal);
    text += "  since        " + short_time(one, "since") + ", from " + harmless(text_of(one, "source")) + "\n";
    const std::string evidence = evidence_text(one, "evidence");
    if (!evidence.empty()) text += "  evidence     " + harmless(evidence) + "\n";
    text += "  who can lift " + harmless(text_of(one, "who_can_lift")) + "\n";
    text += "  CRM          " + harmless(text_of(one, "crm")) + "\n";
    const std::string url = text_of(one, "record_url");
    if (!url.empty()) text += "  record       " + harmless(url) + "\n";
  }
  for (const auto& hold : explanation.at("holds"))
    text += title("on hold", terminal) + "  " + harmless(text_of(hold, "why")) + ". " +
            harmless(text_of(hold, "next")) + "\n";
  if (!explanation.at("records").empty())
    text += title("CRM records", terminal) + records_view(explanation.at("records"), terminal);
  if (!explanation.at("timeline").empty())
    text += title("Timeline", terminal) + timeline_view(explanation.at("timeline"), terminal);
  if (!explanation.value("timeline_complete", true)) text += "... the newest entries are left out\n";
  return text;
}

std::string outbox_view(const Json& pushes, const Terminal& terminal) {
  Table table({{"PUSH", true},
               {"CONNECTION"},
               {"RECORD"},
               {"EMAIL", false, true},
               {"KIND"},
               {"REASON"},
               {"STATE"},
               {"TRIES", true},
               {"CREATED"},
               {"NEXT"},
               {"DEADLINE"},
               {"ERROR", false, true}});
  for (const auto& push : pushes) {
    const std::string state = text_of(push, "state");
    const bool overdue = push.value("overdue", false);
    table.add({text_of(push, "id"), text_of(push, "connection"), text_of(push, "external_id"), text_of(push, "email"),
               text_of(push, "kind"), text_of(push, "reason"), Cell(state, colour_of_state(state)),
               text_of(push, "attempts"), short_time(push, "created_at"), short_time(push, "next_at"),
               Cell(short_time(push, "deadline_at"), overdue ? Colour::red : Colour::none), text_of(push, "error")});
  }
  return table.render(terminal);
}

}  // namespace crmsync::ctl
