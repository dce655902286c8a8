// Certificate and key of the TLS listener: what is taken, and what the refusals say.
#include "daemon/api/certificate.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <fstream>

#include "daemon/api/tls_context.h"
#include "tests/connectors/http/test_ca.h"
#include "tests/daemon/api/server_fixture.h"

using namespace crmsync;
using namespace crmsync::api;
using connectors::http::Pem;
using connectors::http::TestCa;

namespace {

struct Files {
  TempFolder folder;
  TestCa ca;

  std::string write(const std::string& text) const {
    const std::string path = folder.file("cert.pem");
    std::ofstream(path, std::ios::trunc | std::ios::binary) << text;
    return path;
  }
  std::string refusal(const std::string& text) const {
    const auto read = read_certificate(write(text));
    return read ? "" : read.error().message;
  }
  Certificate certificate(const std::string& text) const { return *read_certificate(write(text)); }
};

Result<PrivateKey> key_of(const std::string& text) { return parse_key(config::Secret(text), "the key /k"); }

std::string key_refusal(const std::string& text) {
  const auto key = key_of(text);
  return key ? "" : key.error().message;
}

// The key behind the passphrase "secret".
std::string locked(const std::string& key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  const auto plain = *key_of(key);
  REQUIRE(PEM_write_bio_PKCS8PrivateKey(out.get(), plain.key.get(), EVP_aes_256_cbc(), "secret", 6, nullptr, nullptr));
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a certificate is read from PEM") {
  const Files files;
  SUBCASE("with those of its issuers behind it, and whatever else stands there") {
    const auto one = files.certificate("Bag Attributes\n" + files.ca.issue().certificate + "\n" + files.ca.pem());
    CHECK(one.chain.size() == 2);
    CHECK(one.valid_until - one.valid_from == 7'200'000);
  }
  SUBCASE("and a file without one is refused") {
    for (const std::string& text : {std::string(), std::string("hello\n"), files.ca.issue().key}) {
      const std::string why = files.refusal(text);
      CHECK(has(why, "cert.pem holds no certificate; it has to be PEM"));
      CHECK_FALSE(has(why, "BEGIN"));
    }
  }
  SUBCASE("one that was cut is damaged, at whatever byte") {
    const std::string text = files.ca.issue().certificate;
    for (const std::size_t size : {text.size() / 3, text.size() / 2, text.size() - 10})
      CHECK(has(files.refusal(text.substr(0, size)), "is damaged"));
    CHECK(has(files.refusal(files.ca.pem() + text.substr(0, 100)), "is damaged"));
  }
  SUBCASE("of at most 1 MiB") {
    CHECK(has(files.refusal(std::string(1024 * 1024 + 1, '\n')), "is larger than 1 MiB"));
    CHECK(files.refusal(files.ca.pem() + std::string(1000 * 1000, '\n')).empty());
  }
  SUBCASE("a missing one is named, with the cure, and a folder is none") {
    const auto missing = read_certificate("/does/not/exist.pem");
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().message ==
          "cannot read the certificate /does/not/exist.pem: No such file or directory; put it there, readable for the "
          "daemon's user");
    CHECK(has(read_certificate("/tmp").error().message, "is not a regular file"));
  }
}

TEST_CASE("a key is read from PEM") {
  const Files files;
  const std::string key = files.ca.issue().key;
  CHECK(key_refusal(key).empty());
  CHECK(has(key_refusal(files.ca.pem()), "the key /k holds no private key; it has to be PEM"));
  CHECK(has(key_refusal("hunter2"), "the key /k holds no private key"));
  CHECK(has(key_refusal(key.substr(0, key.size() / 2)), "the key /k is damaged"));
  CHECK(has(key_refusal(locked(key)), "the key /k is behind a passphrase"));
  CHECK(has(key_refusal(locked(key)), "openssl pkey"));
}

TEST_CASE("a pair") {
  const Files files;
  const Pem pem = files.ca.issue();
  const auto refusal = [&](const std::string& certificate, const std::string& key) {
    const auto made = TlsContext::make(files.certificate(certificate), *key_of(key));
    return made ? "" : made.error().message;
  };
  SUBCASE("that belongs together is taken") { CHECK(refusal(pem.certificate + files.ca.pem(), pem.key).empty()); }
  SUBCASE("that does not is refused, and both are named") {
    const std::string why = refusal(pem.certificate, files.ca.issue().key);
    CHECK(has(why, "cert.pem and the key /k do not belong together"));
  }
  SUBCASE("in the wrong order says so") {
    CHECK(has(refusal(files.ca.pem() + pem.certificate, pem.key), "has to be the first one in"));
  }
  SUBCASE("that is too weak is refused with the reason") {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> weak(EVP_RSA_gen(1024), EVP_PKEY_free);
    Certificate certificate = files.certificate(pem.certificate);
    X509* copy = X509_dup(certificate.chain.front().get());
    X509_set_pubkey(copy, weak.get());
    X509_sign(copy, weak.get(), EVP_sha256());
    certificate.chain = {std::shared_ptr<X509>(copy, X509_free)};
    EVP_PKEY_up_ref(weak.get());
    const PrivateKey key{"the key /k", std::shared_ptr<EVP_PKEY>(weak.get(), EVP_PKEY_free)};
    const auto made = TlsContext::make(certificate, key);
    REQUIRE_FALSE(made.has_value());
    CHECK(has(made.error().message, "key too small"));
  }
}

TEST_CASE("a certificate that is not valid now is a warning") {
  const Files files;
  const auto one = files.certificate(files.ca.issue().certificate);
  CHECK(validity_warning(one, one.valid_from) == std::nullopt);
  CHECK(validity_warning(one, one.valid_until) == std::nullopt);
  CHECK(has(*validity_warning(one, one.valid_until + 1), "cert.pem has expired at 20"));
  CHECK(has(*validity_warning(one, one.valid_from - 1), "cert.pem is not valid before 20"));
}
