// The configuration as plain values: what loader.h makes of a YAML or JSON file. Used by the daemon and its tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/secret.h"
#include "core/domain/brake.h"
#include "core/domain/decide.h"
#include "core/domain/operator_rules.h"
#include "core/domain/strikes.h"

namespace crmsync::config {

using std::chrono::milliseconds;

// Where a secret comes from: a systemd credential (a file in $CREDENTIALS_DIRECTORY) or a file.
struct SecretSource {
  enum class From { credential, file };
  // Where it stands in the configuration; the same source elsewhere in the file is the same.
  struct Place {
    int line = 1;
    int column = 1;  // in characters
    bool operator==(const Place&) const { return true; }
  };
  From from = From::file;
  std::string name;  // credential name or path
  Place place{};
  bool operator==(const SecretSource&) const = default;
};

struct Schedule {
  milliseconds every = std::chrono::minutes(5);
  milliseconds full_every = std::chrono::hours(24);
  bool operator==(const Schedule&) const = default;
};

struct RateLimit {
  int requests = 0;
  milliseconds per{0};
  bool operator==(const RateLimit&) const = default;
};

struct Connection {
  std::string id;
  std::string account;    // the account's id
  std::string connector;  // name of a connectors::Kind
  Schedule schedule;
  domain::SyncRules rules;  // id, on_delete, push
  domain::Limits limits;
  std::optional<RateLimit> rate_limit;
  milliseconds push_deadline = std::chrono::hours(48);
  milliseconds push_warn_after = std::chrono::hours(12);
  nlohmann::json options;                       // the connector's own keys, without secrets
  std::map<std::string, SecretSource> secrets;  // option name -> where its secret comes from
  bool operator==(const Connection&) const = default;
};

struct Account {
  std::string id;
  std::string name;
  std::string brand;  // empty: a brand of its own
  bool resubscribe_allowed = false;
  std::vector<Connection> connections;
  bool integrated() const { return !connections.empty(); }
  bool operator==(const Account&) const = default;
};

struct Token {
  std::string name;
  domain::Role role = domain::Role::viewer;
  std::vector<std::string> accounts;  // empty: all
  std::string sha256;                 // hex, of the token's text
  bool operator==(const Token&) const = default;
};

// What the API shows who connects by TCP.
struct Tls {
  std::string certificate;  // path of a PEM file: the server's certificate first, then those of its issuers
  SecretSource::Place place{};
  SecretSource key;  // PEM
  bool operator==(const Tls&) const = default;
};

struct Api {
  std::string socket = "/run/crmsyncd/control.sock";
  std::optional<std::string> listen;  // "127.0.0.1:8710" or "[::1]:8710": an address in digits, without `tls` loopback
  std::optional<Tls> tls;
  std::string public_url;  // where people reach their links, without a slash at the end; empty: no links
  std::vector<Token> tokens;
  bool operator==(const Api&) const = default;
};

enum class LogFormat { text, json };

struct Log {
  std::string level = "info";  // trace debug info warn error
  LogFormat format = LogFormat::text;
  bool operator==(const Log&) const = default;
};

struct Config {
  std::string store_path = "/var/lib/crmsyncd/crmsyncd.db";
  Api api;
  Log log;
  std::vector<Account> accounts;
  domain::StrikeRules strikes;
  bool operator==(const Config&) const = default;
};

}  // namespace crmsync::config
