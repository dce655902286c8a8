// HubSpot's smaller answers as values: communication preferences, property definitions, account. Pure; used by pusher,
// reader and probe.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "core/domain/millis.h"
#include "core/result.h"

namespace crmsync::connectors::hubspot {

// An address as a key: HubSpot compares addresses without case.
std::string address_key(std::string_view email);

// JSON of at most 64 levels, and nothing behind it; nullopt: it is none.
std::optional<nlohmann::json> parse_small(std::string_view body);

enum class Status { subscribed, unsubscribed, not_specified };

// Statuses by address_key. What the answer does not say of an address is not in it.
using Statuses = std::map<std::string, Status, std::less<>>;

// Who is out of everything. `single` is the address of a read of one; there an empty list means that it is not.
Result<Statuses> decode_unsubscribed(std::string_view body, std::optional<std::string_view> single = std::nullopt);

// What one subscription type says.
Result<Statuses> decode_statuses(std::string_view body, std::string_view subscription,
                                 std::optional<std::string_view> single = std::nullopt);

// The addresses, of those that were sent, that a batch answer's errors name.
std::set<std::string, std::less<>> named_in_errors(std::string_view body, std::span<const std::string> sent);

struct Definition {
  std::string type;
  bool sensitive = false;  // its values may be hidden from us
};
Result<Definition> decode_definition(std::string_view body);

// The scopes of a token.
Result<std::set<std::string, std::less<>>> decode_scopes(std::string_view body);

struct Account {
  std::string portal;
  std::optional<domain::Millis> utc_offset;
};
Result<Account> decode_account(std::string_view body);

// The name of a subscription type; nullopt: the account has none of this id.
Result<std::optional<std::string>> find_subscription(std::string_view body, std::string_view id);

}  // namespace crmsync::connectors::hubspot
