// What a TLS listener shows (a certificate with those of its issuers) and proves (the key), read from PEM. Used by the
// daemon at start and reload, and by TlsContext. Messages name files and cures, never what is in them.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/secret.h"
#include "core/domain/millis.h"
#include "core/result.h"

namespace crmsync::api {

struct Certificate {
  std::string file;
  std::vector<std::shared_ptr<X509>> chain;  // the server's own first; not empty
  domain::Millis valid_from = 0;             // of the server's own
  domain::Millis valid_until = 0;
};

struct PrivateKey {
  std::string name;  // where it comes from, for messages
  std::shared_ptr<EVP_PKEY> key;
};

// Errors (config): it is missing, unreadable, too large, or holds no certificate.
Result<Certificate> read_certificate(const std::string& file);

// Errors (config): no key, a damaged one, or one behind a passphrase.
Result<PrivateKey> parse_key(const config::Secret& pem, const std::string& name);

// What clients would hold against it now: expired, or not valid yet.
std::optional<std::string> validity_warning(const Certificate& certificate, domain::Millis now);

}  // namespace crmsync::api
