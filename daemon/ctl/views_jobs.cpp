#include <array>

#include "daemon/ctl/views.h"

namespace crmsync::ctl {

namespace {

// What stands against a contact, and where it has to be done.
constexpr std::array<std::pair<const char*, const char*>, 9> kSplit{{
    {"in_crm", "have to be re-activated in the CRM"},
    {"only_contact", "only the person can, on their preference page"},
    {"only_support", "only support can, with a ticket"},
    {"forbidden", "not allowed: the account forbids its operators to resubscribe"},
    {"unconfirmed", "not confirmed: --confirm-permission is missing"},
    {"no_ticket", "without a ticket"},
    {"on_hold", "on hold by a held run or a flipping record"},
    {"changed_since", "were changed since, so they stay as they are"},
    {"gone", "were erased"},
}};

constexpr std::array<std::array<const char*, 3>, 9> kDone{{
    {"resubscribed", "resubscribed", "would be resubscribed"},
    {"unsubscribed", "unsubscribed", "would be unsubscribed"},
    {"created", "new, subscribed", ""},
    {"listed", "listed, and subscribed as before", ""},
    {"suppressed", "listed, and stay unsubscribed for a reason of their own", ""},
    {"invalid", "rows that could not be taken: `crmsyncctl job errors` names them", ""},
    {"already", "were as asked already", "are as asked already"},
    {"restored", "put back, with the same status", "would be put back, with the same status"},
    {"kept", "stay unsubscribed: the CRM owns the no now", "would stay unsubscribed: the CRM would own the no"},
}};

std::string row(std::int64_t n, const char* words) {
  if (n == 0) return "";
  const std::string number = with_commas(n);
  return std::string(number.size() < 11 ? 11 - number.size() : 1, ' ') + number + "  " + words + "\n";
}

}  // namespace

std::string job_view(const Json& job, const Terminal&) {
  const bool dry = job.value("dry_run", false);
  std::string text = "job " + text_of(job, "id") + ": " + text_of(job, "kind") + (dry ? ", dry run" : "") + ", " +
                     text_of(job, "state") + ", " + with_commas(job.value("done", std::int64_t{0})) + " of " +
                     with_commas(job.value("total", std::int64_t{0})) + " contacts of " + text_of(job, "account") +
                     "\n";
  for (const auto& [name, words, would] : kDone)
    text += row(job.at("counts").value(name, std::int64_t{0}), dry ? would : words);
  for (const auto& [name, words] : kSplit) text += row(job.at("split").value(name, std::int64_t{0}), words);
  if (const std::string note = text_of(job, "note"); !note.empty()) text += "  " + harmless(note) + "\n";
  if (text_of(job, "state") == "held")
    text += "  its contacts are on hold: `crmsyncctl job approve " + text_of(job, "id") +
            "` unsubscribes them, `job reject` lets them go\n";
  if (const std::string next = text_of(job, "follow_up"); !next.empty())
    text += "  who was not listed: job " + next + "\n";
  return text;
}

std::string errors_view(const Json& errors, const Terminal& terminal) {
  Table table({{"LINE", true}, {"WHAT IS WRONG", false, true}});
  for (const auto& error : errors) table.add({text_of(error, "line"), text_of(error, "message")});
  return table.render(terminal);
}

std::string preview_view(const Json& preview, const Terminal& terminal) {
  const auto& mapping = preview.at("mapping");
  std::string names;
  for (const auto& name : mapping.at("name")) names += (names.empty() ? "" : " + ") + name.get<std::string>();
  std::string text =
      "address: " + harmless(text_of(mapping, "email")) + ", name: " + (names.empty() ? "none" : harmless(names));
  const std::string out = text_of(mapping, "opted_out");
  text += out.empty() ? ", no column says who opted out: whoever is listed is subscribed\n"
                      : ", opted out: " + harmless(out) + "\n";
  Table table({{"LINE", true}, {"EMAIL"}, {"NAME"}, {"OPTED OUT"}, {"WHAT IS WRONG", false, true}});
  for (const auto& row : preview.at("rows"))
    table.add({text_of(row, "line"), text_of(row, "email"), text_of(row, "name"),
               row.value("opted_out", false) ? "yes" : "", text_of(row, "error")});
  return text + table.render(terminal);
}

std::string jobs_view(const Json& jobs, const Terminal& terminal) {
  Table table({{"JOB"}, {"KIND"}, {"STATE"}, {"DONE", true}, {"TOTAL", true}, {"BY"}, {"MADE"}});
  for (const auto& job : jobs)
    table.add({text_of(job, "id"), text_of(job, "kind") + (job.value("dry_run", false) ? " (dry run)" : ""),
               text_of(job, "state"), with_commas(job.value("done", std::int64_t{0})),
               with_commas(job.value("total", std::int64_t{0})), text_of(job, "by"), short_time(job, "created_at")});
  return table.render(terminal);
}

}  // namespace crmsync::ctl
