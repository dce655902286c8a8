// What a sender asks: who may be mailed now, and what has changed since. Plain rows; used by the API.
#pragma once

#include "core/store/types.h"

namespace crmsync::store {

// Of one address of an account.
struct MailState {
  bool known = false;  // a contact has it; or nobody does, and it has a past (an erasure, a complaint in the brand)
  domain::Status status = domain::Status::subscribed;
  std::optional<domain::Reason> reason;
};

// A contact as it is now, because something about it has changed, or because it is new.
struct ChangedContact {
  Id contact = 0;
  std::string address;  // empty: erased
  domain::Status status = domain::Status::subscribed;
  std::optional<domain::Reason> reason;
  Millis at = 0;  // of its last change
};

// How far somebody has followed: the last entry of the audit log and the newest contact that they know.
struct FeedPlace {
  Id seq = 0;
  Id contact = 0;
  bool operator==(const FeedPlace&) const = default;
};

// Signs the links of contacts.
struct LinkKey {
  Id id = 0;
  std::string key;  // bytes
};

struct FeedPage {
  std::vector<ChangedContact> contacts;  // each once
  FeedPlace next;
  bool more = false;  // there is more to read now
};

}  // namespace crmsync::store
