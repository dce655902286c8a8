// Sends a file of events, one JSON object a line, in batches, whatever its size. Used by `events import` and tests.
#pragma once

#include <functional>
#include <iosfwd>

#include "daemon/ctl/session.h"

namespace crmsync::ctl {

struct ImportReport {
  std::size_t accepted = 0;
  std::size_t duplicates = 0;
  std::size_t refused = 0;
  std::size_t lines = 0;           // read, without empty ones
  std::size_t settled_up_to = 0;   // the last line of the last batch that was answered
  std::optional<Failure> stopped;  // the daemon could not be asked any more
};

// `post` gets a JSON array of at most 1,000 events as text and answers like POST /events. `refused` is called for every
// line that was not taken, with its number (from 1), what is wrong and what to do.
using PostEvents = std::function<Answer(const std::string& events)>;
using Refused = std::function<void(std::size_t line, const std::string& detail, const std::string& remedy)>;
ImportReport import_lines(std::istream& in, const PostEvents& post, const Refused& refused);

}  // namespace crmsync::ctl
