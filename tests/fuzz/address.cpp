// Addresses, as they come from CRMs, files and requests.
#include <cstdlib>
#include <string>

#include "core/domain/email_address.h"
#include "tests/fuzz/target.h"

using crmsync::domain::parse_email_address;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string why;
  const auto address = parse_email_address(text, &why);
  if (!address) {
    if (why.empty()) std::abort();  // a refusal says why
    return 0;
  }
  // An identity is its own identity: otherwise one person could be two contacts.
  const auto again = parse_email_address(address->identity);
  if (!again || again->identity != address->identity) std::abort();
  const auto shown = parse_email_address(address->display);
  if (!shown || shown->identity != address->identity) std::abort();
  return 0;
}
