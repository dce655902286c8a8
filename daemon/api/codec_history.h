// Pushes and audit entries as the API shows them. Pure. Used by routes and tests.
#pragma once

#include "core/store/reader.h"
#include "daemon/api/json.h"

namespace crmsync::api {

Json to_json(const store::PushRow& push, domain::Millis now);
Json to_json(const store::AuditRow& entry);
Json to_json(const store::AuditVerdict& verdict);
Json to_json(const store::Reader::OutboxSummary& summary);

}  // namespace crmsync::api
