// When to say in the log that opt-outs do not reach a CRM: once when the oldest push is older than the limit, and again
// each time its age has doubled, so that an outage of days is a handful of lines. Used by the push loop.
#pragma once

#include <algorithm>

#include "core/domain/millis.h"

namespace crmsync::engine {

class PushAlarm {
 public:
  enum class Say { nothing, late, over };

  // `oldest`: the age of the oldest push that the CRM has not confirmed, 0: there is none.
  Say look(domain::Millis oldest, domain::Millis warn_after) {
    if (oldest < warn_after || oldest <= 0) {
      const bool was_late = said_at_ > 0;
      said_at_ = 0;
      return was_late ? Say::over : Say::nothing;
    }
    if (said_at_ > 0 && oldest / 2 < said_at_) return Say::nothing;
    said_at_ = oldest;
    return Say::late;
  }

  // After how long to look again, whatever else happens; `oldest` as above, not late yet.
  static domain::Millis next_look(domain::Millis oldest, domain::Millis warn_after) {
    return oldest < warn_after ? std::max(warn_after - oldest, domain::kSecond) : domain::kMinute;
  }

 private:
  domain::Millis said_at_ = 0;  // age; 0: not in this outage
};

}  // namespace crmsync::engine
