// The few Unicode operations that addresses and searches need, behind which the libraries stay. Used by
// email_address.cpp and search_text.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crmsync::domain {

// Case folding with NFC normalisation of valid UTF-8; nullopt for anything else.
std::optional<std::string> fold_case(std::string_view utf8);

// The domain in A-labels, lower case (UTS 46, non-transitional); nullopt when it is not a valid IDN.
std::optional<std::string> to_a_labels(std::string_view utf8_domain);

// What somebody typed and what it is looked for in, made alike: lower case, without accents, "Ã" as "ss", "Ã¸" as
// "o". Total: what is not UTF-8 becomes U+FFFD, and the result has no NUL.
std::string fold_for_search(std::string_view text);

// Changes when fold_for_search() may answer differently: what was folded before has to be folded again.
int search_folding_version();

}  // namespace crmsync::domain
