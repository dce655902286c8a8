// The commands of crmsyncctl, each a function of what was typed. Used by command_line.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/ctl/session.h"

namespace crmsync::ctl {

// Every value that a command line can hold; a command reads its own.
struct Options {
  std::string socket = "/run/crmsyncd/control.sock";
  std::string url;
  std::string token_file;
  std::string ca_file;
  bool json = false;

  std::vector<std::string> names;  // connections, ids or addresses
  std::string account;
  std::string connection;
  std::string text;  // --q
  std::string status;
  std::string reason;
  std::string since, until;
  std::string state;
  std::string sort;
  std::string after;
  std::string note;
  std::string statement;  // --confirm-permission
  std::string ticket;
  bool dry_run = false;
  bool filter = false;  // the selection is what q, status, reason and connection say
  bool all = false;     // the selection is the whole account
  bool archive_missing = false;
  std::string name, role = "viewer";  // of a token
  std::vector<std::string> accounts;  // that it may see
  bool retire = false;                // older keys of links
  std::string column_email, column_name, column_opted_out;
  int preview = 0;  // rows of a file that is not imported
  int count = -1;   // how many the confirmation is about; -1: as many as there are
  int limit = 0;    // 0: the API's choice
  bool full = false;
  bool wait = false;
  std::string type, email, at, id, source;  // of an event
  std::string file;
  std::string shell;
};

using Command = int (*)(Session&, const Options&);

int show_status(Session& session, const Options& options);
int sync(Session& session, const Options& options);
int plan(Session& session, const Options& options);

int list_runs(Session& session, const Options& options);
int show_run(Session& session, const Options& options);
int show_changes(Session& session, const Options& options);
int approve(Session& session, const Options& options);
int reject(Session& session, const Options& options);

int list_connections(Session& session, const Options& options);
int test_connection(Session& session, const Options& options);

int list_contacts(Session& session, const Options& options);
int show_contacts(Session& session, const Options& options);
int explain_contacts(Session& session, const Options& options);
int resubscribe_contacts(Session& session, const Options& options);
// Follows a job that was made, as far as --wait asks for it.
int follow_job(const Session& session, const Answer& made, const Options& options);
// Whether the selection is worked off by a job.
bool is_bulk(const Options& options);
// Why it is not clear which contacts are meant.
std::optional<Failure> refuse_selection(const Options& options);
// kind: "resubscribe" or "unsubscribe".
int run_job(Session& session, const Options& options, const char* kind);
int list_jobs(Session& session, const Options& options);
int show_job(Session& session, const Options& options);
int approve_job(Session& session, const Options& options);
int reject_job(Session& session, const Options& options);
int job_errors(Session& session, const Options& options);
int import_contacts(Session& session, const Options& options);
int show_links(Session& session, const Options& options);
int rotate_links(Session& session, const Options& options);
int check_mailable(Session& session, const Options& options);
int export_contacts(Session& session, const Options& options);
int cancel_job(Session& session, const Options& options);
int job_outcomes(Session& session, const Options& options);
int undo(Session& session, const Options& options);
int support_lift(Session& session, const Options& options);
int forget_contacts(Session& session, const Options& options);
int unsubscribe_contacts(Session& session, const Options& options);

int add_event(Session& session, const Options& options);
int import_events(Session& session, const Options& options);

int list_outbox(Session& session, const Options& options);
int retry_push(Session& session, const Options& options);
int verify_audit(Session& session, const Options& options);
int export_audit(Session& session, const Options& options);
int create_token(Session& session, const Options& options);
int check_config(Session& session, const Options& options);

}  // namespace crmsync::ctl
