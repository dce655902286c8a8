// Slows down who guesses tokens: so many different wrong ones from one address, then none of that address is looked at
// for a while. Used by Access. Pure: time is passed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crmsync::api {

class LoginThrottle {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::size_t kGuesses = 10;        // different wrong tokens ...
  static constexpr std::chrono::minutes kWindow{1};  // ... within this time, which is also how long the pause is
  static constexpr std::size_t kAddresses = 4096;    // that are remembered; whoever was quiet longest is forgotten

  // How long the address has to wait before a token of it is looked at again; nullopt: not at all. Of an IPv6 address
  // its first 64 bits count, which one customer has to themselves.
  std::optional<std::chrono::seconds> pause(std::string_view address, Time now);
  // A wrong token came. The same one again is no new guess: a script with an old token locks nobody out.
  void failed(std::string_view address, std::string_view token_hash, Time now);

  std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::string who;
    Time since;                        // of the first guess of the window
    std::vector<std::string> guesses;  // hashes
  };
  using Entries = std::list<Entry>;  // most recently active first

  Entry* find(const std::string& who, Time now);

  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_who_;
};

}  // namespace crmsync::api
