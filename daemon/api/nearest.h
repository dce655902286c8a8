// The known word that somebody may have meant. Used where unknown names are refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crmsync::api {

// Empty when none of them is near.
std::string nearest_of(std::string_view word, const std::vector<std::string>& known);

// " Did you mean \"limit\"?", or the list of what is known when none is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace crmsync::api
