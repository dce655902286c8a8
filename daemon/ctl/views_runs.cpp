#include <array>

#include "daemon/ctl/views.h"

namespace crmsync::ctl {

namespace {

Cell state_cell(const Json& json) {
  const std::string state = text_of(json, "state");
  return {state, colour_of_state(state)};
}

std::string duration_text(std::int64_t ms) {
  if (ms < 1000) return std::to_string(ms) + " ms";
  if (ms < 60'000) return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + " s";
  return std::to_string(ms / 60'000) + " min " + std::to_string(ms / 1000 % 60) + " s";
}

std::string line(const std::string& name, const std::string& value) {
  if (value.empty()) return "";
  return name + std::string(name.size() < 14 ? 14 - name.size() : 1, ' ') + harmless(value) + "\n";
}

Cell count_cell(const Json& run, const char* name) {
  return with_commas(run.at("counts").value(name, std::int64_t{0}));
}

}  // namespace

std::string short_time(const Json& json, const char* name) {
  std::string time = text_of(json, name);
  if (time.size() < 19) return time;
  time.resize(19);
  time[10] = ' ';
  return time;
}

std::string counts_in_words(const Json& counts) {
  constexpr std::array<std::pair<const char*, const char*>, 10> kWords{{{"new", "new"},
                                                                        {"unsubscribed", "unsubscribed"},
                                                                        {"resubscribed", "resubscribed"},
                                                                        {"kept_unsubscribed", "kept unsubscribed"},
                                                                        {"deleted", "deleted"},
                                                                        {"held", "held"},
                                                                        {"invalid", "invalid"},
                                                                        {"unknown", "unknown"},
                                                                        {"duplicates", "duplicates"},
                                                                        {"unchanged", "unchanged"}}};
  std::string text;
  for (const auto& [name, word] : kWords) {
    const auto count = counts.value(name, std::int64_t{0});
    if (count != 0) text += (text.empty() ? "" : ", ") + with_commas(count) + " " + word;
  }
  return text.empty() ? "nothing" : text;
}

std::string runs_view(const Json& runs, const Terminal& terminal) {
  Table table({{"RUN", true},
               {"CONNECTION"},
               {"STARTED"},
               {"MODE"},
               {"TRIGGER"},
               {"STATE"},
               {"TOOK", true},
               {"NEW", true},
               {"UNSUB", true},
               {"RESUB", true},
               {"KEPT", true},
               {"HELD", true},
               {"NOTE", false, true}});
  for (const auto& run : runs) {
    const std::string error = text_of(run, "error");
    table.add({text_of(run, "id"), text_of(run, "connection"), short_time(run, "started_at"), text_of(run, "mode"),
               text_of(run, "trigger"), state_cell(run), duration_text(run.value("duration_ms", std::int64_t{0})),
               count_cell(run, "new"), count_cell(run, "unsubscribed"), count_cell(run, "resubscribed"),
               count_cell(run, "kept_unsubscribed"), count_cell(run, "held"),
               error.empty() ? text_of(run, "note") : error});
  }
  return table.render(terminal);
}

std::string run_view(const Json& run, const Terminal& terminal) {
  const std::string id = text_of(run, "id");
  const std::string state = text_of(run, "state");
  std::string text = "run " + id + "  " + harmless(text_of(run, "connection")) + "  " +
                     coloured(state, colour_of_state(state), terminal) + "\n";
  text += line("mode", text_of(run, "mode") + ", by " + text_of(run, "trigger"));
  text += line("started",
               short_time(run, "started_at") + ", took " + duration_text(run.value("duration_ms", std::int64_t{0})));
  text += line("phase", text_of(run, "phase"));
  text += line("read", with_commas(run.at("counts").value("fetched", std::int64_t{0})) + " rows in " +
                           text_of(run, "api_calls") + " calls");
  text += line("result", counts_in_words(run.at("counts")));
  text += line("note", text_of(run, "note"));
  text += line("error", text_of(run, "error"));
  if (state == "held")
    text +=
        "what to do    crmsyncctl run changes " + id + ", then crmsyncctl approve " + id + " or reject " + id + "\n";
  return text;
}

std::string changes_view(const Json& changes, const Terminal& terminal) {
  Table table({{"RECORD"},
               {"CONTACT", true},
               {"EMAIL", false, true},
               {"CHANGE"},
               {"STATE"},
               {"CRM SAYS", false, true},
               {"NOTE", false, true}});
  for (const auto& change : changes)
    table.add({text_of(change, "external_id"), text_of(change, "contact"), text_of(change, "email"),
               text_of(change, "kind"), state_cell(change), text_of(change, "evidence"), text_of(change, "note")});
  return table.render(terminal);
}

std::string plan_view(const Json& plan, const Terminal& terminal) {
  const auto& run = plan.at("run");
  const bool held = text_of(run, "state") == "held";
  std::string text = "A sync of " + harmless(text_of(run, "connection")) + " would read " +
                     with_commas(run.at("counts").value("fetched", std::int64_t{0})) +
                     " rows: " + counts_in_words(run.at("counts")) + ".\n";
  if (held)
    text += coloured("It would be held", Colour::yellow, terminal) + ": " + harmless(text_of(run, "note")) + "\n";
  const auto& changes = plan.at("changes");
  if (!changes.empty()) text += "\n" + changes_view(changes, terminal);
  const auto total = plan.value("total_changes", std::int64_t{0});
  const auto shown = static_cast<std::int64_t>(changes.size());
  if (total > shown) text += "... and " + with_commas(total - shown) + " more.\n";
  return text + "Nothing was changed.\n";
}

}  // namespace crmsync::ctl
