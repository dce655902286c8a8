// What a connector is: the one header an author reads. A connector reads contacts from one kind of CRM page by page and
// tells it about opt-outs. It never sees the store and decides nothing: it reports what the CRM says.
// It is single-threaded (everything runs on the executor it is given), cancellable at every await, and owns no state
// that has to survive it: what must survive is in the cursor.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/crm_record.h"
#include "core/domain/decide.h"
#include "core/result.h"

namespace crmsync::connectors {

namespace asio = boost::asio;

namespace http {
class RateLimiters;
}

enum class Mode { incremental, full };

// To whom an opt-out belongs in this CRM: decides whether one push is needed per address or per record.
enum class OptOutOwner { record, address };

struct Capabilities {
  bool incremental = false;      // can read only what changed since a cursor; otherwise every run reads everything
  bool lists_deletions = false;  // reports deleted records itself (RemoteRecord::deleted)
  bool push_opt_out = false;
  bool push_opt_in = false;
  bool confirms_push = false;  // PushResult::acknowledged is the CRM's own confirmation; otherwise reading the record
                               // back opted out is (the push stays "sent" until then)
  OptOutOwner opt_out_owner = OptOutOwner::record;
  std::size_t push_batch = 100;  // pushes per call of push()
};

struct FetchRequest {
  Mode mode = Mode::full;
  nlohmann::json cursor;      // null at the start of a run without one; otherwise what the last page returned
  std::size_t page_size = 0;  // 0: the connector's choice
  std::string accepted;       // Page::doubt_token that a person approved: that one doubt is settled
};

// Pages of one run follow each other; page.next_cursor goes into the next request, until `end`.
struct Page {
  std::vector<domain::RemoteRecord> records;
  std::vector<std::string> bad_rows;  // rows that could not be read at all: place and cause, no addresses
  nlohmann::json next_cursor;         // where the next page, or after `end` the next run, starts
  bool end = false;                   // the last page of this run
  bool complete = true;               // on the last page: the connector can prove that nothing is missing
  std::string doubt;                  // when not complete: why, one sentence for a person
  std::string doubt_token;            // identifies this very doubt (e.g. file name, size and time)
};

struct Push {
  std::string idempotency_key;  // the same for every repetition of this push
  domain::PushKind kind = domain::PushKind::opt_out;
  std::string external_id;  // empty when the opt-out belongs to the address
  std::string email;        // as the CRM knows it
  std::string reason;       // to_string(Reason)
  domain::Millis at = 0;    // when the person said it
};

// One per push, same order. A failed one has an error, whose kind decides what happens next.
struct PushResult {
  enum class State { acknowledged, accepted, failed };
  State state = State::failed;
  std::optional<Error> error;  // with `failed`
};

// What `connection test` shows: one line per check.
struct ProbeVerdict {
  std::string check;  // e.g. "reachable", "readable", "opt-out column", "outgoing folder"
  bool ok = false;
  std::string detail;  // what was found, or what to do; no secrets
};

struct Probe {
  std::vector<ProbeVerdict> verdicts;
  std::vector<domain::RemoteRecord> samples;  // up to three records as understood
};

class Connector {
 public:
  virtual ~Connector() = default;
  virtual Capabilities capabilities() const = 0;
  // Checks credentials, permissions and fields without changing anything.
  virtual asio::awaitable<Probe> probe() = 0;
  // Reads one page. A bad record never fails a page; an error leaves the cursor where it was.
  virtual asio::awaitable<Result<Page>> fetch(const FetchRequest& request) = 0;
  // Tells the CRM. Safe to repeat with the same idempotency keys.
  virtual asio::awaitable<std::vector<PushResult>> push(std::span<const Push> batch) = 0;
  // A link to the record for people, if the CRM has one.
  virtual std::optional<std::string> record_url(std::string_view /*external_id*/) const { return std::nullopt; }
};

// What a connector is made with. `work` is a pool for blocking or long work (files, big pages): post to it and come
// back, so that the network thread answers meanwhile.
struct Environment {
  asio::any_io_executor executor;
  asio::any_io_executor work;
  std::function<domain::Millis()> now;     // wall clock
  http::RateLimiters* limiters = nullptr;  // for HTTP: shared by all connections; nullptr: each has its own
};

// One option of a connector's section of the configuration.
struct Option {
  enum class Type { text, boolean, number, text_list, object, secret };
  std::string_view name;
  Type type = Type::text;
  bool required = false;
  std::string_view help;
};

// `rate_limit` of the connection: at most so many requests in each such time.
struct RequestRate {
  double requests = 0;
  std::chrono::milliseconds per{0};
};

// The connection's section: its id and the connector's own options (common keys are not in it). Secrets have been read:
// a `secret` option holds the secret's text.
struct ConnectionOptions {
  std::string id;
  std::string account;
  nlohmann::json options;
  std::optional<RequestRate> rate_limit = std::nullopt;  // not set: the connector's own
};

// A problem of a connector's own options, to be shown at the place of `key` ("columns.email").
struct OptionProblem {
  std::string key;
  std::string message;
};

// A kind of connector: one value in the registry's table.
struct Kind {
  std::string_view name;
  std::span<const Option> options;
  std::vector<OptionProblem> (*check)(const nlohmann::json& options);
  std::unique_ptr<Connector> (*make)(const ConnectionOptions& connection, const Environment& environment);
};

std::span<const Kind> kinds();
const Kind* find_kind(std::string_view name);

}  // namespace crmsync::connectors
