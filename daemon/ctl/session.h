// What every command works with: the daemon's API, where to write, and how failures are told. Used by the commands.
#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <variant>

#include "daemon/ctl/http_client.h"
#include "daemon/ctl/terminal.h"

namespace crmsync::ctl {

using Json = nlohmann::ordered_json;

// Exit codes, the same as those of `crmsyncd --once`.
enum Exit : int { kFine = 0, kFailed = 1, kUsage = 2, kHeld = 3, kRefused = 4 };

// Why a command did not do what was asked: a problem document of the API, or one made here.
struct Failure {
  int exit = kFailed;
  Json problem;  // "detail", "remedy", ...
};

using Answer = std::variant<Json, Failure>;

class Session {
 public:
  Session(Endpoint endpoint, bool json, Terminal terminal, std::ostream& out, std::ostream& err)
      : endpoint_(std::move(endpoint)), json_(json), terminal_(terminal), out_(out), err_(err) {}

  Answer get(const std::string& target) const;
  Answer post(const std::string& target, const Json& body = Json::object()) const;
  Answer post_text(const std::string& target, const std::string& body) const;
  Answer post_file(const std::string& target, const std::string& path) const;
  // A streamed answer, handed over as it comes.
  std::optional<Failure> stream(const std::string& target, const Sink& sink) const;

  bool json() const noexcept { return json_; }
  const Terminal& terminal() const noexcept { return terminal_; }
  std::ostream& out() const noexcept { return out_; }
  std::ostream& err() const noexcept { return err_; }

  // For people on stderr: the detail and the remedy. With --json the problem document on stdout.
  int report(const Failure& failure) const;
  // The answer as it came; for --json.
  void print(const Json& json) const;

 private:
  Answer call(const HttpCall& call) const;

  Endpoint endpoint_;
  bool json_;
  Terminal terminal_;
  std::ostream& out_;
  std::ostream& err_;
};

Failure usage_failure(std::string detail, std::string remedy);

// A field as text for people: "" for null, numbers without quotes.
std::string text_of(const Json& json, const char* name);
// "?a=b&c=d" of the pairs whose value is not empty.
std::string query_of(const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace crmsync::ctl
