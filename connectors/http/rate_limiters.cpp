#include "connectors/http/rate_limiters.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <list>

namespace crmsync::connectors::http {

struct RateLimiters::Account {
  explicit Account(Rate rate) : limiter(rate) {}

  void take_slowest() {
    const auto slower = [](const Rate& a, const Rate& b) { return is_slower(a, b); };
    limiter.set_common(*std::min_element(rates.begin(), rates.end(), slower));
  }

  RateLimiter limiter;
  std::list<Rate> rates;  // one of each holder
};

// What a holder holds.
struct RateLimiters::Member {
  Member(std::shared_ptr<Account> joined, Rate rate)
      : account(std::move(joined)), place(account->rates.insert(account->rates.end(), rate)) {
    account->take_slowest();
  }
  ~Member() {
    account->rates.erase(place);
    if (!account->rates.empty()) account->take_slowest();
  }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  std::shared_ptr<Account> account;
  std::list<Rate>::iterator place;
};

std::shared_ptr<RateLimiter> RateLimiters::join(const std::string& key, Rate rate,
                                                const std::function<void(RateLimiter&)>& prepare) {
  std::erase_if(accounts_, [](const auto& entry) { return entry.second.expired(); });
  auto& known = accounts_[key];
  auto account = known.lock();
  if (!account) {
    account = std::make_shared<Account>(rate);
    if (prepare) prepare(account->limiter);
    known = account;
  }
  RateLimiter& limiter = account->limiter;
  return {std::make_shared<Member>(std::move(account), rate), &limiter};
}

std::string account_key(std::initializer_list<std::string_view> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto add = [&](std::string_view text) { EVP_DigestUpdate(digest.get(), text.data(), text.size()); };
  EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr);
  for (const auto& part : parts) {
    add(std::to_string(part.size()) + ":");  // so that no two lists run together to the same text
    add(part);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(digest.get(), hash.data(), &size);
  return {hash.begin(), hash.begin() + size};
}

}  // namespace crmsync::connectors::http
