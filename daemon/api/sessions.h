// Who has signed in to the console: random session ids, kept as hashes, each standing for a token of the configuration.
// In memory: a restart signs everybody out. Used by Access. Time is passed in.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/domain/millis.h"

namespace crmsync::api {

class Sessions {
 public:
  static constexpr domain::Millis kLasts = 12 * domain::kHour;  // a working day
  static constexpr std::size_t kMost = 1000;                    // the oldest goes first

  struct Session {
    std::string token_sha256;  // lower case; a token that leaves the configuration takes its sessions along
    domain::Millis expires_at = 0;
  };

  // The id of a new session, for the cookie: 256 random bits in hexadecimal.
  std::string begin(std::string token_sha256, domain::Millis now);
  std::optional<Session> find(std::string_view id, domain::Millis now);
  void end(std::string_view id);

  std::size_t size() const noexcept { return sessions_.size(); }

 private:
  struct Kept {
    std::string key;
    Session session;
  };
  using All = std::list<Kept>;  // oldest first

  void erase(All::iterator one);

  All sessions_;
  std::unordered_map<std::string, All::iterator> by_key_;  // by the id's hash: looking it up takes no secret's time
};

}  // namespace crmsync::api
