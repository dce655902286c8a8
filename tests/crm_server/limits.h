// HubSpot's rate limits: a rolling ten seconds, a day, and search by the second. Time is passed in.
#pragma once

#include <deque>
#include <optional>

#include "tests/crm_server/crm.h"
#include "tests/crm_server/exchange.h"

namespace crmsync::crm_server {

class Limits {
 public:
  bool enforced = false;
  std::int64_t ten_secondly = 190;
  std::int64_t daily = 625'000;
  std::int64_t searches_a_second = 5;

  // The refusal; nullopt: it may pass, and is counted.
  std::optional<Reply> refuse(bool search, Millis now);
  // What every answer but that of a search says of them.
  void tell(Reply& reply, Millis now) const;
  std::int64_t refused() const noexcept { return refused_; }
  std::int64_t today() const noexcept { return today_; }

 private:
  std::deque<Millis> calls_;
  std::deque<Millis> searches_;
  std::int64_t today_ = 0;
  Millis day_ = 0;
  std::int64_t refused_ = 0;
};

}  // namespace crmsync::crm_server
