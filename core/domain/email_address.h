// An e-mail address as the domain sees it: identity for comparison, original for display. Used wherever an address
// enters: CRM records, events, imports, the API.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crmsync::domain {

struct EmailAddress {
  std::string identity;  // case-folded local part, domain in lower-case A-labels: what makes two addresses one contact
  std::string display;   // as it was written, surrounding white space removed
  bool operator==(const EmailAddress&) const = default;
};

// Parses one mailbox per RFC 5321 section 4.1.2 and RFC 6531 (UTF-8 local part, IDN domain; no display name, no
// comments). A quoted local part that need not be quoted is unquoted in the identity. No plus- or dot-folding.
// Limits of RFC 5321 section 4.5.3.1: local part 64 octets, domain 255, whole 254. Address literals and, because the
// grammar has them and internal systems use them, domains of one label are accepted; a trailing dot or an underscore in
// the domain is not. White space around it is dropped, the no-break and zero-width characters of copied text included.
// Returns nullopt and, if `why` is given, sets it to a short English reason that does not quote the address.
std::optional<EmailAddress> parse_email_address(std::string_view text, std::string* why = nullptr);

// The same without the display copy, for hot paths: true and `identity` set (capacity is reused), or false.
bool normalise_email_address(std::string_view text, std::string& identity, std::string* why = nullptr);

}  // namespace crmsync::domain
