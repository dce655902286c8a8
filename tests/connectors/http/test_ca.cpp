#include "tests/connectors/http/test_ca.h"

#include <doctest/doctest.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

namespace crmsync::connectors::http {

namespace {

void extend(X509* x509, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  REQUIRE(extension);
  X509_add_ext(x509, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer`, or by itself.
Certificate make(const std::string& name, const Claims& claims, const Certificate* issuer) {
  static long serial = 1;
  Certificate made{{X509_new(), X509_free}, {EVP_EC_gen("P-256"), EVP_PKEY_free}};
  X509* x509 = made.x509.get();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x509), claims.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(x509), claims.valid_until);
  X509_set_pubkey(x509, made.key.get());
  X509_NAME* subject = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509* signer = issuer ? issuer->x509.get() : x509;
  X509_set_issuer_name(x509, X509_get_subject_name(signer));
  extend(x509, signer, NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
  if (issuer) extend(x509, signer, NID_subject_alt_name, claims.names);
  REQUIRE(X509_sign(x509, issuer ? issuer->key.get() : made.key.get(), EVP_sha256()) > 0);
  return made;
}

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Bio new_bio() { return {BIO_new(BIO_s_mem()), BIO_free}; }

std::string text_of(const Bio& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(const Certificate& certificate) {
  const Bio bio = new_bio();
  REQUIRE(PEM_write_bio_X509(bio.get(), certificate.x509.get()) == 1);
  return text_of(bio);
}

}  // namespace

TestCa::TestCa() : root_(make("Test CA", Claims{}, nullptr)) {
  std::string name = (std::filesystem::temp_directory_path() / "test-ca-XXXXXX").string();
  const int descriptor = ::mkstemp(name.data());
  REQUIRE(descriptor >= 0);
  FILE* file = ::fdopen(descriptor, "w");
  REQUIRE(PEM_write_X509(file, root_.x509.get()) == 1);
  std::fclose(file);
  file_ = name;
}

TestCa::~TestCa() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

boost::asio::ssl::context TestCa::server(const Claims& claims) const {
  const Certificate certificate = make("server", claims, &root_);
  boost::asio::ssl::context context(boost::asio::ssl::context::tls_server);
  REQUIRE(SSL_CTX_use_certificate(context.native_handle(), certificate.x509.get()) == 1);
  REQUIRE(SSL_CTX_use_PrivateKey(context.native_handle(), certificate.key.get()) == 1);
  return context;
}

Pem TestCa::issue(const Claims& claims) const {
  const Certificate made = make("server", claims, &root_);
  const Bio key = new_bio();
  REQUIRE(PEM_write_bio_PrivateKey(key.get(), made.key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {pem_of(made), text_of(key), ASN1_INTEGER_get(X509_get0_serialNumber(made.x509.get()))};
}

std::string TestCa::pem() const { return pem_of(root_); }

}  // namespace crmsync::connectors::http
