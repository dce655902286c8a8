#include "connectors/csv/csv_connector.h"

#include <unistd.h>

#include <array>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/csv/export_files.h"
#include "connectors/csv/outgoing.h"
#include "connectors/csv/row_reader.h"

namespace crmsync::connectors::csv {

namespace {

using nlohmann::json;

constexpr std::size_t kPageRows = 10000;
constexpr std::size_t kMaxBadRows = 100;  // reported per page; the rest is counted by the last entry
constexpr std::chrono::milliseconds kSettle{250};
constexpr int kSettleTries = 120;

json to_json(const FileIdentity& file) {
  return {{"path", file.path}, {"size", file.size}, {"modified_ns", file.modified_ns}, {"inode", file.inode}};
}

FileIdentity from_json(const json& value) {
  return {value.at("path"), value.at("size"), value.at("modified_ns"), value.at("inode")};
}

std::string token_of(const FileIdentity& file) {
  return "csv:" + file.path + ":" + std::to_string(file.size) + ":" + std::to_string(file.modified_ns);
}

// Where a run stands: the files it began with and the next row.
struct Place {
  std::vector<FileIdentity> files;
  std::size_t index = 0;
  Position position;

  json cursor() const {
    json list = json::array();
    for (const auto& file : files) list.push_back(to_json(file));
    return {{"files", list}, {"index", index}, {"offset", position.offset}, {"line", position.line}};
  }
  static Place parse(const json& cursor) {
    Place place;
    for (const auto& file : cursor.at("files")) place.files.push_back(from_json(file));
    place.index = cursor.at("index");
    place.position = {cursor.at("offset"), cursor.at("line")};
    return place;
  }
};

class CsvConnector final : public Connector {
 public:
  CsvConnector(const ConnectionOptions& connection, const Environment& environment)
      : options_(connection.options),
        environment_(environment),
        path_(options_.at("path")),
        outgoing_(options_.value("outgoing", "")),
        which_(options_.value("read", "newest") == "all" ? ReadWhich::all : ReadWhich::newest) {}

  Capabilities capabilities() const override {
    Capabilities can;
    can.push_opt_out = can.push_opt_in = !outgoing_.empty();
    can.push_batch = 1000;
    return can;
  }

  asio::awaitable<Result<Page>> fetch(const FetchRequest& request) override {
    if (request.cursor.is_null()) {
      reader_.reset();
      auto ready = co_await settled();
      if (!ready) co_return ready.error();
      place_ = std::move(*ready);
    } else if (!reader_ || place_.cursor() != request.cursor) {
      reader_.reset();
      place_ = Place::parse(request.cursor);
    }
    co_await asio::post(asio::bind_executor(environment_.work, asio::use_awaitable));
    auto page = read_page(request);
    co_await asio::post(asio::bind_executor(environment_.executor, asio::use_awaitable));
    co_return page;
  }

  asio::awaitable<std::vector<PushResult>> push(std::span<const Push> batch) override {
    co_await asio::post(asio::bind_executor(environment_.work, asio::use_awaitable));
    auto written = write_batch(outgoing_, batch);
    co_await asio::post(asio::bind_executor(environment_.executor, asio::use_awaitable));
    PushResult result;
    result.state = written ? PushResult::State::accepted : PushResult::State::failed;
    if (!written) result.error = written.error();
    std::vector<PushResult> results(batch.size(), result);
    co_return results;
  }

  asio::awaitable<Probe> probe() override {
    co_await asio::post(asio::bind_executor(environment_.work, asio::use_awaitable));
    Probe probe = look();
    co_await asio::post(asio::bind_executor(environment_.executor, asio::use_awaitable));
    co_return probe;
  }

 private:
  // A file that somebody is still writing is not read. Where the system cannot tell, it has to keep its size and time
  // for a moment.
  asio::awaitable<Result<Place>> settled() {
    asio::steady_timer timer(environment_.executor);
    for (int tries = 0; tries < kSettleTries; ++tries) {
      auto files = find_export(path_, which_);
      if (!files) co_return files.error();
      bool written = false, unsure = false;
      for (const auto& file : *files) {
        const Writer writer = writer_of(file.path);
        written |= writer == Writer::somebody;
        unsure |= writer == Writer::cannot_tell;
      }
      if (!written && (!unsure || *files == place_.files)) {
        Place place;
        place.files = std::move(*files);
        co_return place;
      }
      place_.files = std::move(*files);
      timer.expires_after(kSettle);
      co_await timer.async_wait(asio::use_awaitable);
    }
    const Error error(ErrorKind::transient,
                      "the export at " + path_ +
                          " is still being written; write it under another name and rename it when it is done");
    co_return error;
  }

  Result<Page> read_page(const FetchRequest& request) {
    Page page;
    const std::size_t rows = request.page_size != 0 ? request.page_size : kPageRows;
    page.records.reserve(rows);
    try {
      while (page.records.size() < rows && place_.index < place_.files.size())
        if (auto done = read_rows(request, rows, page); !done) return done.error();
    } catch (const std::runtime_error& error) {
      reader_.reset();
      return Error(ErrorKind::transient, error.what());
    }
    page.end = place_.index == place_.files.size();
    page.next_cursor = page.end ? json() : place_.cursor();

    return page;
  }

  Result<void> read_rows(const FetchRequest& request, std::size_t rows, Page& page) {
    const FileIdentity& file = place_.files[place_.index];
    if (!reader_) {
      auto reader = RowReader::open(file, options_, place_.position);
      if (!reader) return reader.error();
      reader_ = std::move(*reader);
    }
    domain::RemoteRecord record;
    while (page.records.size() < rows) {
      const auto row = reader_->next(record);
      if (row == RowReader::Row::end) return next_file(request, file, page);
      if (row == RowReader::Row::record) page.records.push_back(std::move(record));
      if (row == RowReader::Row::bad && page.bad_rows.size() < kMaxBadRows) page.bad_rows.push_back(reader_->bad());
    }
    place_.position = reader_->position();
    return reader_->unchanged();
  }

  Result<void> next_file(const FetchRequest& request, const FileIdentity& file, Page& page) {
    if (auto same = reader_->unchanged(); !same) {
      reader_.reset();
      return same.error();
    }
    if (!reader_->doubt().empty() && token_of(file) != request.accepted) {
      page.complete = false;
      page.doubt = reader_->doubt();
      page.doubt_token = token_of(file);
    }
    ++place_.index;
    place_.position = {};
    reader_.reset();
    return {};
  }

  Probe look() {
    Probe probe;
    auto files = find_export(path_, which_);
    probe.verdicts.push_back({"export found", files.has_value(), files ? files->front().path : files.error().message});
    if (files) look_into(files->front(), probe);
    if (outgoing_.empty()) {
      probe.verdicts.push_back({"outgoing folder", true, "not configured: opt-outs are not told to the CRM"});
    } else {
      const bool writable = ::access(outgoing_.c_str(), W_OK | X_OK) == 0;
      probe.verdicts.push_back(
          {"outgoing folder", writable,
           writable ? outgoing_
                    : outgoing_ +
                          " is not a folder that crmsyncd may write to; create it and give it to the service's user"});
    }
    return probe;
  }

  void look_into(const FileIdentity& file, Probe& probe) {
    auto reader = RowReader::open(file, options_, {});
    probe.verdicts.push_back({"header understood", reader.has_value(),
                              reader ? "as " + (*reader)->codec().columns().known_as : reader.error().message});
    if (!reader) return;
    const auto& columns = (*reader)->codec().columns();
    const bool known =
        columns.opted_out || columns.whole_file || (!columns.conditions.empty() && !columns.condition_missing);
    probe.verdicts.push_back({"opt-out column", known,
                              known ? "found"
                                    : "no column says who opted out: every record is \"unknown\" and nobody is created "
                                      "from it; name it with `columns: { opted_out: ... }`"});
    domain::RemoteRecord record;
    while (probe.samples.size() < 3) {
      const auto row = (*reader)->next(record);
      if (row == RowReader::Row::end) break;
      if (row == RowReader::Row::record) probe.samples.push_back(record);
    }
  }

  json options_;
  Environment environment_;
  std::string path_;
  std::string outgoing_;
  ReadWhich which_;
  Place place_;
  std::unique_ptr<RowReader> reader_;  // kept between pages; opened again from the cursor where it is not
};

constexpr std::array<Option, 6> kOptions{{
    {"path", Option::Type::text, true, "a file, a folder or a glob: the export to read"},
    {"read", Option::Type::text, false,
     "newest (default): the newest file is the truth; all: all files are parts of it"},
    {"outgoing", Option::Type::text, false, "folder for opt-outs that the CRM has to import"},
    {"columns", Option::Type::object, false, "which column is id, email, opted_out, modified_at, name"},
    {"opted_out_values", Option::Type::text_list, false, "what means opted out, case-insensitively"},
    {"opted_out_when", Option::Type::object, false, "conditions on columns, any of which means opted out"},
}};

std::vector<OptionProblem> check(const json& options) {
  std::vector<OptionProblem> problems;
  const std::string read = options.value("read", "newest");
  if (read != "newest" && read != "all") problems.push_back({"read", "is newest or all, not \"" + read + "\""});
  if (!options.contains("columns")) return problems;
  for (const auto& [key, value] : options["columns"].items()) {
    const bool list = key == "name" && value.is_array();
    if (key != "id" && key != "email" && key != "opted_out" && key != "modified_at" && key != "name")
      problems.push_back(
          {"columns." + key, "is not a column that crmsyncd knows: id, email, opted_out, modified_at, name"});
    else if (!value.is_string() && !list)
      problems.push_back({"columns." + key, "is the name of a column"});
  }
  return problems;
}

std::unique_ptr<Connector> make(const ConnectionOptions& connection, const Environment& environment) {
  return std::make_unique<CsvConnector>(connection, environment);
}

}  // namespace

Kind kind() { return {"csv", kOptions, check, make}; }

}  // namespace crmsync::connectors::csv
