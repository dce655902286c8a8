#include "core/result.h"

#include <stdexcept>

namespace crmsync {

const char* to_string(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::unauthorized: return "unauthorized";
    case ErrorKind::rate_limited: return "rate_limited";
    case ErrorKind::transient: return "transient";
    case ErrorKind::rejected: return "rejected";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::stale: return "stale";
    case ErrorKind::protocol: return "protocol";
    case ErrorKind::config: return "config";
    case ErrorKind::cancelled: return "cancelled";
  }
  return "unknown";
}

// Reached only where a failed Result is read as a value: a bug of the caller.
void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error(std::string("value() of a failed Result: ") + to_string(error.kind) + ": " + error.message);
}

}  // namespace crmsync
