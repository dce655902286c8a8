// Expected failures are values: Result<T> is what every operation that can fail in normal life returns.
// Used by everything outside core/domain. Exceptions are for bugs and for the store failing.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <optional>
#include <string>

namespace crmsync {

// Names the reaction to a failure, which is decided in one place (core/sync/retry.h), not what caused it.
enum class ErrorKind {
  unauthorized,  // credentials are wrong or lack a permission: stop the connection and ask for attention
  rate_limited,  // wait exactly as told (Error::retry_after)
  transient,     // try again later, with backoff and jitter
  rejected,      // the CRM refuses this one record
  not_found,     // this one record does not exist (any more)
  stale,         // this one record has moved on since we read it
  protocol,      // the CRM or the file answered nonsense: fail the run, keep the cursor
  config,        // the configuration cannot work: say which key
  cancelled,     // somebody asked us to stop: unwind
};

const char* to_string(ErrorKind kind) noexcept;

struct Error {
  ErrorKind kind = ErrorKind::transient;
  std::string message;  // for people; names the place and the cure; never a secret, never an e-mail address
  std::optional<std::chrono::milliseconds> retry_after;

  Error() = default;
  Error(ErrorKind k, std::string m, std::optional<std::chrono::milliseconds> after = std::nullopt)
      : kind(k), message(std::move(m)), retry_after(after) {}
  bool operator==(const Error&) const = default;
};

// Boost 1.81's result is not [[nodiscard]]; dropping one of these is a warning.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace crmsync
