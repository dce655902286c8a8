// The store in one SQLite file: the writer, which owns the only connection that writes, and read-only readers. Opened
// by the daemon's wiring and by tests.
#pragma once

#include <memory>
#include <string>

#include "core/store/schema.h"
#include "core/store/store.h"

namespace crmsync::store {

// Opens or creates the store at `path` (mode 0600) and brings its schema up to date. Throws StoreError when another
// process holds it (naming that process), when its schema is newer than this program, or when it cannot be opened.
std::unique_ptr<Store> open_store(const std::string& path);

// A reader of a store that open_store has opened before. Never writes, never checkpoints.
std::unique_ptr<Reader> open_reader(const std::string& path);

}  // namespace crmsync::store
