#include "connectors/csv/csv_connector.h"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <stdexcept>

#include "connectors/csv/export_files.h"
#include "connectors/csv/outgoing.h"
#include "connectors/csv/place.h"
#include "connectors/csv/probe.h"
#include "connectors/csv/settle.h"
#include "connectors/on_work.h"
#include "core/sync/completeness.h"

namespace crmsync::connectors::csv {

namespace {

using nlohmann::json;

constexpr std::size_t kPageRows = 4000;
// How long a run waits for somebody to finish writing; then it fails, and the next one tries again.
constexpr domain::Millis kPatience = 5 * domain::kSecond;
constexpr std::chrono::milliseconds kBetweenLooks{250};
constexpr int kMostLooks = 40;  // whatever the clock says

Error cancelled() { return Error(ErrorKind::cancelled, "stopped while the export was read"); }

asio::awaitable<bool> is_cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

class CsvConnector final : public Connector {
 public:
  CsvConnector(const ConnectionOptions& connection, const Environment& environment)
      : options_(parse_options(connection.options)), environment_(environment) {}

  Capabilities capabilities() const override {
    Capabilities can;
    can.push_opt_out = can.push_opt_in = !options_.outgoing.empty();
    can.push_batch = 1000;
    return can;
  }

  asio::awaitable<Result<Page>> fetch(const FetchRequest& request) override {
    if (co_await is_cancelled()) co_return cancelled();
    if (request.cursor.is_null()) {
      auto begun = co_await begin();
      if (!begun) co_return begun.error();
    } else if (auto moved = move_to(request.cursor); !moved) {
      co_return moved.error();
    }
    Result<Page> page;
    const auto read = [&] { page = read_page(request); };
    co_await on_work(environment_.work, read);
    if (page)
      expected_ = page->next_cursor;
    else
      forget();
    co_return page;
  }

  asio::awaitable<std::vector<PushResult>> push(std::span<const Push> batch) override {
    Result<void> written;
    const auto write = [&] { written = write_batch(options_.outgoing, batch); };
    if (co_await is_cancelled())
      written = cancelled();
    else
      co_await on_work(environment_.work, write);
    PushResult result;
    result.state = written ? PushResult::State::accepted : PushResult::State::failed;
    if (!written) result.error = written.error();
    co_return std::vector<PushResult>(batch.size(), result);
  }

  asio::awaitable<Probe> probe() override {
    Probe probe;
    const auto look = [&] { probe = probe_export(options_); };
    co_await on_work(environment_.work, look);
    co_return probe;
  }

 private:
  // Finds the export and waits a little for it to be finished.
  asio::awaitable<Result<void>> begin() {
    forget();
    asio::steady_timer timer(environment_.executor);
    boost::system::error_code interrupted;
    const domain::Millis since = environment_.now();
    Result<std::vector<FileIdentity>> files;
    bool ready = false;
    const auto look = [&] {
      files = find_export(options_);
      ready = files && settle_.ready(*files, environment_.now());
    };
    for (int looks = 0; looks < kMostLooks && environment_.now() - since <= kPatience; ++looks) {
      co_await on_work(environment_.work, look);
      if (!files) co_return files.error();
      if (ready) {
        place_.files = std::move(*files);
        co_return Result<void>();
      }
      if (co_await is_cancelled()) co_return cancelled();
      timer.expires_after(kBetweenLooks);
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, interrupted));
      if (interrupted) co_return cancelled();
    }
    const Error error(ErrorKind::transient,
                      "the export at " + options_.path +
                          " is still being written; the next run tries again (exports that are written under another "
                          "name and renamed when they are done are never waited for)");
    co_return error;
  }

  // To the page that a cursor names: the next one, as a rule, whose file is still open.
  Result<void> move_to(const json& cursor) {
    if (expected_ == cursor) return {};
    forget();
    auto place = parse_cursor(cursor);
    if (!place) return place.error();
    place_ = std::move(*place);
    return {};
  }

  void forget() {
    reader_.reset();
    expected_ = nullptr;
    place_ = {};
  }

  Result<Page> read_page(const FetchRequest& request) {
    Page page;
    const std::size_t rows = request.page_size != 0 ? request.page_size : kPageRows;
    page.records.reserve(rows);
    try {
      while (page.records.size() + page.bad_rows.size() < rows && !place_.at_end())
        if (auto done = read_rows(rows, page); !done) return done.error();
    } catch (const std::runtime_error& error) {
      return Error(ErrorKind::transient, error.what());
    }
    page.end = place_.at_end();
    if (page.end)
      conclude(request.accepted, page);
    else
      page.next_cursor = place_.cursor();
    return page;
  }

  Result<void> read_rows(std::size_t rows, Page& page) {
    if (!reader_) {
      auto reader = RowReader::open(place_.files[place_.index], options_, place_.position);
      if (!reader) return reader.error();
      reader_ = std::move(*reader);
    }
    auto row = RowReader::Row::bad;
    domain::RemoteRecord record;
    while (row != RowReader::Row::end && page.records.size() + page.bad_rows.size() < rows) {
      row = reader_->next(record);
      if (row == RowReader::Row::record) page.records.push_back(std::move(record));
      if (row == RowReader::Row::bad) page.bad_rows.push_back(reader_->bad());
    }
    if (auto same = reader_->unchanged(); !same) return same;
    if (row == RowReader::Row::end)
      next_file();
    else
      place_.position = reader_->position();
    return {};
  }

  void next_file() {
    if (!reader_->doubt().empty()) place_.doubts.push_back({reader_->doubt(), reader_->doubt_token()});
    reader_.reset();
    ++place_.index;
    place_.position = {};
  }

  // The end of the run: doubts that nobody has settled are said now.
  void conclude(std::string_view accepted, Page& page) {
    for (const auto& doubt : place_.doubts) {
      page.doubt.append(page.doubt.empty() ? "" : " ").append(doubt.text);
      page.doubt_token.append(page.doubt_token.empty() ? "" : " + ").append(doubt.token);
    }
    page.complete = page.doubt.empty() || sync::settles(accepted, page.doubt_token);
    if (page.complete) page.doubt.clear(), page.doubt_token.clear();
  }

  Options options_;
  Environment environment_;
  SettleCheck settle_;
  // Of the run at hand. A cursor says the same; what is open is kept so that it need not be opened for every page.
  Place place_;
  std::unique_ptr<RowReader> reader_;
  json expected_;  // the cursor that place_ is at; null: none
};

std::unique_ptr<Connector> make(const ConnectionOptions& connection, const Environment& environment) {
  return std::make_unique<CsvConnector>(connection, environment);
}

}  // namespace

Kind kind() { return {"csv", option_table(), check_options, make}; }

}  // namespace crmsync::connectors::csv
