// On what basis somebody asks to mail people again: the confirmation of permission, what they say about it, and whether
// they only want to know what would happen. Used by the routes that lift suppressions.
#pragma once

#include "daemon/api/fields.h"

namespace crmsync::api {

struct Basis {
  bool confirmed = false;
  std::optional<std::int64_t> count;  // how many contacts the confirmation is about
  bool dry_run = false;
  Json detail = Json::object();  // statement, note, ticket: goes into the audit log
};

// {"confirmation"?: {"permission", "statement", "count"?}, "note"?, "dry_run"?}. What is wrong with it becomes the
// input's problem.
Basis read_basis(BodyFields& input);

}  // namespace crmsync::api
