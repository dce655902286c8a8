// HubSpot's pages of contacts as records. Pure; used by the reader and the probe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/hubspot/options.h"
#include "core/domain/crm_record.h"
#include "core/result.h"

namespace crmsync::connectors::hubspot {

// One bit a condition, in their order.
using ConditionSet = std::uint32_t;

// A page of the list, of a search or of a batch.
struct ContactPage {
  // A record that is opted out if a property says so that the answer does not have.
  struct Absent {
    std::size_t record = 0;
    ConditionSet conditions = 0;
  };
  std::vector<domain::RemoteRecord> records;
  std::vector<std::string> bad_rows;
  std::vector<Absent> absent;
  ConditionSet shown_empty = 0;  // properties that some record has, without a value
  std::size_t rows = 0;          // good and bad
  std::string first_id;
  std::string last_id;
  bool ascending = true;             // every id is behind the one before, or the same
  std::optional<std::string> after;  // paging.next.after
  std::optional<std::int64_t> total;
};

// The properties to ask for.
std::vector<std::string> properties_of(const Options& options);

// `protocol`: this is no page of contacts. A row that cannot be read is reported and costs only itself.
Result<ContactPage> decode_contacts(std::string_view body, const Options& options);

// What an absent property means. HubSpot says both: that it has no value (then it is one of the properties that are
// `defined`), and that a property without a value comes as null (then, where another record has it like that, its
// absence means something else). Only where nothing contradicts it the record is not opted out; else it is unknown.
void settle_absent(ContactPage& page, ConditionSet defined);

// The conditions that some record's absence leaves open.
ConditionSet open_conditions(const ContactPage& page);

}  // namespace crmsync::connectors::hubspot
