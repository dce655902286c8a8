// CRMs for the contract suite that export and import CSV files.
#pragma once

#include "tests/connectors/contract/crm_under_test.h"

namespace crmsync::connectors::csv {

// One file that each export replaces.
std::unique_ptr<contract::CrmUnderTest> one_file();
// A folder whose files are the parts of an export, in UTF-16, separated by tabs, with HubSpot's columns.
std::unique_ptr<contract::CrmUnderTest> parts_in_utf_16();
// A folder to which each export adds a file; columns that only the configuration explains.
std::unique_ptr<contract::CrmUnderTest> newest_with_own_columns();
// A glob, nothing to push to; Salesforce's columns, which say what was deleted.
std::unique_ptr<contract::CrmUnderTest> read_only();

}  // namespace crmsync::connectors::csv
