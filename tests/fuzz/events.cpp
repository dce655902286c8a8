// Delivery events, as `POST events` takes them.
#include <cstdlib>
#include <string>
#include <variant>

#include "daemon/api/codec_event.h"
#include "tests/fuzz/target.h"

using namespace crmsync::api;

namespace {

void take(const Input& json) {
  const auto event = parse_event(json, "walkins", 1'700'000'000'000);
  if (const auto* problem = std::get_if<Problem>(&event)) {
    if (problem->detail.empty() || problem->remedy.empty()) std::abort();
    if (problem_json(*problem).empty()) std::abort();
  } else if (std::get<crmsync::store::EventIn>(event).address.empty()) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string why;
  const auto json = parse_json({reinterpret_cast<const char*>(data), size}, why);
  if (!json) {
    if (why.empty()) std::abort();
    return 0;
  }
  if (json->is_array())
    for (const auto& one : *json) take(one);
  else
    take(*json);
  return 0;
}
