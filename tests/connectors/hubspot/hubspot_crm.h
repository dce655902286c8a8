// HubSpot as a CRM under test of the contract suite: a FakeHubSpot behind the connector's own client.
#pragma once

#include <memory>

#include "tests/connectors/contract/crm_under_test.h"

namespace crmsync::connectors::hubspot {

std::unique_ptr<contract::CrmUnderTest> in_batches();
// A token without the scopes of batches, in an account that leaves out properties without a value.
std::unique_ptr<contract::CrmUnderTest> one_by_one();

}  // namespace crmsync::connectors::hubspot
