// Makes a frozen selection of contacts, in slices, so that a million of them keep nobody else waiting. Used by the
// routes for selections and for undo.
#pragma once

#include "core/store/jobs.h"
#include "daemon/api/json.h"
#include "daemon/api/router.h"

namespace crmsync::api {

// What is selected; exactly one of them.
struct Wanted {
  std::optional<store::ContactQuery> query;  // a filter, or everything in the account
  std::vector<std::string> names;            // ids and addresses
  store::Id number = 0;                      // what a run or a job has changed (Audit::run)
};

struct MadeSelection {
  store::Id id = 0;
  std::vector<std::string> unknown;  // names of no contact of the account
};

// `draft.account` is one that the caller sees.
asio::awaitable<MadeSelection> make_selection(engine::Control& control, const store::SelectionDraft& draft,
                                              const Wanted& wanted);

}  // namespace crmsync::api
