#include "config/secret.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <fmt/ostream.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <type_traits>

#include "config/secret_source.h"

namespace crmsync::config {

namespace {

namespace fs = std::filesystem;

template <class Stream, class Value, class = void>
struct IsStreamable : std::false_type {};
template <class Stream, class Value>
struct IsStreamable<Stream, Value, std::void_t<decltype(std::declval<Stream&>() << std::declval<const Value&>())>>
    : std::true_type {};

static_assert(IsStreamable<std::ostream, std::string>::value, "the test can tell");
static_assert(!IsStreamable<std::ostream, Secret>::value);
static_assert(!IsStreamable<std::ostringstream, Secret>::value);
static_assert(fmt::is_formattable<std::string>::value, "the test can tell");
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!std::is_constructible_v<nlohmann::json, Secret>);
static_assert(!std::is_constructible_v<nlohmann::json, const Secret&>);
static_assert(!std::is_convertible_v<Secret, std::string> && !std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<std::string, Secret>, "explicit: no secret by accident");
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "crmsync-secret-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  std::string file(const std::string& name, const std::string& content, mode_t mode = 0600) const {
    const std::string path = (path_ / name).string();
    std::ofstream(path, std::ios::binary) << content;
    REQUIRE(chmod(path.c_str(), mode) == 0);
    return path;
  }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

// The environment belongs to the whole process: what was there comes back.
class Credentials {
 public:
  explicit Credentials(const char* folder) {
    if (const char* before = std::getenv(kName)) before_ = before;
    if (folder == nullptr)
      unsetenv(kName);
    else
      setenv(kName, folder, 1);
  }
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;
  ~Credentials() {
    if (before_)
      setenv(kName, before_->c_str(), 1);
    else
      unsetenv(kName);
  }

 private:
  static constexpr const char* kName = "CREDENTIALS_DIRECTORY";
  std::optional<std::string> before_;
};

Result<Secret> read_file(const std::string& path) { return read_secret({SecretSource::From::file, path}); }
Result<Secret> read_credential(const std::string& name) { return read_secret({SecretSource::From::credential, name}); }

std::string error_of(const Result<Secret>& result) {
  REQUIRE(!result);
  CHECK(result.error().kind == ErrorKind::config);
  return result.error().message;
}

bool contains(const void* memory, std::size_t size, std::string_view text) {
  return std::string_view(static_cast<const char*>(memory), size).find(text) != std::string_view::npos;
}

}  // namespace

TEST_CASE("a secret") {
  SUBCASE("gives its text only when asked by name") { CHECK(Secret("abc").reveal() == "abc"); }

  SUBCASE("is equal to its text and to nothing else") {
    const Secret secret("correct horse");
    CHECK(secret.equals("correct horse"));
    for (const char* other : {"", "correct hors", "correct horse ", "Correct horse", "correct horsf"})
      CHECK_FALSE(secret.equals(other));
    CHECK(Secret("").equals(""));
    CHECK_FALSE(Secret("").equals("a"));
    CHECK_FALSE(Secret(std::string("a\0b", 3)).equals(std::string("a\0c", 3)));
  }

  // A short text lives inside the string object, and a move leaves all of it there but the first character.
  SUBCASE("leaves nothing behind when it is moved or goes") {
    const std::string text = "hunter2-short";
    alignas(Secret) unsigned char memory[sizeof(Secret)];
    Secret* secret = new (memory) Secret(text);
    REQUIRE(contains(memory, sizeof memory, "unter2"));
    Secret moved(std::move(*secret));
    CHECK_FALSE(contains(memory, sizeof memory, "unter2"));
    *secret = std::move(moved);
    CHECK(secret->equals(text));
    CHECK_FALSE(contains(&moved, sizeof moved, "unter2"));
    secret->~Secret();
    CHECK_FALSE(contains(memory, sizeof memory, "unter2"));
  }

  SUBCASE("wipe clears the unused part of a buffer too") {
    std::string text = "hunter2 and some more, longer than an object";
    const char* buffer = text.data();
    const std::size_t size = text.size();
    text.resize(3);
    wipe(text);
    CHECK(text.empty());
    CHECK(text.data() == buffer);
    CHECK_FALSE(contains(buffer, size, "some more"));
  }
}

TEST_CASE("reading a secret from a file") {
  const Folder folder;

  SUBCASE("one newline at the end is not part of it") {
    CHECK(read_file(folder.file("a", "s3cret\n")).value().equals("s3cret"));
    CHECK(read_file(folder.file("b", "s3cret\r\n")).value().equals("s3cret"));
    CHECK(read_file(folder.file("c", "s3cret")).value().equals("s3cret"));
    CHECK(read_file(folder.file("d", " two\nlines\n\n")).value().equals(" two\nlines\n"));
  }
  SUBCASE("a file that a group may read is fine") {
    CHECK(read_file(folder.file("a", "s3cret\n", 0440)).value().equals("s3cret"));
  }
  SUBCASE("a file that everybody may read is refused with the cure") {
    const auto path = folder.file("open", "s3cret\n", 0644);
    CHECK(error_of(read_file(path)) == "the secret " + path + " can be read by everybody: chmod o-rwx " + path);
  }
  SUBCASE("a file that everybody may write is refused with the cure") {
    const auto path = folder.file("open", "s3cret\n", 0602);
    CHECK(error_of(read_file(path)) == "the secret " + path + " can be written by everybody: chmod o-rwx " + path);
  }
  SUBCASE("64 KiB is the limit, and the newline counts") {
    CHECK(read_file(folder.file("a", std::string(65536, 'x'))).value().reveal().size() == 65536);
    const auto path = folder.file("b", std::string(65536, 'x') + "\n");
    CHECK(error_of(read_file(path)) == "the secret " + path + " is larger than 64 KiB: is it the right file?");
  }
  SUBCASE("an empty file is refused") {
    for (const char* content : {"", "\n", "\r\n"}) {
      const auto path = folder.file("empty", content);
      CHECK(error_of(read_file(path)) == "the secret " + path + " is empty");
    }
  }
  SUBCASE("a missing file is named") {
    CHECK(error_of(read_file(folder.path() + "/none")) ==
          "cannot read the secret " + folder.path() +
              "/none: No such file or directory; put the secret there, for the daemon alone to read");
  }
  SUBCASE("a folder is refused, and a pipe too, without waiting for a writer") {
    CHECK(error_of(read_file(folder.path())) == "the secret " + folder.path() + " is not a regular file");
    const std::string pipe = folder.path() + "/pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(error_of(read_file(pipe)) == "the secret " + pipe + " is not a regular file");
  }
  SUBCASE("no error quotes what is in the file") {
    const auto path = folder.file("big", "hunter2" + std::string(70000, 'x'), 0600);
    CHECK(error_of(read_file(path)).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("reading a systemd credential") {
  const Folder folder;
  folder.file("hubspot_token", "s3cret\n", 0400);

  SUBCASE("from the folder that the service manager names") {
    const Credentials credentials(folder.path().c_str());
    CHECK(read_credential("hubspot_token").value().equals("s3cret"));
  }
  SUBCASE("without that folder the error says what is missing") {
    for (const char* unset : {static_cast<const char*>(nullptr), ""}) {
      const Credentials credentials(unset);
      CHECK(error_of(read_credential("hubspot_token")) ==
            "credential hubspot_token: CREDENTIALS_DIRECTORY is not set, so the service manager has handed over no "
            "credential; add LoadCredential=hubspot_token:FILE to the service, or use { file: PATH }");
    }
  }
  SUBCASE("one that was not handed over is named with the cure") {
    const Credentials credentials(folder.path().c_str());
    CHECK(error_of(read_credential("other")) ==
          "cannot read the secret " + folder.path() +
              "/other: No such file or directory; add LoadCredential=other:FILE to the service and restart it");
  }
}

TEST_CASE("reading the secrets of a configuration") {
  const Folder folder;
  Config config;
  config.accounts.resize(1);
  const auto connection = [&](const std::string& id, const std::string& name, int line) {
    Connection one;
    one.id = id;
    SecretSource source{SecretSource::From::file, folder.path() + "/" + name, {line, 16}};
    one.secrets.emplace("token", source);
    config.accounts[0].connections.push_back(one);
  };
  connection("a", "token-a", 7);
  connection("b", "token-b", 12);
  folder.file("token-a", "s3cret\n", 0600);

  SUBCASE("each goes to its connection and option") {
    folder.file("token-b", "other", 0600);
    const auto read = read_secrets(config, "crmsyncd.yaml");
    const auto& secrets = std::get<Secrets>(read);
    CHECK(secrets.at("a").at("token").equals("s3cret"));
    CHECK(secrets.at("b").at("token").equals("other"));
    CHECK(missing_secret_files(config, "crmsyncd.yaml").empty());
  }
  SUBCASE("a missing one is a problem with its place, the key and the cure") {
    const auto read = read_secrets(config, "crmsyncd.yaml");
    const auto& problems = std::get<std::vector<Problem>>(read);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].to_string() == "crmsyncd.yaml:12:16: token: cannot read the secret " + folder.path() +
                                         "/token-b: No such file or directory; put the secret there, for the daemon "
                                         "alone to read");
    CHECK(missing_secret_files(config, "crmsyncd.yaml") == problems);
  }
  SUBCASE("the key of TLS is one of them") {
    folder.file("token-b", "other", 0600);
    config.api.tls = Tls{"/cert.pem", {3, 24}, {SecretSource::From::file, folder.path() + "/key", {3, 40}}};
    const auto missing = missing_secret_files(config, "crmsyncd.yaml");
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].to_string().starts_with("crmsyncd.yaml:3:40: key: cannot read the secret " + folder.path()));
    CHECK(std::get<std::vector<Problem>>(read_secrets(config, "crmsyncd.yaml")) == missing);
    folder.file("key", "-----BEGIN", 0600);
    const auto read = read_secrets(config, "crmsyncd.yaml");
    CHECK(std::get<Secrets>(read).at(kTlsSecrets).at(kTlsKey).equals("-----BEGIN"));
  }
  SUBCASE("every problem is reported at once, and none quotes what is in a file") {
    folder.file("token-a", "s3cret", 0644);
    const auto read = read_secrets(config, "crmsyncd.yaml");
    const auto& problems = std::get<std::vector<Problem>>(read);
    REQUIRE(problems.size() == 2);
    for (const auto& problem : problems) CHECK(problem.to_string().find("s3cret") == std::string::npos);
  }
}

}  // namespace crmsync::config
