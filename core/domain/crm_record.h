// A CRM record as a connector delivers it (RemoteRecord) and as the store remembers it (CrmRecord, the mirror).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/millis.h"

namespace crmsync::domain {

// What the CRM says now. A connector fills it; nothing else does.
struct RemoteRecord {
  std::string external_id;              // the CRM's id, opaque, unique within the connection, never empty
  std::string email;                    // as the CRM has it; may be empty or not an address
  std::string name;                     // for display and search; may be empty
  std::optional<bool> opted_out;        // nullopt: unknown (field missing, no permission), never "subscribed"
  std::optional<Millis> modified_at;    // by the CRM's clock
  bool deleted = false;                 // the CRM reports that the record is gone
  std::vector<std::string> merged_ids;  // ids of the records that the CRM merged into this one
  std::string evidence;                 // what made it opted out, e.g. `Email Opt Out = "1"`; for the audit log
  bool operator==(const RemoteRecord&) const = default;
};

// How far an opt-out that we pushed for a record has come.
enum class PushMark : std::uint8_t {
  none,
  sent,    // pushed, not yet seen in what the CRM says: the next opt-out of this record is our echo
  echoed,  // the record is opted out because of our push
};

// The mirror: what the CRM said last, the base of the three-way diff.
struct CrmRecord {
  std::string connection;
  std::string external_id;
  std::string address;            // identity of the linked contact's address; empty: no contact
  std::optional<bool> opted_out;  // nullopt: never known
  std::optional<Millis> modified_at;
  bool deleted = false;  // tombstone
  PushMark push_mark = PushMark::none;
  bool operator==(const CrmRecord&) const = default;
};

// "connection:external_id", the source of an `integration` suppression.
std::string record_source(std::string_view connection, std::string_view external_id);

}  // namespace crmsync::domain
