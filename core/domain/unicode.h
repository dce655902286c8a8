// The two Unicode operations that addresses need, behind which the libraries stay. Used by email_address.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crmsync::domain {

// Case folding with NFC normalisation of valid UTF-8; nullopt for anything else.
std::optional<std::string> fold_case(std::string_view utf8);

// The domain in A-labels, lower case (UTS 46, non-transitional); nullopt when it is not a valid IDN.
std::optional<std::string> to_a_labels(std::string_view utf8_domain);

}  // namespace crmsync::domain
