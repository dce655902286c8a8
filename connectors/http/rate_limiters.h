// The rate limiters of all CRM accounts: every connection to one account gets the same one, and gets it again when a
// reload makes the connection anew. Owned by the engine, used by HTTP connectors when they are made; network thread
// only.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/http/rate_limiter.h"

namespace crmsync::connectors::http {

class RateLimiters {
 public:
  // The limiter of the account that `key` names, for one connection: its last holder takes the limiter along, not this
  // object. Of all holders' rates the slowest counts, for as long as its holder lives. `prepare` sees a new limiter
  // first: to set its lanes.
  std::shared_ptr<RateLimiter> join(const std::string& key, Rate rate,
                                    const std::function<void(RateLimiter&)>& prepare = {});

  std::size_t size() const noexcept { return accounts_.size(); }

 private:
  struct Account;
  struct Member;

  std::map<std::string, std::weak_ptr<Account>> accounts_;
};

// Names an account by what leads to it, such as connector, address and token: a hash, from which no secret can be read.
std::string account_key(std::initializer_list<std::string_view> parts);

}  // namespace crmsync::connectors::http
