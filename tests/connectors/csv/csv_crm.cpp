#include "tests/connectors/csv/csv_crm.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "connectors/csv/csv_connector.h"
#include "connectors/csv/settle.h"
#include "tests/connectors/csv/csv_text.h"
#include "tests/connectors/csv/temp_folder.h"

namespace crmsync::connectors::csv {

namespace {

namespace fs = std::filesystem;
using contract::Break;
using contract::Broken;
using contract::CrmUnderTest;
using contract::Entry;
using contract::Told;
using domain::Millis;

enum class Shape { one_file, parts, newest, glob };

// What a column holds. Who opted out is a word, or a status.
enum class Column { id, email, name, opted_out, status, changed, deleted };

struct Style {
  Shape shape = Shape::one_file;
  std::vector<std::pair<std::string, Column>> columns;
  char delimiter = ',';
  bool utf_16 = false;
  bool outgoing = true;
  nlohmann::json options = nlohmann::json::object();  // besides `path`, `read` and `outgoing`
  std::string hidden_cure;                            // what is said where the opt-out column is missing
  std::string nonsense_cure = "columns: { email";     // and where that of the address is
};

struct Stored {
  Entry entry;
  Millis changed = 0;
  bool deleted = false;
};

// Open for writing as long as it lives.
class OpenFile {
 public:
  explicit OpenFile(const std::string& path) : descriptor_(::open(path.c_str(), O_WRONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

 private:
  int descriptor_;
};

class CsvCrm final : public CrmUnderTest {
 public:
  explicit CsvCrm(Style style) : style_(std::move(style)), kind_(csv::kind()) {
    fs::create_directory(folder_.file("export"));
    fs::create_directory(outgoing());
    publish();
  }

  const Kind& kind() const override { return kind_; }

  nlohmann::json options() const override {
    auto options = style_.options;
    options["path"] = path();
    if (style_.shape == Shape::parts) options["read"] = "all";
    if (style_.outgoing) options["outgoing"] = outgoing();
    return options;
  }

  Millis now() override { return clock_ + domain::kDay; }
  void tick(Millis time) override { clock_ += time; }

  void put(std::span<const Entry> entries) override {
    for (const auto& entry : entries) {
      if (!records_.contains(entry.id)) order_.push_back(entry.id);
      records_[entry.id] = {entry, clock_, false};
    }
    publish();
  }

  void remove(std::string_view id) override {
    auto& record = records_.at(std::string(id));
    record.deleted = true;
    record.changed = clock_;
    publish();
  }

  std::vector<Entry> entries() const override {
    std::vector<Entry> all;
    for (const auto& id : order_)
      if (const auto& record = records_.at(id); !record.deleted) all.push_back(record.entry);
    return all;
  }

  bool says_unknown() const override { return !has(Column::status); }
  std::size_t more_than_a_page() const override { return 4100; }

  std::optional<std::string> put_unreadable() override {
    bad_row_ = true;
    publish();
    return "line 2";
  }

  std::optional<Broken> break_by(Break way) override {
    switch (way) {
      case Break::gone: return broken(way, {path(), "put a CSV file there"});
      case Break::nonsense: return broken(way, {folder_.file("export"), style_.nonsense_cure});
      case Break::cut: return broken(way, {folder_.file("export"), "cut short"});
      case Break::opt_out_hidden: return broken(way, {"opted_out", style_.hidden_cure});
      case Break::slow: {
        if (writer_of(folder_.write("probe", "")) == Writer::cannot_tell) return std::nullopt;
        return broken(way, {path(), "renamed"});
      }
      case Break::deaf: return broken(way, {outgoing(), "create it and give it to the user that crmsyncd runs as"});
      case Break::forbidden:  // a file asks for no credentials
      case Break::busy: break;
    }
    return std::nullopt;
  }

  void repair() override {
    writer_.reset();
    broken_.reset();
    if (!fs::is_directory(outgoing())) {
      fs::remove(outgoing());
      fs::create_directory(outgoing());
    }
    publish();
  }

  std::vector<Told> told() override {
    std::vector<Told> all;
    if (!fs::is_directory(outgoing())) return all;
    for (const auto& file : fs::directory_iterator(outgoing())) {
      if (file.path().extension() != ".csv") continue;
      auto rows = rows_of(contents(file.path().string()));
      rows.erase(rows.begin());
      for (const auto& row : rows) {
        const Told one{row.at(0), row.at(1), row.at(2) == "true"};
        if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
      }
    }
    return all;
  }

  void take_in() override {
    for (const auto& one : told()) {
      const auto found = records_.find(one.id);
      if (found == records_.end()) continue;
      found->second.entry.opted_out = one.opted_out;
      found->second.changed = clock_;
    }
    publish();
  }

 private:
  std::string outgoing() const { return folder_.file("outgoing"); }

  std::string path() const {
    switch (style_.shape) {
      case Shape::one_file: return folder_.file("export/contacts.csv");
      case Shape::glob: return folder_.file("export/contacts-*.csv");
      case Shape::parts:
      case Shape::newest: break;
    }
    return folder_.file("export");
  }

  bool has(Column wanted) const {
    return std::any_of(style_.columns.begin(), style_.columns.end(), [&](auto& one) { return one.second == wanted; });
  }

  std::optional<Broken> broken(Break way, Broken how) {
    broken_ = way;
    publish();
    return how;
  }

  bool shown(Column column) const {
    if (broken_ == Break::nonsense) return column != Column::email;
    if (broken_ == Break::opt_out_hidden) return column != Column::opted_out && column != Column::status;
    return true;
  }

  std::string row(const std::vector<std::string>& cells) const { return quoted_row(cells, style_.delimiter); }

  std::string header() const {
    std::vector<std::string> cells;
    for (const auto& [name, column] : style_.columns)
      if (shown(column)) cells.push_back(name);
    return row(cells);
  }

  std::string row(const Stored& record) const {
    std::vector<std::string> cells;
    const Entry& entry = record.entry;
    for (const auto& [name, column] : style_.columns) {
      if (!shown(column)) continue;
      switch (column) {
        case Column::id: cells.push_back(entry.id); break;
        case Column::email: cells.push_back(entry.email); break;
        case Column::name: cells.push_back(entry.name); break;
        case Column::opted_out:
          cells.push_back(!entry.opted_out ? "ask them" : *entry.opted_out ? "true" : "false");
          break;
        case Column::status: cells.push_back(entry.opted_out == true ? "Left" : "Active"); break;
        case Column::changed: cells.push_back(std::to_string(record.changed)); break;
        case Column::deleted: cells.push_back(record.deleted ? "true" : "false"); break;
      }
    }
    return row(cells);
  }

  // The CRM writes its export anew: to another name first, as the README asks for.
  void publish() {
    writer_.reset();
    ++exports_;
    if (style_.shape != Shape::newest || broken_ == Break::gone)
      for (const auto& old : fs::directory_iterator(folder_.file("export"))) fs::remove(old);
    if (broken_ == Break::deaf) {
      fs::remove_all(outgoing());
      std::ofstream{outgoing()} << "no folder";
    }
    if (broken_ == Break::gone) return;
    const std::size_t parts = style_.shape == Shape::parts ? 3 : 1;
    for (std::size_t part = 0; part < parts; ++part) write_part(part, parts);
  }

  void write_part(std::size_t part, std::size_t parts) {
    std::string text = header();
    if (bad_row_ && part == 0) text += row({"one", "cell", "more", "than", "the", "header", "has", "!"});
    std::string last;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const Stored& record = records_.at(order_[i]);
      if (i % parts != part || (record.deleted && !has(Column::deleted))) continue;
      text += last = row(record);
    }
    if (broken_ == Break::cut && part + 1 == parts) text.resize(text.size() - last.size() + 3);
    if (style_.utf_16) text = "\xFF\xFE" + utf_16(text, false);
    const std::string name = style_.shape == Shape::one_file ? path()
                             : style_.shape == Shape::newest
                                 ? folder_.file("export/" + std::to_string(exports_) + ".csv")
                                 : folder_.file("export/contacts-" + std::to_string(part) + ".csv");
    const std::string temporary = folder_.write("writing", text);
    set_time(temporary);
    fs::rename(temporary, name);
    if (broken_ == Break::slow) writer_ = std::make_unique<OpenFile>(name);
  }

  // By the CRM's clock; two exports of one moment are told apart.
  void set_time(const std::string& file) const {
    struct timespec time {};
    time.tv_sec = clock_ / domain::kSecond;
    time.tv_nsec = static_cast<long>(clock_ % domain::kSecond) * 1'000'000 + static_cast<long>(exports_);
    const struct timespec times[] = {time, time};
    ::utimensat(AT_FDCWD, file.c_str(), times, 0);
  }

  Style style_;
  Kind kind_;
  TempFolder folder_;
  std::map<std::string, Stored> records_;
  std::vector<std::string> order_;
  Millis clock_ = 1'767'225'600'000;
  std::size_t exports_ = 0;
  bool bad_row_ = false;
  std::optional<Break> broken_;
  std::unique_ptr<OpenFile> writer_;
};

constexpr const char* kNameTheColumn = "name the column with `columns: { opted_out";

}  // namespace

std::unique_ptr<CrmUnderTest> one_file() {
  Style style;
  style.columns = {{"id", Column::id},
                   {"email", Column::email},
                   {"name", Column::name},
                   {"opted_out", Column::opted_out},
                   {"modified_at", Column::changed}};
  style.hidden_cure = kNameTheColumn;
  return std::make_unique<CsvCrm>(std::move(style));
}

std::unique_ptr<CrmUnderTest> parts_in_utf_16() {
  Style style;
  style.shape = Shape::parts;
  style.columns = {{"Record ID", Column::id},
                   {"First Name", Column::name},
                   {"Email", Column::email},
                   {"Unsubscribed from all email", Column::opted_out},
                   {"Last Modified Date", Column::changed}};
  style.delimiter = '\t';
  style.utf_16 = true;
  style.hidden_cure = kNameTheColumn;
  return std::make_unique<CsvCrm>(std::move(style));
}

std::unique_ptr<CrmUnderTest> newest_with_own_columns() {
  Style style;
  style.shape = Shape::newest;
  style.columns = {{"Mail", Column::email}, {"Key", Column::id}, {"State", Column::status}, {"Who", Column::name}};
  style.delimiter = ';';
  style.options = {{"columns", {{"id", "Key"}, {"email", "Mail"}, {"name", "Who"}}},
                   {"opted_out_when", {{{"field", "State"}, {"equals", "left"}}}}};
  style.nonsense_cure = "correct `columns`";
  style.hidden_cure = "opted_out_when names the column \"State\", which the export does not have";
  return std::make_unique<CsvCrm>(std::move(style));
}

std::unique_ptr<CrmUnderTest> read_only() {
  Style style;
  style.shape = Shape::glob;
  style.columns = {{"Id", Column::id},
                   {"IsDeleted", Column::deleted},
                   {"LastName", Column::name},
                   {"Email", Column::email},
                   {"HasOptedOutOfEmail", Column::opted_out},
                   {"SystemModstamp", Column::changed}};
  style.outgoing = false;
  style.hidden_cure = kNameTheColumn;
  return std::make_unique<CsvCrm>(std::move(style));
}

}  // namespace crmsync::connectors::csv
