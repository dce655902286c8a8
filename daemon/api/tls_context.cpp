#include "daemon/api/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/ssl/context.hpp>

namespace crmsync::api {

namespace {

namespace ssl = boost::asio::ssl;

// Of TLS 1.2, best first; those of 1.3 are all good.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// A client that offers protocols, but not ours, would not understand a word.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, kHttp11, sizeof kHttp11, offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

void set_rules(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // sessions are in the clients' tickets
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

// The reason of OpenSSL's last error, such as "ee key too small"; its text has nothing of the key.
std::string reason() {
  const char* text = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return text == nullptr ? "no reason given" : text;
}

Error problem(std::string message) { return {ErrorKind::config, std::move(message)}; }

bool belongs_to(const std::shared_ptr<X509>& certificate, const PrivateKey& key) {
  const bool fits = X509_check_private_key(certificate.get(), key.key.get()) == 1;
  ERR_clear_error();
  return fits;
}

std::optional<Error> mismatch(const Certificate& certificate, const PrivateKey& key) {
  const auto& chain = certificate.chain;
  if (belongs_to(chain.front(), key)) return std::nullopt;
  if (std::any_of(chain.begin(), chain.end(), [&](const auto& one) { return belongs_to(one, key); }))
    return problem("the server's own certificate has to be the first one in " + certificate.file +
                   ", before those of its issuers");
  return problem("the certificate " + certificate.file + " and " + key.name +
                 " do not belong together; put both of the same issue there, and reload");
}

}  // namespace

TlsContext::TlsContext(std::unique_ptr<ssl::context> context) : context_(std::move(context)) {}

TlsContext::~TlsContext() = default;

Result<std::shared_ptr<TlsContext>> TlsContext::make(const Certificate& certificate, const PrivateKey& key) {
  if (const auto wrong = mismatch(certificate, key)) return *wrong;
  auto made = std::make_unique<ssl::context>(ssl::context::tls_server);
  SSL_CTX* context = made->native_handle();
  set_rules(context);
  bool taken = SSL_CTX_use_certificate(context, certificate.chain.front().get()) == 1;
  for (std::size_t i = 1; taken && i < certificate.chain.size(); ++i)
    taken = SSL_CTX_add1_chain_cert(context, certificate.chain[i].get()) == 1;
  if (!taken) return problem("TLS does not take the certificate " + certificate.file + ": " + reason());
  if (SSL_CTX_use_PrivateKey(context, key.key.get()) != 1)
    return problem("TLS does not take " + key.name + ": " + reason());
  return std::make_shared<TlsContext>(std::move(made));
}

}  // namespace crmsync::api
