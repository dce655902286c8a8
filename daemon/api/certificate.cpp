#include "daemon/api/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cerrno>
#include <ctime>
#include <fstream>
#include <system_error>

#include "daemon/api/times.h"

namespace crmsync::api {

namespace {

constexpr std::size_t kLargest = 1024 * 1024;  // bytes

Error problem(std::string message) { return {ErrorKind::config, std::move(message)}; }

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Bio bio_of(const std::string& text) { return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free}; }

// Leaves nothing in OpenSSL's queue of errors, where the next one who looks would take it for its own.
bool ended_without_more() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  return error == 0 || (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE);
}

std::string cause() { return std::generic_category().message(errno); }

Result<std::string> read_file(const std::string& path) {
  const std::string name = "the certificate " + path;
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0)
    return problem("cannot read " + name + ": " + cause() + "; put it there, readable for the daemon's user");
  if (!S_ISREG(facts.st_mode)) return problem(name + " is not a regular file");
  if (static_cast<std::size_t>(facts.st_size) > kLargest)
    return problem(name + " is larger than 1 MiB: is it the right file?");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof()) return problem("cannot read " + name + ": " + cause() + "; the daemon's user has to be allowed to");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

domain::Millis millis_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return static_cast<domain::Millis>(::timegm(&parts)) * domain::kSecond;
}

}  // namespace

Result<Certificate> read_certificate(const std::string& file) {
  const auto text = read_file(file);
  if (!text) return text.error();
  const Bio bio = bio_of(*text);
  Certificate certificate;
  certificate.file = file;
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    certificate.chain.emplace_back(one, X509_free);
  const std::string cure = "; it has to be PEM: the server's certificate first, then those of its issuers";
  if (!ended_without_more()) return problem("the certificate " + file + " is damaged" + cure);
  if (certificate.chain.empty()) return problem(file + " holds no certificate" + cure);
  const X509* own = certificate.chain.front().get();
  certificate.valid_from = millis_of(X509_get0_notBefore(own));
  certificate.valid_until = millis_of(X509_get0_notAfter(own));
  return certificate;
}

Result<PrivateKey> parse_key(const config::Secret& pem, const std::string& name) {
  bool asked = false;  // for a passphrase; without a function of ours OpenSSL would ask at the terminal
  const auto refuse_passphrase = [](char*, int, int, void* said) {
    *static_cast<bool*>(said) = true;
    return -1;
  };
  const Bio bio = bio_of(pem.reveal());
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &asked);
  ERR_clear_error();
  if (key != nullptr) return PrivateKey{name, {key, EVP_PKEY_free}};
  if (asked)
    return problem(name +
                   " is behind a passphrase, which nobody gives when the service starts; take it off with "
                   "openssl pkey -in KEY -out KEY_WITHOUT, and leave the file to the daemon alone to read");
  if (pem.reveal().find("PRIVATE KEY-----") == std::string::npos)
    return problem(name + " holds no private key; it has to be PEM (-----BEGIN PRIVATE KEY-----)");
  return problem(name + " is damaged; it has to be a private key as PEM");
}

std::optional<std::string> validity_warning(const Certificate& certificate, domain::Millis now) {
  const std::string name = "the certificate " + certificate.file;
  if (certificate.valid_until < now)
    return name + " has expired at " + to_rfc3339(certificate.valid_until) +
           ": clients refuse it; put a new one there with its key, and reload";
  if (certificate.valid_from > now)
    return name + " is not valid before " + to_rfc3339(certificate.valid_from) +
           ": clients refuse it until then; or this machine's clock is wrong";
  return std::nullopt;
}

}  // namespace crmsync::api
