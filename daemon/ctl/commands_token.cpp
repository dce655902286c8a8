#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <ostream>
#include <stdexcept>

#include "daemon/ctl/commands.h"

namespace crmsync::ctl {

namespace {

std::string hex(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) (text += kHex[bytes[i] >> 4]) += kHex[bytes[i] & 15];
  return text;
}

std::string random_token() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the system gives no random bytes");
  return "crmsync_" + hex(bytes.data(), bytes.size());
}

std::string sha256(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return hex(digest.data(), digest.size());
}

// As YAML takes it in one line, whatever is in it; JSON's quotes are YAML's, too.
std::string entry(const Options& options, const std::string& hash) {
  std::string text = "{ name: " + Json(options.name).dump() + ", role: " + options.role;
  if (!options.accounts.empty()) text += ", accounts: " + Json(options.accounts).dump();
  return text + ", sha256: " + hash + " }";
}

}  // namespace

// Needs no daemon. The token goes to standard output alone, so that it can go into a file that nobody else reads.
int create_token(Session& session, const Options& options) {
  const std::string token = random_token();
  const std::string line = entry(options, sha256(token));
  if (session.json()) {
    session.print({{"token", token}, {"sha256", sha256(token)}, {"config", line}});
    return kFine;
  }
  session.out() << token << "\n";
  session.err() << "It is shown this once. Under `api: tokens:` of the configuration put\n    - " << line
                << "\nand reload: systemctl reload crmsyncd\n";
  return kFine;
}

}  // namespace crmsync::ctl
