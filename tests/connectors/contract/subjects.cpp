// Which connectors, in which set-ups, have to pass the contract suite.
#include <array>

#include "tests/connectors/contract/crm_under_test.h"
#include "tests/connectors/csv/csv_crm.h"
#include "tests/connectors/hubspot/hubspot_crm.h"

namespace crmsync::connectors::contract {

std::span<const Subject> subjects() {
  static constexpr std::array kSubjects{
      Subject{"csv, one file", csv::one_file},
      Subject{"csv, all files of a folder, in UTF-16", csv::parts_in_utf_16},
      Subject{"csv, the newest file of a folder, columns by configuration", csv::newest_with_own_columns},
      Subject{"csv, a glob, reading only", csv::read_only},
      Subject{"hubspot", hubspot::in_batches},
      Subject{"hubspot, one call an address, values that are none left out", hubspot::one_by_one},
  };
  return kSubjects;
}

}  // namespace crmsync::connectors::contract
