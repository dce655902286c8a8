// HubSpot's requests as values: every path, query and body that the connector sends is made here. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/http/message.h"
#include "connectors/hubspot/options.h"
#include "core/domain/decide.h"
#include "core/domain/millis.h"

namespace crmsync::connectors::hubspot {

inline constexpr std::size_t kListPage = 100;    // the most that the list gives in a page
inline constexpr std::size_t kSearchPage = 200;  // and the search
inline constexpr std::size_t kBatch = 100;       // inputs of one batch call

// The lane of the rate limiter that searches go through.
inline constexpr std::string_view kSearchLane = "search";

// One page of contacts in the order of their ids. Paging is by filter, never by offset: the pages of an offset shift
// when a contact changes in between, and end at 10,000.
struct Search {
  std::optional<domain::Millis> modified_since;  // inclusive
  std::vector<Condition> any_of;                 // at most kMostConditions; empty: does not matter
  std::string after_id;                          // beyond this one; empty: from the first
  std::size_t limit = kSearchPage;
};

class Requests {
 public:
  // `properties`: what is asked for of each contact.
  Requests(std::string api_version, std::vector<std::string> properties);

  http::Request list(std::string_view after, bool archived, std::size_t limit) const;
  http::Request search(const Search& search) const;
  http::Request property(std::string_view name) const;
  http::Request account() const;

  // What the token may do; needs no scope.
  http::Request token_info(std::string_view token) const;

  // Subscription types of the account.
  http::Request definitions() const;
  // Out of everything, and whether somebody is.
  http::Request unsubscribe_all(std::string_view email) const;
  http::Request unsubscribe_all(std::span<const std::string> emails) const;
  http::Request is_unsubscribed(std::string_view email) const;
  http::Request are_unsubscribed(std::span<const std::string> emails) const;
  // One subscription type, and what it says.
  http::Request set_status(std::string_view email, std::string_view subscription, domain::PushKind kind) const;
  http::Request set_statuses(std::span<const std::string> emails, std::string_view subscription,
                             domain::PushKind kind) const;
  http::Request statuses(std::string_view email) const;
  http::Request statuses(std::span<const std::string> emails) const;

 private:
  std::string contacts_;
  std::string properties_path_;
  std::string account_;
  std::string preferences_;
  std::vector<std::string> properties_;
  std::string list_query_;
};

}  // namespace crmsync::connectors::hubspot
