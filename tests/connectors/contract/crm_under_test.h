// A CRM that the contract suite can change, break and look into: what the tests of a connector provide, one class per
// connector and one line in subjects.cpp. The suite knows nothing else of it.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"

namespace crmsync::connectors::contract {

// A record as the CRM has it.
struct Entry {
  std::string id;
  std::string email;
  std::string name;
  std::optional<bool> opted_out = false;  // nullopt: the CRM does not say
};

// What the CRM has been told by a push, however often.
struct Told {
  std::string id;  // empty where an opt-out belongs to the address
  std::string email;
  bool opted_out = true;
  bool operator==(const Told&) const = default;
};

// Ways in which a CRM fails its connector.
enum class Break {
  gone,            // it is not there, or does not answer: transient
  forbidden,       // it refuses the credentials: unauthorized
  busy,            // it says how long to stay away: rate_limited
  nonsense,        // what it answers is no list of contacts: protocol
  cut,             // what it answers ends in the middle: an error, or a last page that is not complete
  opt_out_hidden,  // nobody may see who opted out: every record is unknown
  slow,            // an answer does not come for long; only a cancellation ends that
  deaf,            // it cannot be told anything: every push of a batch fails
};

// What a message about a break has to say.
struct Broken {
  std::string place;  // a path, a host, a field
  std::string cure;
};

class CrmUnderTest {
 public:
  virtual ~CrmUnderTest() = default;

  virtual const Kind& kind() const = 0;
  // The connection's section, good for this CRM.
  virtual nlohmann::json options() const = 0;
  // What must appear in no message and in no cursor.
  virtual std::vector<std::string> secrets() const { return {}; }

  // The wall clock of the connector's environment. The CRM's own clock stands still between ticks: whatever is put
  // without one in between has the same stamp.
  virtual domain::Millis now() = 0;
  virtual void tick(domain::Millis time) = 0;

  // Creates these records, or replaces those of the same id. Any text is good for a name or an address; an id that is
  // no number needs takes_any_id(), an opt-out that is unknown says_unknown().
  virtual void put(std::span<const Entry> entries) = 0;
  virtual void remove(std::string_view id) = 0;
  virtual std::vector<Entry> entries() const = 0;
  // Whether an id can be any text; otherwise the CRM gives out numbers.
  virtual bool takes_any_id() const { return true; }
  // Whether it can be unknown of one record alone.
  virtual bool says_unknown() const { return true; }
  // Merges the first record into the second; false: this CRM merges nothing.
  virtual bool merge(std::string_view /*loser*/, std::string_view /*winner*/) { return false; }
  // Adds something between the records that is none, and returns the place that the report has to name; nullopt: what
  // this CRM sends cannot be bad one record at a time.
  virtual std::optional<std::string> put_unreadable() { return std::nullopt; }
  // As many records as need several pages of the connector's own size.
  virtual std::size_t more_than_a_page() const { return 250; }

  // nullopt: this CRM cannot fail like that (failure_test.cpp says which ways no CRM of its kind may leave out).
  // repair() ends every break.
  virtual std::optional<Broken> break_by(Break way) = 0;
  virtual void repair() = 0;

  // In any order, each once.
  virtual std::vector<Told> told() = 0;
  // Lets the CRM act on what it was told, where that does not happen by itself.
  virtual void take_in() {}

  // For a CRM that runs in this process: waits until it has closed what a connector that is gone had opened.
  virtual void hang_up() {}
};

// One line of the table: a connector in one set-up.
struct Subject {
  const char* name;
  std::unique_ptr<CrmUnderTest> (*make)();
};

std::span<const Subject> subjects();

}  // namespace crmsync::connectors::contract
