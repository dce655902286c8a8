#include "daemon/api/login_throttle.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace crmsync::api {

namespace {

std::string network_of(std::string_view text) {
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(std::string(text), error);
  if (error) return "?";  // whoever hides behind a text that is no address shares one allowance
  if (address.is_v4()) return address.to_string();
  auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return boost::asio::ip::address_v6(bytes).to_string();
}

}  // namespace

LoginThrottle::Entry* LoginThrottle::find(const std::string& who, Time now) {
  const auto known = by_who_.find(who);
  if (known == by_who_.end()) return nullptr;
  if (now - known->second->since < kWindow) return &*known->second;
  entries_.erase(known->second);
  by_who_.erase(known);
  return nullptr;
}

std::optional<std::chrono::seconds> LoginThrottle::pause(std::string_view address, Time now) {
  const Entry* entry = find(network_of(address), now);
  if (entry == nullptr || entry->guesses.size() < kGuesses) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(kWindow - (now - entry->since));
}

void LoginThrottle::failed(std::string_view address, std::string_view token_hash, Time now) {
  const std::string who = network_of(address);
  Entry* entry = find(who, now);
  if (entry == nullptr) {
    entries_.push_front({who, now, {}});
    by_who_[who] = entries_.begin();
    entry = &entries_.front();
    if (entries_.size() > kAddresses) {
      by_who_.erase(entries_.back().who);
      entries_.pop_back();
    }
  }
  auto& guesses = entry->guesses;
  if (std::find(guesses.begin(), guesses.end(), token_hash) != guesses.end()) return;
  guesses.emplace_back(token_hash);
  if (guesses.size() == kGuesses) entry->since = now;  // the pause is a whole window
  entries_.splice(entries_.begin(), entries_, by_who_[who]);
}

}  // namespace crmsync::api
