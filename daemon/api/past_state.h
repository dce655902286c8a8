// A contact as it was at a past moment, rebuilt from the audit log, and how sure that is. Used by the routes.
#pragma once

#include "core/store/reader.h"
#include "core/store/replay.h"
#include "daemon/api/json.h"

namespace crmsync::api {

struct PastState {
  // log: it has an entry by then. no_entry: it has none, so the contact, known by then or not, had nothing against it.
  // not_known: the contact came later.
  enum class Basis { log, no_entry, not_known };
  domain::Millis at = 0;
  Basis basis = Basis::log;
  store::Replay state;
  std::optional<domain::Millis> first_entry_at;  // the contact's first of all
};

PastState past_state(store::Reader& reader, const store::ContactRow& contact, domain::Millis at);

// {"id","account","email","at","status","mailable","reason","suppressions","holds","basis","note"}; status null: not
// known then.
Json to_json(const store::ContactRow& contact, const PastState& past);

}  // namespace crmsync::api
