// The hubspot connector's section of the configuration, as values. Used by everything in this folder.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "connectors/connector.h"

namespace crmsync::connectors::hubspot {

// A contact whose property has this value is opted out.
struct Condition {
  std::string property;
  std::string equals;
  bool operator==(const Condition&) const = default;
};

inline constexpr std::size_t kMostConditions = 5;  // the groups of filters that a search takes

struct Options {
  std::string token;
  std::string base_url = "https://api.hubapi.com";
  std::string api_version = "2026-09";
  std::string subscription_id;            // empty: all marketing mail
  std::vector<Condition> opted_out_when;  // never empty
  bool own_conditions = false;            // they are the configuration's, not the default
  domain::Millis sweep_every = 6 * domain::kHour;
  std::string ca_file;
  std::string proxy;
  std::string proxy_login;  // "user:password"
};

// What may stand in the section.
std::span<const Option> option_table();

// Everything that is wrong with it. Secrets need not be there: the loader asks for them.
std::vector<OptionProblem> check_options(const nlohmann::json& options);

// Of options in which check_options() found nothing wrong.
Options parse_options(const nlohmann::json& options);

// The property that says whether a contact has opted out of everything, or of one subscription type.
inline constexpr std::string_view kOptOutProperty = "hs_email_optout";
std::string opt_out_property_of(std::string_view subscription_id);

}  // namespace crmsync::connectors::hubspot
