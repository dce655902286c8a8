#include "config/secret_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

namespace crmsync::config {

namespace {

class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : number_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) {}  // a FIFO must not block
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const noexcept { return number_; }

 private:
  int number_;
};

Error problem(std::string message) { return {ErrorKind::config, std::move(message)}; }

std::string cause() { return std::generic_category().message(errno); }

Result<std::string> path_of(const SecretSource& source) {
  if (source.from == SecretSource::From::file) return source.name;
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr || *directory == '\0')
    return problem("credential " + source.name +
                   ": CREDENTIALS_DIRECTORY is not set, so the service manager has handed over no credential; add "
                   "LoadCredential=" +
                   source.name + ":FILE to the service, or use { file: PATH }");
  return std::string(directory) + "/" + source.name;
}

std::string cure_for_missing(const SecretSource& source) {
  if (source.from == SecretSource::From::file) return "; put the secret there, for the daemon alone to read";
  return "; add LoadCredential=" + source.name + ":FILE to the service and restart it";
}

std::optional<Error> refuse(const std::string& path, const struct stat& facts) {
  if (!S_ISREG(facts.st_mode)) return problem("the secret " + path + " is not a regular file");
  if ((facts.st_mode & S_IROTH) != 0)
    return problem("the secret " + path + " can be read by everybody: chmod o-rwx " + path);
  if ((facts.st_mode & S_IWOTH) != 0)
    return problem("the secret " + path + " can be written by everybody: chmod o-rwx " + path);
  if (facts.st_size > static_cast<off_t>(kLargestSecret))
    return problem("the secret " + path + " is larger than 64 KiB: is it the right file?");
  return std::nullopt;
}

// Into a buffer that never moves, so that no copy stays behind. False: errno says why.
bool read_all(int number, std::string& buffer) {
  buffer.resize(kLargestSecret + 1);
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t got = read(number, buffer.data() + filled, buffer.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  buffer.resize(filled);
  return true;
}

void trim_newline(std::string& text) {
  if (!text.ends_with('\n')) return;
  text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

}  // namespace

Result<Secret> read_secret(const SecretSource& source) {
  const auto place = path_of(source);
  if (!place) return place.error();
  const std::string& path = *place;
  const Descriptor file(path);
  if (file.number() < 0) return problem("cannot read the secret " + path + ": " + cause() + cure_for_missing(source));
  struct stat facts {};
  if (fstat(file.number(), &facts) != 0) return problem("cannot read the secret " + path + ": " + cause());
  if (auto refusal = refuse(path, facts)) return *refusal;

  std::string text;
  const bool done = read_all(file.number(), text);
  const std::string why = done ? "" : cause();
  if (done && text.size() <= kLargestSecret) trim_newline(text);
  const std::size_t size = text.size();
  Secret secret(std::move(text));
  if (!done) return problem("cannot read the secret " + path + ": " + why);
  if (size == 0) return problem("the secret " + path + " is empty");
  if (size > kLargestSecret) return problem("the secret " + path + " is larger than 64 KiB: is it the right file?");
  return secret;
}

namespace {

template <class Use>
void each_source(const Config& config, const Use& use) {
  if (config.api.tls) use(kTlsSecrets, kTlsKey, config.api.tls->key);
  for (const Account& account : config.accounts)
    for (const Connection& connection : account.connections)
      for (const auto& [option, source] : connection.secrets) use(connection.id, option, source);
}

Problem problem_at(const SecretSource& source, const std::string& file, const std::string& option,
                   const std::string& why) {
  return {file, source.place.line, source.place.column, option + ": " + why};
}

}  // namespace

std::variant<Secrets, std::vector<Problem>> read_secrets(const Config& config, const std::string& file) {
  Secrets secrets;
  std::vector<Problem> problems;
  each_source(config, [&](const std::string& owner, const std::string& option, const SecretSource& source) {
    auto secret = read_secret(source);
    if (secret)
      secrets[owner].emplace(option, std::move(*secret));
    else
      problems.push_back(problem_at(source, file, option, secret.error().message));
  });
  if (!problems.empty()) return problems;
  return secrets;
}

std::vector<Problem> missing_secret_files(const Config& config, const std::string& file) {
  std::vector<Problem> problems;
  each_source(config, [&](const std::string&, const std::string& option, const SecretSource& source) {
    struct stat facts {};
    if (source.from != SecretSource::From::file || stat(source.name.c_str(), &facts) == 0) return;
    if (errno == ENOENT || errno == ENOTDIR)
      problems.push_back(problem_at(
          source, file, option, "cannot read the secret " + source.name + ": " + cause() + cure_for_missing(source)));
  });
  return problems;
}

}  // namespace crmsync::config
