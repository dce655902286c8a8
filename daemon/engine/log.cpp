#include "daemon/engine/log.h"

#include <spdlog/fmt/chrono.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace crmsync::engine {

namespace {

bool json_lines = false;
bool journal = false;

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: break;
  }
  return spdlog::level::err;
}

// sd-daemon(3): the journal reads the priority from the front of a line and puts it away.
std::string_view priority(Level level) {
  if (!journal) return "";
  return level == Level::error ? "<3>" : level == Level::warn ? "<4>" : level == Level::info ? "<6>" : "<7>";
}

// systemd.exec(5): the variable is inherited by whoever is started below a service, so it counts only when it names the
// very stream that is written to.
bool writes_to_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat facts {};
  if (stream == nullptr || fstat(STDERR_FILENO, &facts) != 0) return false;
  return stream == std::to_string(facts.st_dev) + ":" + std::to_string(facts.st_ino);
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// Bytes that are not UTF-8 become a replacement character.
std::string escaped(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string rfc3339(domain::Millis at) {
  const auto seconds = fmt::gmtime(static_cast<std::time_t>(at / domain::kSecond));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", seconds, at % domain::kSecond);
}

std::string value(std::string_view text) {
  const bool plain = !text.empty() && is_printable(text) && text.find_first_of(" \"=\\") == std::string_view::npos;
  return plain ? std::string(text) : escaped(text);
}

}  // namespace

std::string text_line(std::string_view message, std::initializer_list<Field> fields) {
  std::string line(message);
  if (!is_printable(message)) {
    line = escaped(message);
    line = line.substr(1, line.size() - 2);
  }
  for (const auto& [key, text] : fields) line.append(" ").append(key).append("=").append(value(text));
  return line;
}

std::string json_line(Level level, std::string_view message, std::initializer_list<Field> fields, domain::Millis now) {
  nlohmann::ordered_json object{{"time", rfc3339(now)},
                                {"level", spdlog::level::to_string_view(level_of(level)).data()},
                                {"message", std::string(message)}};
  for (const auto& [key, text] : fields) object[std::string(key)] = text;
  return object.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void set_up_log(const config::Log& settings) {
  auto logger = spdlog::get("crmsyncd");
  if (!logger) logger = spdlog::stderr_logger_mt("crmsyncd");
  spdlog::set_default_logger(logger);
  spdlog::set_level(spdlog::level::from_str(settings.level));
  json_lines = settings.format == config::LogFormat::json;
  journal = writes_to_journal();
  // JSON lines carry their time, and the journal has its own.
  if (json_lines || journal)
    spdlog::set_pattern("%v");
  else
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  spdlog::flush_on(spdlog::level::info);
}

void log_event(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (!spdlog::should_log(level_of(level))) return;
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  const std::string line = json_lines ? json_line(level, message, fields, now) : text_line(message, fields);
  spdlog::log(level_of(level), "{}{}", priority(level), line);
}

}  // namespace crmsync::engine
