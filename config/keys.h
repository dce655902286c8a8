// The keys of the configuration, part by part: the one list that reading, suggestions and the test of the sample use.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::config {

enum class Part {
  top,
  store,
  api,
  tls,
  token,
  log,
  strikes,
  account,
  connection,
  schedule,
  limits,
  limit,
  rate_limit,
  condition,
  secret,
};

std::span<const std::string_view> keys_of(Part part);

// The known word that `word` most likely stands for; empty if none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace crmsync::config
