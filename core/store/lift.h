// Lifting what somebody asked to lift, by the rules for who may. Inside core/store only.
#pragma once

#include "core/store/store.h"
#include "core/store/unit_of_work.h"

namespace crmsync::store {

// Everything or nothing of what the order names.
LiftOutcome lift(UnitOfWork& unit, const LiftOrder& order);

}  // namespace crmsync::store
