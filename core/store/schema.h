// The store's schema as numbered migrations. Used when a store is opened for writing.
#pragma once

#include <stdexcept>
#include <string>

#include "core/store/database.h"

namespace crmsync::store {

// The newest schema that this binary knows.
int known_schema_version();

// Thrown when the store cannot be used; what() is for people.
struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Brings the schema up to date, each migration in one transaction, and turns WAL on. A newer schema than the binary
// knows, a damaged one and a database of another program are refused and left as they are. `to` is lower in tests of
// older stores only.
void migrate(Database& db, const std::string& path, int to = known_schema_version());

}  // namespace crmsync::store
