#include "daemon/ctl/views.h"

namespace crmsync::ctl {

namespace {

std::string accounts_view(const Json& accounts, const Terminal& terminal) {
  Table table({{"ACCOUNT"},
               {"NAME", false, true},
               {"SUBSCRIBED", true},
               {"UNSUBSCRIBED", true},
               {"ON HOLD", true},
               {"RESUBSCRIBE"}});
  for (const auto& account : accounts) {
    const auto& contacts = account.at("contacts");
    table.add({text_of(account, "id"), text_of(account, "name"),
               with_commas(contacts.value("subscribed", std::int64_t{0})),
               with_commas(contacts.value("unsubscribed", std::int64_t{0})),
               with_commas(contacts.value("on_hold", std::int64_t{0})), text_of(account, "resubscribe")});
  }
  return table.render(terminal);
}

std::string outbox_summary(const Json& outbox, const Terminal& terminal) {
  Table table({{"OUTBOX"}, {"PENDING", true}, {"SENT", true}, {"DEAD", true}, {"OVERDUE", true}, {"OLDEST OPEN"}});
  for (const auto& one : outbox) {
    const auto dead = one.value("dead", std::int64_t{0});
    const auto overdue = one.value("overdue", std::int64_t{0});
    table.add({text_of(one, "connection"), text_of(one, "pending"), text_of(one, "sent"),
               Cell(std::to_string(dead), dead > 0 ? Colour::red : Colour::none),
               Cell(std::to_string(overdue), overdue > 0 ? Colour::red : Colour::none),
               short_time(one, "oldest_open_at")});
  }
  return table.render(terminal);
}

// Why the connection wants a look, the most urgent first.
std::string trouble_of(const Json& connection) {
  for (const char* name : {"attention", "last_error"})
    if (const std::string text = text_of(connection, name); !text.empty()) return text;
  return connection.value("stale", false) ? "no complete sync for a day" : "";
}

std::string last_result(const Json& connection) {
  const auto last = connection.find("last_run");
  if (last == connection.end() || last->is_null()) return "never";
  return text_of(*last, "state") + " (run " + text_of(*last, "id") + ")";
}

}  // namespace

std::string connections_view(const Json& connections, const Terminal& terminal) {
  Table table({{"CONNECTION"},
               {"ACCOUNT"},
               {"CONNECTOR"},
               {"STATE"},
               {"RECORDS", true},
               {"LAST RUN"},
               {"LAST POLL"},
               {"NEXT"},
               {"TROUBLE", false, true}});
  for (const auto& one : connections) {
    const std::string state = text_of(one, "state");
    table.add({text_of(one, "id"), text_of(one, "account"), text_of(one, "connector"),
               Cell(state, colour_of_state(state)), with_commas(one.value("records", std::int64_t{0})),
               last_result(one), short_time(one, "last_poll_at"), short_time(one, "next_due_at"),
               Cell(trouble_of(one), Colour::red)});
  }
  return table.render(terminal);
}

std::string status_view(const Json& status, const Terminal& terminal) {
  std::string text = status.value("ready", false) ? "crmsyncd is ready.\n" : "crmsyncd is not ready yet.\n";
  text += "\n" + accounts_view(status.at("accounts"), terminal);
  text += "\n" + connections_view(status.at("connections"), terminal);
  if (!status.at("outbox").empty()) text += "\n" + outbox_summary(status.at("outbox"), terminal);
  for (const auto& run : status.at("held_runs")) text += "\n" + run_view(run, terminal);
  const auto conflicts = status.value("conflicts", std::int64_t{0});
  if (conflicts > 0)
    text += "\n" + with_commas(conflicts) + (conflicts == 1 ? " record is" : " records are") +
            " subscribed in the CRM while the contact stays unsubscribed here for another reason.\n";
  return text;
}

std::string probe_view(const Json& probe, const Terminal& terminal) {
  Table table({{"CHECK"}, {"VERDICT"}, {"DETAIL", false, true}});
  for (const auto& verdict : probe.at("verdicts")) {
    const bool ok = verdict.value("ok", false);
    table.add({text_of(verdict, "check"), Cell(ok ? "ok" : "failed", ok ? Colour::green : Colour::red),
               text_of(verdict, "detail")});
  }
  std::string text = table.render(terminal);
  if (probe.at("samples").empty()) return text;
  Table samples({{"RECORD"}, {"EMAIL", false, true}, {"OPTED OUT"}, {"MODIFIED"}});
  for (const auto& sample : probe.at("samples")) {
    const std::string opted_out = text_of(sample, "opted_out");
    samples.add({text_of(sample, "external_id"), text_of(sample, "email"),
                 opted_out == "true"    ? "yes"
                 : opted_out == "false" ? "no"
                                        : "unknown",
                 short_time(sample, "modified_at")});
  }
  return text + "\nThe first records as they are understood:\n" + samples.render(terminal);
}

}  // namespace crmsync::ctl
