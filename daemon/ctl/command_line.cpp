#include "daemon/ctl/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>

#include "core/domain/reason.h"
#include "core/domain/strikes.h"
#include "daemon/ctl/commands.h"

namespace crmsync::ctl {

namespace {

std::vector<std::string> reason_names() {
  std::vector<std::string> names;
  for (const auto& traits : domain::all_reasons()) names.emplace_back(traits.name);
  return names;
}

std::vector<std::string> event_types() {
  std::vector<std::string> names;
  for (int type = 0; type <= static_cast<int>(domain::EventType::failed_validation); ++type)
    names.emplace_back(domain::to_string(static_cast<domain::EventType>(type)));
  return names;
}

// The parser together with what it fills in.
class CommandLine {
 public:
  CommandLine();
  CLI::App& app() { return app_; }
  const Options& options() const { return options_; }
  Command chosen() const { return chosen_; }

 private:
  CLI::App* add(CLI::App& parent, const char* name, const char* help, Command command);
  CLI::App* group(const char* name, const char* help);
  void page_options(CLI::App* app);
  void lift_options(CLI::App* app);
  void filter_options(CLI::App* app);
  void selection_options(CLI::App* app);
  void add_job_commands();
  void add_sync_commands();
  void add_run_commands();
  void add_contact_commands();
  void add_event_commands();
  void add_upkeep_commands();

  CLI::App app_{"Looks into crmsyncd and tells it what to do.", "crmsyncctl"};
  Options options_;
  Command chosen_ = nullptr;
};

CommandLine::CommandLine() {
  app_.set_version_flag("--version", "crmsyncctl " CRMSYNC_VERSION);
  app_.require_subcommand(1);
  app_.fallthrough();  // `crmsyncctl status --json` as well as `crmsyncctl --json status`
  auto* socket = app_.add_option("--socket", options_.socket, "the daemon's control socket");
  socket->envname("CRMSYNCD_SOCKET")->type_name("PATH")->capture_default_str();
  auto* url = app_.add_option("--url", options_.url, "the daemon's API over TCP, such as https://crm.example.com:8443");
  url->type_name("URL");
  app_.add_option("--token-file", options_.token_file, "the file with the token for --url")
      ->type_name("FILE")
      ->needs(url);
  app_.add_option("--ca-file", options_.ca_file, "whom to trust with https (PEM); default: whom the system trusts")
      ->type_name("FILE")
      ->needs(url);
  app_.add_flag("--json", options_.json, "print what the API answers, for scripts");
  add_sync_commands();
  add_run_commands();
  add_contact_commands();
  add_job_commands();
  add_event_commands();
  add_upkeep_commands();
}

CLI::App* CommandLine::add(CLI::App& parent, const char* name, const char* help, Command command) {
  auto* app = parent.add_subcommand(name, help);
  app->callback([this, command] { chosen_ = command; });
  return app;
}

CLI::App* CommandLine::group(const char* name, const char* help) {
  auto* app = app_.add_subcommand(name, help);
  app->require_subcommand(1);
  return app;
}

void CommandLine::page_options(CLI::App* app) {
  app->add_option("--limit", options_.limit, "how many at most")->check(CLI::Range(1, 1000));
  app->add_option("--after", options_.after, "where the page before ended")->type_name("CURSOR");
}

void CommandLine::add_sync_commands() {
  add(app_, "status", "connections, last runs, held runs, outbox, conflicts", show_status);
  auto* one = add(app_, "sync", "sync connections now (without a name: all)", sync);
  one->add_option("CONNECTION", options_.names, "which ones");
  one->add_flag("--full", options_.full, "read everything, not only what has changed");
  one->add_flag("--wait", options_.wait, "wait for the result; exit 1 if one failed, 3 if one is held");
  one = add(app_, "plan", "what a sync would change; nothing is applied", plan);
  one->add_option("CONNECTION", options_.names, "which one")->required()->expected(1);
  one->add_flag("--full", options_.full, "read everything, not only what has changed");
}

void CommandLine::add_run_commands() {
  auto* one = add(app_, "runs", "the last runs, newest first", list_runs);
  one->add_option("--connection", options_.connection, "of one connection only");
  page_options(one);
  auto* run = group("run", "one run");
  one = add(*run, "show", "what a run did", show_run);
  one->add_option("ID", options_.names, "the run")->required()->expected(1);
  one = add(*run, "changes", "the changes of a run, contact by contact", show_changes);
  one->add_option("ID", options_.names, "the run")->required()->expected(1);
  page_options(one);
  one = add(app_, "approve", "apply what a held run holds back", ctl::approve);
  one->add_option("ID", options_.names, "the run")->required()->expected(1);
  one = add(app_, "reject", "drop what a held run holds back", ctl::reject);
  one->add_option("ID", options_.names, "the run")->required()->expected(1);
  auto* connection = group("connection", "the connections to CRMs");
  add(*connection, "list", "what each connection is doing", list_connections);
  one = add(*connection, "test", "check credentials, permissions and fields", test_connection);
  one->add_option("ID", options_.names, "the connection")->required()->expected(1);
}

void CommandLine::add_contact_commands() {
  auto* contacts = group("contacts", "contacts and why they are mailed or not");
  auto* one = add(*contacts, "list", "contacts of an account", list_contacts);
  one->add_option("--account", options_.account, "the account")->required();
  filter_options(one);
  one->add_option("--sort", options_.sort, "by what")
      ->check(CLI::IsMember({"email", "name", "changed", "status", "added"}));
  page_options(one);
  const auto select = [&](CLI::App* app) {
    app->add_option("CONTACT", options_.names, "e-mail addresses or ids")->required();
    app->add_option("--account", options_.account, "the account; addresses need it");
  };
  one = add(*contacts, "show", "state, suppressions and CRM records", show_contacts);
  select(one);
  one->add_option("--at", options_.at, "as it was then, by the audit log; a day or a time")->type_name("TIME");
  select(add(*contacts, "explain", "why this state, who can lift it and how, and the timeline", explain_contacts));
  one = add(*contacts, "unsubscribe", "unsubscribe contacts, known or not", unsubscribe_contacts);
  selection_options(one);
  one->add_option("--note", options_.note, "why; it goes into the audit log");
  one->add_flag("--dry-run", options_.dry_run, "tell what would happen, and do nothing");
  one = add(*contacts, "resubscribe", "mail contacts again, where an operator may decide that", resubscribe_contacts);
  selection_options(one);
  lift_options(one);
  select(add(*contacts, "link", "the person's preference page, and the headers for one-click unsubscribe", show_links));
  one = add(*contacts, "forget", "erase a person's data; the address stays unsubscribed if it comes back",
            forget_contacts);
  select(one);
  one->add_option("--note", options_.note, "why, without anything personal; it goes into the audit log");
  one = add(*contacts, "import", "contacts of a CSV file, into an account without a CRM", import_contacts);
  one->add_option("FILE", options_.file, "the file")->required();
  one->add_option("--account", options_.account, "the account")->required();
  one->add_flag("--archive-missing", options_.archive_missing, "unsubscribe everybody who is not in the file");
  one->add_option("--column-email", options_.column_email, "the column of the address, if its name is unusual");
  one->add_option("--column-name", options_.column_name, "the column of the name");
  one->add_option("--column-opted-out", options_.column_opted_out, "the column that says who opted out");
  one->add_option("--preview", options_.preview, "only show the first rows as they would be taken")
      ->check(CLI::Range(1, 100));
  one->add_flag("--wait", options_.wait, "wait for the job and print what became of the rows; exit 3 if it is held");
  one = add(*contacts, "export", "contacts as CSV", export_contacts);
  one->add_option("--account", options_.account, "the account")->required();
  filter_options(one);
  one = add(app_, "mailable", "who may be mailed now: ADDRESS, yes or no, and why not, by tabs", check_mailable);
  one->add_option("ADDRESS", options_.names, "addresses; - reads them from standard input, one a line")->required();
  one->add_option("--account", options_.account, "the account")->required();
  auto* links = group("links", "the signed links of contacts");
  one = add(*links, "rotate", "sign with a new key from now on", rotate_links);
  one->add_flag("--retire", options_.retire, "believe no older key any more: every link that was made is dead");
  auto* support = group("support", "what only support may do");
  one = add(*support, "lift", "lift one reason that operators may not, with a ticket", support_lift);
  one->add_option("CONTACT,--email", options_.names, "the address")->required()->expected(1);
  one->add_option("--account", options_.account, "the account")->required();
  one->add_option("--reason", options_.reason, "which one")->required()->check(CLI::IsMember(reason_names()));
  one->add_option("--ticket", options_.ticket, "the ticket that says why")->required();
  lift_options(one);
}

void CommandLine::filter_options(CLI::App* app) {
  app->add_option("--q", options_.text,
                  "a part of the address or the name; one or two letters: the beginning of a word");
  app->add_option("--status", options_.status, "with this status")
      ->check(CLI::IsMember({"subscribed", "unsubscribed", "on_hold"}));
  app->add_option("--reason", options_.reason, "with a suppression of this reason")
      ->check(CLI::IsMember(reason_names()));
  app->add_option("--connection", options_.connection, "with a record in this connection");
  app->add_option("--since", options_.since, "changed last then or later; a day or a time")->type_name("TIME");
  app->add_option("--until", options_.until, "changed last then or before")->type_name("TIME");
}

// One contact, or many: more than one name, a filter or the whole account is a job.
void CommandLine::selection_options(CLI::App* app) {
  app->add_option("CONTACT", options_.names, "e-mail addresses or ids");
  app->add_option("--account", options_.account, "the account; addresses need it");
  app->add_flag("--filter", options_.filter,
                "everybody with what --q, --status, --reason, --connection, --since, --until say");
  app->add_flag("--all", options_.all, "everybody in the account");
  filter_options(app);
  app->add_option("--count", options_.count, "how many are meant; refused when it is another number")
      ->check(CLI::NonNegativeNumber);
  app->add_flag("--wait", options_.wait, "many: wait for the job and print what became of them");
}

void CommandLine::add_job_commands() {
  auto* one = add(app_, "jobs", "what was done to many contacts at once, newest first", list_jobs);
  one->add_option("--account", options_.account, "of which account")->required();
  page_options(one);
  auto* job = group("job", "one job");
  const auto id = [&](CLI::App* app) {
    app->add_option("ID", options_.names, "the job, such as j12")->required()->expected(1);
  };
  one = add(*job, "show", "how far it is, and what became of the contacts", show_job);
  id(one);
  one->add_flag("--wait", options_.wait, "wait until it is over");
  id(add(*job, "approve", "do what a held job holds back", ctl::approve_job));
  id(add(*job, "reject", "drop what a held job holds back", ctl::reject_job));
  one = add(*job, "errors", "rows of an imported file that could not be taken", job_errors);
  id(one);
  page_options(one);
  id(add(*job, "cancel", "stop it; what is done stays done", ctl::cancel_job));
  one = add(*job, "outcomes", "what became of each contact, as CSV (a page of JSON with --json)", job_outcomes);
  id(one);
  page_options(one);
  one = add(app_, "undo", "take back what a run or a job has done, where nobody has changed it since", ctl::undo);
  one->add_option("ID", options_.names, "the run (12) or the job (j12)")->required()->expected(1);
  one->add_flag("--wait", options_.wait, "wait for the job that does it");
  lift_options(one);
}

void CommandLine::lift_options(CLI::App* app) {
  app->add_option("--confirm-permission", options_.statement, "how and when the person gave permission")
      ->type_name("STATEMENT");
  app->add_option("--note", options_.note, "why; it goes into the audit log");
  app->add_flag("--dry-run", options_.dry_run, "tell what would happen, and do nothing");
}

void CommandLine::add_event_commands() {
  auto* events = group("events", "what happened to mail: bounces, complaints, unsubscribes");
  auto* one = add(*events, "add", "tell the daemon about one event", add_event);
  one->add_option("--account", options_.account, "the account")->required();
  one->add_option("--type", options_.type, "what happened")->required()->check(CLI::IsMember(event_types()));
  one->add_option("--email", options_.email, "the address")->required();
  one->add_option("--at", options_.at, "when (RFC 3339); now if it is left out")->type_name("TIME");
  one->add_option("--id", options_.id, "the sender's id of the event, by which a repetition is recognised");
  one->add_option("--source", options_.source, "who says so");
  one = add(*events, "import", "events of a file, one JSON object a line; - is standard input", import_events);
  one->add_option("FILE", options_.file, "the file")->required();
  one->add_option("--account", options_.account, "the account of events that name none");
}

void CommandLine::add_upkeep_commands() {
  auto* outbox = group("outbox", "what has to be told to the CRMs");
  auto* one = add(*outbox, "list", "pushes, oldest first", list_outbox);
  one->add_option("--state", options_.state, "in this state")
      ->check(CLI::IsMember({"pending", "sent", "acknowledged", "dead", "superseded"}));
  one->add_option("--connection", options_.connection, "of one connection only");
  page_options(one);
  one = add(*outbox, "retry", "try a push again", ctl::retry_push);
  one->add_option("ID", options_.names, "the push")->required()->expected(1);
  auto* audit = group("audit", "the audit log");
  add(*audit, "verify", "check that nothing was changed in it", ctl::verify_audit);
  one = add(*audit, "export", "all of it, one JSON object a line", ctl::export_audit);
  one->add_option("--account", options_.account, "of one account only");
  one->add_option("--contact", options_.id, "about one contact only, by its id");
  one->add_option("--since", options_.since, "not before this time or day")->type_name("TIME");
  one->add_option("--until", options_.until, "not after it")->type_name("TIME");
  auto* token = group("token", "who may use the API over TCP");
  one = add(*token, "create", "make a token: it is shown once, its hash goes into the configuration", create_token);
  one->add_option("--name", options_.name, "who it is for; the audit log shows it")->required();
  one->add_option("--role", options_.role, "what it may do")
      ->check(CLI::IsMember({"viewer", "operator", "support", "admin"}))
      ->capture_default_str();
  one->add_option("--account", options_.accounts, "an account that it may see, may be given again; default: all");
  auto* config = group("config", "the configuration");
  one = add(*config, "check", "every problem of a configuration file; needs no daemon", check_config);
  one->add_option("FILE", options_.file, "the file")->required();
  one = add(app_, "completion", "a completion script for a shell", nullptr);
  one->add_option("SHELL", options_.shell, "which shell")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

// --- the description for completion ---

// The parser shows the values that are allowed as "TEXT:{a,b}".
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{');
  const auto close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos) return {};
  return CLI::detail::split(type.substr(open + 1, close - open - 1), ',');
}

OptionWord describe(const CLI::Option& option) {
  OptionWord word;
  word.name = "--" + option.get_lnames().front();
  word.help = option.get_description();
  word.takes_value = option.get_items_expected_max() > 0;
  word.choices = choices_of(option);
  word.is_file = word.name == "--token-file" || word.name == "--ca-file" || word.name == "--socket";
  return word;
}

void describe(const CLI::App& app, const std::string& path, const std::vector<OptionWord>& inherited,
              std::vector<CommandNode>& nodes) {
  CommandNode node;
  node.path = path;
  node.help = app.get_description();
  for (const auto* option : app.get_options()) {
    if (!option->get_lnames().empty()) {
      node.options.push_back(describe(*option));
    } else {
      node.takes_file = option->get_name() == "FILE";
      node.choices = choices_of(*option);
    }
  }
  std::vector<OptionWord> global = path.empty() ? node.options : inherited;
  for (const auto& option : inherited)
    if (option.name != "--help" && option.name != "--version") node.options.push_back(option);
  for (const auto* child : app.get_subcommands({})) node.commands.push_back(child->get_name());
  nodes.push_back(std::move(node));
  for (const auto* child : app.get_subcommands({})) describe(*child, path + "/" + child->get_name(), global, nodes);
}

// --- running ---

Result<Endpoint> endpoint_of(const Options& options) {
  if (options.url.empty()) {
    Endpoint endpoint;
    endpoint.socket = options.socket;
    return endpoint;
  }
  auto endpoint = parse_url(options.url);
  if (endpoint && !endpoint->tls && !options.ca_file.empty())
    return Error(ErrorKind::config, "--ca-file is of no use: --url is without TLS");
  if (endpoint) endpoint->ca_file = options.ca_file;
  if (!endpoint || options.token_file.empty()) return endpoint;
  std::ifstream file(options.token_file);
  if (!std::getline(file, endpoint->token) || endpoint->token.empty())
    return Error(ErrorKind::config, "the token cannot be read from " + options.token_file);
  while (!endpoint->token.empty() && endpoint->token.back() <= ' ') endpoint->token.pop_back();
  return endpoint;
}

}  // namespace

std::vector<CommandNode> describe_commands() {
  CommandLine line;
  std::vector<CommandNode> nodes;
  describe(line.app(), "", {}, nodes);
  return nodes;
}

int run_command_line(std::vector<std::string> args, const Terminal& terminal, std::ostream& out, std::ostream& err) {
  CommandLine line;
  std::reverse(args.begin(), args.end());  // as the parser wants them
  try {
    line.app().parse(std::move(args));
  } catch (const CLI::ParseError& error) {
    return line.app().exit(error, out, err) == 0 ? kFine : kUsage;
  }
  const Options& options = line.options();
  if (line.chosen() == nullptr) {
    out << *completion_script(options.shell, describe_commands());
    return kFine;
  }
  auto endpoint = endpoint_of(options);
  if (!endpoint) {
    err << "crmsyncctl: " << endpoint.error().message << "\n";
    return kUsage;
  }
  Session session(std::move(*endpoint), options.json, terminal, out, err);
  const int exit = line.chosen()(session, options);
  out.flush();
  return exit;
}

}  // namespace crmsync::ctl
