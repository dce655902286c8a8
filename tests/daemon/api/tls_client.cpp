#include "tests/daemon/api/tls_client.h"

#include <csignal>

namespace crmsync::api {

TlsClient::TlsClient(std::uint16_t port, const std::string& ca_file, Manner manner)
    : fd_(connected_to(port)), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), ssl_(nullptr, SSL_free) {
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX_set_security_level(context_.get(), 0);  // it offers what a server has to refuse
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_load_verify_locations(context_.get(), ca_file.c_str(), nullptr);
  if (manner.version != 0) {
    SSL_CTX_set_min_proto_version(context_.get(), manner.version);
    SSL_CTX_set_max_proto_version(context_.get(), manner.version);
  }
  ssl_.reset(SSL_new(context_.get()));
  if (!manner.protocols.empty())
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(manner.protocols.data()),
                        static_cast<unsigned>(manner.protocols.size()));
  SSL_set1_host(ssl_.get(), "localhost");
  SSL_set_fd(ssl_.get(), fd_);
  SSL_set_connect_state(ssl_.get());
}

TlsClient::~TlsClient() { cut(); }

void TlsClient::cut() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool TlsClient::send(std::string_view text) {
  return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0;
}

bool TlsClient::read_some() {
  char piece[16384];
  const int count = SSL_read(ssl_.get(), piece, sizeof piece);
  if (count > 0) in_.append(piece, static_cast<std::size_t>(count));
  return count > 0;
}

std::string TlsClient::read_answer() {
  while (answer_size(in_) == std::string::npos) {
    if (!read_some()) break;
  }
  const std::size_t size = std::min(answer_size(in_), in_.size());
  std::string answer = in_.substr(0, size);
  in_.erase(0, size);
  return answer;
}

std::string TlsClient::read_to_end(bool& cut) {
  while (read_some()) {
  }
  cut = (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) == 0;
  return std::move(in_);
}

// Of TLS 1.2. True when the server went along.
bool TlsClient::renegotiate() { return SSL_renegotiate(ssl_.get()) == 1 && SSL_do_handshake(ssl_.get()) == 1; }

long TlsClient::serial() const {
  const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(ssl_.get()), X509_free);
  return peer ? ASN1_INTEGER_get(X509_get0_serialNumber(peer.get())) : 0;
}

std::string TlsClient::version() const { return SSL_get_version(ssl_.get()); }

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace crmsync::api
