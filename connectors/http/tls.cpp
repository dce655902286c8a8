#include "connectors/http/tls.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>

namespace crmsync::connectors::http {

namespace {

std::string cure_of(long problem, const TlsWords& words) {
  switch (problem) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return ": the server needs a new one, or this machine's clock is wrong";
    case X509_V_ERR_CERT_NOT_YET_VALID: return ": this machine's clock may be wrong";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return std::string(": ") + words.host + " has to have a name that the certificate is for";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return std::string(": if its issuer is to be trusted, ") + words.ca_file +
             " has to name the issuer's certificate";
    default: return "";
  }
}

}  // namespace

Result<asio::ssl::context> make_tls(const std::string& ca_file, const TlsWords& words) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  boost::system::error_code ec;
  if (ca_file.empty())
    context.set_default_verify_paths(ec);
  else
    context.load_verify_file(ca_file, ec);
  if (ec && ca_file.empty())
    return Error(ErrorKind::config, "the system's certificates cannot be read: " + ec.message());
  if (ec)
    return Error(ErrorKind::config,
                 std::string(words.ca_file) + ": " + ca_file + " is not a readable file of certificates in PEM form");
  context.set_verify_mode(asio::ssl::verify_peer);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  return context;
}

bool expect_host(SSL* tls, const std::string& host) {
  boost::system::error_code no_address;
  asio::ip::make_address(host, no_address);
  if (!no_address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str()) == 1;
  SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(tls, host.c_str()) == 1 && SSL_set_tlsext_host_name(tls, host.c_str()) == 1;
}

std::string certificate_problem(SSL* tls, const TlsWords& words) {
  const long result = SSL_get_verify_result(tls);
  if (result == X509_V_OK) return {};
  return X509_verify_cert_error_string(result) + cure_of(result, words);
}

}  // namespace crmsync::connectors::http
