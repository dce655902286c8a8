// A second, deliberately naive reading of the domain rules: it keeps everything that was ever seen and works out from
// the beginning, each time it is asked, who must not be mailed and why. It shares no code with core/domain.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace naive {

// A row of a page, as the CRM sent it.
struct Row {
  int record = 0;
  std::string email;
  std::optional<bool> opted_out;
  long modified = 0;
  bool deleted = false;
  std::vector<int> merged;
};

// One thing that the system saw or did. `kind` is page, sent, undelivered, event, stop, archive or lift.
struct Entry {
  std::string kind;
  long at = 0;            // milliseconds
  std::vector<Row> rows;  // page
  int record = 0;         // sent, undelivered: of an opt-out push
  std::string address;    // all but page
  std::string what;       // event: its type; lift: the reason
  std::string who;        // lift: person, operator or support
};

struct Rules {
  bool keep_deleted = false;
  std::string push;  // none, opt_out, both
};

// Reasons by address; an address that is not in it may be mailed. rules[i] is for records 2i and 2i+1.
std::map<std::string, std::set<std::string>> who_said_no(const std::vector<Entry>& history,
                                                         const std::vector<Rules>& rules, long now);

}  // namespace naive
