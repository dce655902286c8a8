#include <ostream>

#include "daemon/ctl/commands.h"
#include "daemon/ctl/lists.h"
#include "daemon/ctl/views.h"

namespace crmsync::ctl {

namespace {

bool is_id(const std::string& name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
}

// An address says which contact only together with its account.
std::optional<Failure> missing_account(const Options& options) {
  if (!options.account.empty()) return std::nullopt;
  for (const auto& name : options.names)
    if (!is_id(name))
      return usage_failure("An e-mail address needs its account.", "Add --account A; `crmsyncctl status` lists them.");
  return std::nullopt;
}

std::string contact_path(const std::string& name, const char* what, const Options& options) {
  return "/api/v1/contacts/" + encode_component(name) + what +
         query_of({{"account", options.account}, {"at", options.at}});
}

// Does the same for every contact that was named: prints each answer, and with --json an object for one and an array
// for several. The exit code is that of the first that went wrong.
template <class Ask, class View>
int for_each_contact(const Session& session, const Options& options, Ask ask, View view,
                     int (*exit_for)(const Json&) = nullptr) {
  if (const auto failure = missing_account(options)) return session.report(*failure);
  int exit = kFine;
  Json all = Json::array();
  for (const auto& name : options.names) {
    const Answer answer = ask(name);
    const auto* failure = std::get_if<Failure>(&answer);
    if (failure != nullptr && exit == kFine) exit = failure->exit;
    if (failure == nullptr && exit == kFine && exit_for != nullptr) exit = exit_for(std::get<Json>(answer));
    if (session.json()) {
      all.push_back(failure != nullptr ? failure->problem : std::get<Json>(answer));
    } else if (failure != nullptr) {
      session.report(*failure);
    } else {
      if (&name != &options.names.front()) session.out() << "\n";
      session.out() << view(std::get<Json>(answer), session.terminal());
    }
  }
  if (session.json()) session.print(options.names.size() == 1 ? all.front() : all);
  return exit;
}

constexpr int kUsualPage = 50;

std::string contacts_query(const Options& options, int limit, const std::string& after) {
  return query_of({{"account", options.account},
                   {"q", options.text},
                   {"status", options.status},
                   {"reason", options.reason},
                   {"connection", options.connection},
                   {"since", options.since},
                   {"until", options.until},
                   {"sort", options.sort},
                   {"limit", std::to_string(limit)},
                   {"after", after}});
}

std::string unsubscribed_view(const Json& contact, const Terminal&) {
  return "contact " + text_of(contact, "id") + " is unsubscribed (" + text_of(contact, "reason") + ")\n";
}

Json lift_body(const Options& options) {
  Json body = Json::object();
  if (!options.note.empty()) body["note"] = options.note;
  if (!options.statement.empty()) body["confirmation"] = {{"permission", true}, {"statement", options.statement}};
  if (options.dry_run) body["dry_run"] = true;
  return body;
}

std::string lifted_view(const Json& contact, const Terminal&) {
  const std::string who = "contact " + text_of(contact, "id");
  const std::string would = contact.value("dry_run", false) ? " would be" : " is";
  const std::string outcome = text_of(contact, "outcome");
  if (outcome == "resubscribed") return who + would + " subscribed again\n";
  if (outcome == "already_subscribed") return who + " is subscribed already\n";
  if (contact.value("dry_run", false)) return who + " would stay unsubscribed: the CRM would still say no\n";
  return who + " stays unsubscribed (" + text_of(contact, "reason") + "); `contacts explain` says what to do\n";
}

// What was asked for did not come about, though nothing stood against it: the CRM owns the no from here on.
int exit_for_lift(const Json& contact) {
  return text_of(contact, "outcome") == "stays_unsubscribed" ? kRefused : kFine;
}

}  // namespace

int list_contacts(Session& session, const Options& options) {
  // A page may be shorter than asked for and not the last: a text or a connection is looked for in so many contacts at
  // a time.
  const int wanted = options.limit == 0 ? kUsualPage : options.limit;
  Json list{{"items", Json::array()}, {"next", options.after}};
  do {
    const auto missing = wanted - static_cast<int>(list["items"].size());
    auto answer = session.get("/api/v1/contacts" + contacts_query(options, missing, text_of(list, "next")));
    if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
    auto& page = std::get<Json>(answer);
    for (auto& item : page.at("items")) list["items"].push_back(std::move(item));
    list["next"] = text_of(page, "next");
  } while (static_cast<int>(list["items"].size()) < wanted && !text_of(list, "next").empty());
  if (text_of(list, "next").empty()) list["next"] = nullptr;
  return print_items(session, list, contacts_view);
}

int show_contacts(Session& session, const Options& options) {
  const auto ask = [&](const std::string& name) { return session.get(contact_path(name, "", options)); };
  return for_each_contact(session, options, ask, options.at.empty() ? contact_view : past_contact_view);
}

int explain_contacts(Session& session, const Options& options) {
  const auto ask = [&](const std::string& name) { return session.get(contact_path(name, "/explain", options)); };
  return for_each_contact(session, options, ask, explanation_view);
}

// By address also when nobody knows it yet: a no is kept whoever comes first.
int unsubscribe_contacts(Session& session, const Options& options) {
  if (const auto failure = refuse_selection(options)) return session.report(*failure);
  if (options.filter || options.all || options.dry_run) return run_job(session, options, "unsubscribe");
  const auto ask = [&](const std::string& name) {
    Json body = Json::object();
    if (!options.note.empty()) body["note"] = options.note;
    if (is_id(name)) return session.post(contact_path(name, "/unsubscribe", options), body);
    body["account"] = options.account;
    body["email"] = name;
    return session.post("/api/v1/contacts/unsubscribe", body);
  };
  return for_each_contact(session, options, ask, unsubscribed_view);
}

int resubscribe_contacts(Session& session, const Options& options) {
  if (const auto failure = refuse_selection(options)) return session.report(*failure);
  if (is_bulk(options)) return run_job(session, options, "resubscribe");
  const auto ask = [&](const std::string& name) {
    return session.post(contact_path(name, "/resubscribe", options), lift_body(options));
  };
  return for_each_contact(session, options, ask, lifted_view, exit_for_lift);
}

int forget_contacts(Session& session, const Options& options) {
  const auto ask = [&](const std::string& name) {
    Json body = Json::object();
    if (!options.note.empty()) body["note"] = options.note;
    return session.post(contact_path(name, "/forget", options), body);
  };
  const auto view = [](const Json& done, const Terminal&) {
    std::string text =
        "contact " + text_of(done, "id") + " is erased; its address stays unsubscribed if it comes back\n";
    for (const auto& record : done.at("still_in"))
      text += "  still in " + text_of(record, "connection") + " as " + text_of(record, "external_id") +
              ": erase it there, too\n";
    return text;
  };
  return for_each_contact(session, options, ask, view);
}

int show_links(Session& session, const Options& options) {
  const auto ask = [&](const std::string& name) { return session.get(contact_path(name, "/link", options)); };
  const auto view = [](const Json& link, const Terminal&) {
    std::string text = text_of(link, "url") + "\n";
    for (const auto& [name, value] : link.at("headers").items()) text += name + ": " + value.get<std::string>() + "\n";
    return text;
  };
  return for_each_contact(session, options, ask, view);
}

int rotate_links(Session& session, const Options& options) {
  const auto answer = session.post("/api/v1/links/rotate", {{"retire", options.retire}});
  if (const auto* failure = std::get_if<Failure>(&answer)) return session.report(*failure);
  if (session.json())
    session.print(std::get<Json>(answer));
  else
    session.out() << (options.retire ? "A new key signs; links that were made before are dead.\n"
                                     : "A new key signs; links that were made before still work.\n");
  return kFine;
}

int support_lift(Session& session, const Options& options) {
  const auto ask = [&](const std::string& name) {
    Json body = lift_body(options);
    body["account"] = options.account, body["email"] = name;
    body["reason"] = options.reason, body["ticket"] = options.ticket;
    return session.post("/api/v1/support/lift", body);
  };
  return for_each_contact(session, options, ask, lifted_view);
}

}  // namespace crmsync::ctl
