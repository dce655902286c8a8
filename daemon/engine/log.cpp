#include "daemon/engine/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace crmsync::engine {

namespace {

bool json_lines = false;

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: break;
  }
  return spdlog::level::err;
}

// sd-daemon(3): the journal reads the priority from the front of a line.
std::string_view priority(Level level) {
  static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  if (!journal) return "";
  return level == Level::error ? "<3>" : level == Level::warn ? "<4>" : level == Level::info ? "<6>" : "<7>";
}

std::string value(std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(" \"=\\\n\r\t") == std::string_view::npos;
  if (plain) return std::string(text);
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void set_up_log(const config::Log& settings) {
  auto logger = spdlog::get("crmsyncd");
  if (!logger) logger = spdlog::stderr_logger_mt("crmsyncd");
  spdlog::set_default_logger(logger);
  spdlog::set_level(spdlog::level::from_str(settings.level));
  json_lines = settings.format == config::LogFormat::json;
  const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  spdlog::set_pattern(json_lines || journal ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  spdlog::flush_on(spdlog::level::info);
}

void log_event(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (!spdlog::should_log(level_of(level))) return;
  std::string line;
  if (json_lines) {
    nlohmann::ordered_json object{{"level", spdlog::level::to_string_view(level_of(level)).data()},
                                  {"message", std::string(message)}};
    for (const auto& [key, text] : fields) object[std::string(key)] = text;
    line = object.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  } else {
    line = std::string(priority(level)) + std::string(message);
    for (const auto& [key, text] : fields) line += " " + std::string(key) + "=" + value(text);
  }
  spdlog::log(level_of(level), "{}", line);
}

}  // namespace crmsync::engine
