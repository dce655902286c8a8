#include "connectors/csv/outgoing.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

namespace crmsync::connectors::csv {

namespace {

// RFC 4180. Cells are ids and addresses that the CRM gave us itself; they go back unchanged, or it would not find them.
std::string cell(std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string rfc3339(domain::Millis at) {
  using namespace std::chrono;
  const auto days = floor<std::chrono::days>(sys_time<milliseconds>(milliseconds(at)));
  const year_month_day date(days);
  const hh_mm_ss time(sys_time<milliseconds>(milliseconds(at)) - days);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return text;
}

std::string name_of(std::span<const Push> batch) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a: the keys are random already
  for (const auto& push : batch)
    for (const char c : push.idempotency_key) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  char text[64];
  std::snprintf(text, sizeof text, "opt-outs-%016llx.csv", static_cast<unsigned long long>(hash));
  return text;
}

Error failed(const char* what, const std::string& path) {
  return Error(ErrorKind::transient, std::string("cannot ") + what + " " + path + ": " + std::strerror(errno));
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Result<void> write_batch(const std::string& folder, std::span<const Push> batch) {
  std::string text = "id,email,opted_out,reason,at\r\n";
  for (const auto& push : batch)
    text += cell(push.external_id) + "," + cell(push.email) + "," +
            (push.kind == domain::PushKind::opt_out ? "true" : "false") + "," + push.reason + "," + rfc3339(push.at) +
            "\r\n";
  const std::string path = folder + "/" + name_of(batch);
  const std::string temporary = path + ".part";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (file < 0) return failed("create", temporary);
  const bool written = write_all(file, text) && ::fsync(file) == 0;
  if (!written) {
    Error error = failed("write", temporary);
    ::close(file);
    ::unlink(temporary.c_str());
    return error;
  }
  ::close(file);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed("rename", temporary);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0 || ::fsync(directory) != 0) {
    if (directory >= 0) ::close(directory);
    return failed("make durable", folder);
  }
  ::close(directory);
  return {};
}

}  // namespace crmsync::connectors::csv
