#include "connectors/csv/outgoing.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace crmsync::connectors::csv {

namespace {

// RFC 4180. Ids and addresses go back as the CRM has them, or it would not find them: nothing is put before a cell that
// a spreadsheet could take for a formula (the README says more), only quotes around it.
std::string cell(std::string_view text) {
  const bool plain = text.find_first_of("\",;\t\r\n ") == std::string_view::npos && !text.starts_with('=') &&
                     !text.starts_with('+') && !text.starts_with('-') && !text.starts_with('@');
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string rfc3339(domain::Millis at) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(at)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text.data();
}

std::vector<const Push*> in_order_of_keys(std::span<const Push> batch) {
  std::vector<const Push*> order;
  for (const auto& push : batch) order.push_back(&push);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->idempotency_key < b->idempotency_key; });
  return order;
}

Error failed(const char* what, const std::string& path) {
  const int cause = errno;
  const char* cure = cause == ENOSPC || cause == EDQUOT
                         ? "; make room there"
                         : "; `outgoing` has to be a folder that crmsyncd may write to: create it and give it to the "
                           "user that crmsyncd runs as";
  return Error(ErrorKind::transient, std::string("cannot ") + what + " " + path + ": " + std::strerror(cause) + cure);
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

Result<void> write_durably(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (file < 0) return failed("create", path);
  if (!write_all(file, text) || ::fsync(file) != 0) {
    Error error = failed("write", path);
    ::close(file);
    ::unlink(path.c_str());
    return error;
  }
  if (::close(file) != 0) return failed("write", path);
  return {};
}

Result<void> sync_folder(const std::string& folder) {
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && ::fsync(directory) == 0;
  Error error = failed("make durable", folder);
  if (directory >= 0) ::close(directory);
  if (!synced) return error;
  return {};
}

}  // namespace

std::string batch_text(std::span<const Push> batch) {
  std::string text = "id,email,opted_out,reason,at\r\n";
  for (const Push* push : in_order_of_keys(batch)) {
    const char* opted_out = push->kind == domain::PushKind::opt_out ? "true" : "false";
    text.append(cell(push->external_id)).append(",").append(cell(push->email)).append(",").append(opted_out);
    text.append(",").append(cell(push->reason)).append(",").append(rfc3339(push->at)).append("\r\n");
  }
  return text;
}

std::string batch_name(std::span<const Push> batch) {
  std::string keys;
  for (const Push* push : in_order_of_keys(batch)) keys.append(push->idempotency_key).append("\n");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(keys.data(), keys.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available");
  constexpr std::size_t kBytes = 16;
  std::string name = "opt-outs-";
  for (std::size_t i = 0; i < kBytes; ++i) {
    std::array<char, 3> hex{};
    std::snprintf(hex.data(), hex.size(), "%02x", static_cast<unsigned>(digest[i]));
    name += hex.data();
  }
  return name + ".csv";
}

Result<void> write_batch(const std::string& folder, std::span<const Push> batch) {
  if (folder.empty())
    return Error(ErrorKind::config, "the connection has no `outgoing` folder, so nothing can be told to the CRM");
  if (batch.empty()) return {};
  const std::string path = folder + "/" + batch_name(batch);
  const std::string temporary = path + ".part";
  if (auto done = write_durably(temporary, batch_text(batch)); !done) return done;
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = failed("rename", temporary);
    ::unlink(temporary.c_str());
    return error;
  }
  return sync_folder(folder);
}

}  // namespace crmsync::connectors::csv
