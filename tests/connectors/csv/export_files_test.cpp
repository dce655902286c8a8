#include "connectors/csv/export_files.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/connectors/csv/temp_folder.h"

using namespace crmsync;
using namespace crmsync::connectors::csv;

namespace {

// A file that was changed at that second.
void put(const TempFolder& folder, const std::string& name, long at) {
  folder.write(name, "id,email\n");
  struct timespec time {};
  time.tv_sec = at;
  const struct timespec times[] = {time, time};
  REQUIRE(::utimensat(AT_FDCWD, folder.file(name).c_str(), times, 0) == 0);
}

// The names found, without the folder.
std::string found(const TempFolder& folder, nlohmann::json options, const std::string& path = "") {
  options["path"] = path.empty() ? folder.path() : folder.file(path);
  const auto files = find_export(parse_options(options));
  if (!files) return files.error().message;
  std::string names;
  for (const auto& file : *files) names += (names.empty() ? "" : " ") + file.path.substr(folder.path().size() + 1);
  return names;
}

// As long as it lives, nobody may list that folder; and as root may nevertheless, the test is somebody else.
class Closed {
 public:
  explicit Closed(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::permissions(folder_, std::filesystem::perms::none);
    if (user_ == 0) REQUIRE(::seteuid(65534) == 0);
  }
  ~Closed() {
    if (user_ == 0 && ::seteuid(0) != 0) std::abort();
    std::error_code ignored;
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, ignored);
  }
  Closed(const Closed&) = delete;
  Closed& operator=(const Closed&) = delete;

 private:
  std::string folder_;
  uid_t user_ = ::geteuid();
};

const nlohmann::json kAll = {{"read", "all"}};
const nlohmann::json kNewest = nlohmann::json::object();

}  // namespace

TEST_CASE("an export is") {
  const TempFolder folder;
  put(folder, "b.csv", 300);
  put(folder, "a.TSV", 200);
  put(folder, "c.txt", 100);
  SUBCASE("all CSV files of a folder, by name") { CHECK(found(folder, kAll) == "a.TSV b.csv c.txt"); }
  SUBCASE("the newest of them") {
    CHECK(found(folder, kNewest) == "b.csv");
    put(folder, "c.txt", 400);
    CHECK(found(folder, kNewest) == "c.txt");
  }
  SUBCASE("of two of one time the last by name") {
    put(folder, "a2.csv", 300);
    CHECK(found(folder, kNewest) == "b.csv");
    put(folder, "b2.csv", 300);
    CHECK(found(folder, kNewest) == "b2.csv");
  }
  SUBCASE("what a glob matches, whatever its ending") {
    put(folder, "d.dat", 500);
    CHECK(found(folder, kAll, "[bd].*") == "b.csv d.dat");
    CHECK(found(folder, kNewest, "[bd].*") == "d.dat");
  }
  SUBCASE("a file by its name, whatever that is") {
    put(folder, ".hidden.part", 500);
    CHECK(found(folder, kNewest, ".hidden.part") == ".hidden.part");
    put(folder, "odd[1].csv", 500);
    CHECK(found(folder, kNewest, "odd[1].csv") == "odd[1].csv");
  }
}

TEST_CASE("what is no part of an export") {
  const TempFolder folder;
  put(folder, "a.csv", 100);
  SUBCASE("hidden and unfinished files") {
    for (const auto name :
         {".b.csv", "b.csv.part", "b.csv.tmp", "b.csv~", "b.csv.filepart", "b.csv.crdownload", "b.csv.partial"})
      put(folder, name, 900);
    CHECK(found(folder, kAll) == "a.csv");
    CHECK(found(folder, kAll, "*") == "a.csv");
    CHECK(found(folder, kNewest, "*") == "a.csv");
  }
  SUBCASE("other files and folders") {
    put(folder, "readme.md", 900);
    std::filesystem::create_directory(folder.file("old.csv"));
    CHECK(found(folder, kAll) == "a.csv");
    CHECK(found(folder, kNewest) == "a.csv");
  }
  SUBCASE("what was written for the CRM") {
    std::filesystem::create_directory(folder.file("out"));
    put(folder, "out/opt-outs.csv", 900);
    auto options = kAll;
    options["outgoing"] = folder.file("out");
    CHECK(found(folder, options, "*/*.csv").find("no export") != std::string::npos);
    CHECK(found(folder, kAll, "*/*.csv") == "out/opt-outs.csv");
  }
}

TEST_CASE("no export is an error with the place and the cure") {
  const TempFolder folder;
  for (const auto path : {"missing.csv", "*.csv", "missing/contacts.csv", ""}) {
    const auto message = found(folder, kNewest, path);
    CHECK(message.find(folder.path()) != std::string::npos);
    CHECK(message.find("put a CSV file there") != std::string::npos);
  }
}

TEST_CASE("a part that is listed but cannot be looked at is an error, not a smaller export") {
  const TempFolder folder;
  put(folder, "a.csv", 100);
  std::filesystem::create_symlink(folder.file("gone"), folder.file("b.csv"));
  CHECK(found(folder, kAll).find(folder.file("b.csv")) != std::string::npos);
  CHECK(found(folder, kAll, "*.csv").find(folder.file("b.csv")) != std::string::npos);
  SUBCASE("where the newest is the whole export, it is none of it") { CHECK(found(folder, kNewest) == "a.csv"); }
}

TEST_CASE("parts in a folder that cannot be listed are an error, not a smaller export") {
  const TempFolder folder;
  for (const auto* part : {"north", "south"}) std::filesystem::create_directory(folder.file(part));
  put(folder, "north/a.csv", 100);
  put(folder, "south/b.csv", 50);
  REQUIRE(found(folder, kAll, "*/*.csv") == "north/a.csv south/b.csv");
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const Closed closed(folder.file("south"));
  const auto message = found(folder, kAll, "*/*.csv");
  CHECK(message.find(folder.file("*/*.csv")) != std::string::npos);
  CHECK(message.find("cannot be listed") != std::string::npos);
  SUBCASE("where the newest is the whole export, it is none of it") {
    CHECK(found(folder, kNewest, "*/*.csv") == "north/a.csv");
  }
}

TEST_CASE("an export whose name is not UTF-8 is refused with the cure: no cursor and no report could name it") {
  const TempFolder folder;
  put(folder, "M\xE4rz.csv", 100);
  for (const auto& message : {found(folder, kAll), found(folder, kNewest), found(folder, kNewest, "M*.csv")}) {
    CAPTURE(message);
    CHECK(message.find("M\xC3\xA4rz.csv") != std::string::npos);
    CHECK(message.find("rename it") != std::string::npos);
  }
  SUBCASE("but one that is not read is no problem") {
    put(folder, "a.csv", 200);
    CHECK(found(folder, kNewest) == "a.csv");
  }
  SUBCASE("and other letters than ASCII are none") {
    put(folder, "M\xC3\xA4rz.csv", 300);
    CHECK(found(folder, kNewest) == "M\xC3\xA4rz.csv");
  }
}
