// How fast a CSV export is read: the tokenizer alone, and fetch() with everything it does. Medians of five runs.
// Usage: csv_parse_bench [ROWS], default 1,000,000 rows of about 100 bytes, written to a temporary folder.
#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "connectors/csv/csv_connector.h"
#include "connectors/csv/tokenizer.h"

namespace {

using namespace crmsync;
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

struct Measured {
  double seconds = 0;
  std::size_t rows = 0;
};

template <class Run>
Measured median_of_five(Run run) {
  std::array<Measured, 5> all;
  for (auto& one : all) {
    const auto start = Clock::now();
    one.rows = run();
    one.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.seconds < b.seconds; });
  return all[2];
}

void report(const char* what, const Measured& measured, std::size_t bytes) {
  std::printf("%-28s %7.3f s  %7.0f MB/s  %10.0f rows/s  (%zu rows)\n", what, measured.seconds,
              static_cast<double>(bytes) / measured.seconds / 1e6,
              static_cast<double>(measured.rows) / measured.seconds, measured.rows);
}

std::string text_of(std::size_t rows, bool quoted) {
  std::string text = "Record ID,First Name,Last Name,Email,Unsubscribed from all email,Last Modified Date,Company\r\n";
  const char* q = quoted ? "\"" : "";
  char line[256];
  for (std::size_t i = 0; i < rows; ++i) {
    const int n = std::snprintf(line, sizeof line,
                                "%s%zu%s,%sAda%s,%sLovelace%zu%s,%sada.lovelace%zu@example.com%s,%s%s%s,"
                                "%s2026-%02zu-%02zu %02zu:%02zu%s,%sAnalytical Engines Ltd%s\r\n",
                                q, 50'000'000 + i, q, q, q, q, i % 977, q, q, i, q, q, i % 25 == 0 ? "true" : "false",
                                q, q, i % 11 + 1, i % 28 + 1, i % 24, i % 60, q, q, q);
    text.append(line, static_cast<std::size_t>(n));
  }
  return text;
}

std::size_t tokenise(const std::string& text) {
  std::size_t at = 0, rows = 0;
  connectors::csv::Tokenizer tokenizer(',', [&](std::string& out) {
    const auto part = std::string_view(text).substr(at, 256 * 1024);
    out.append(part);
    at += part.size();
    return !part.empty();
  });
  std::vector<std::string_view> cells;
  while (tokenizer.next(cells) != connectors::csv::RowEnd::none) ++rows;
  return rows;
}

asio::awaitable<void> fetch_all(connectors::Connector& connector, std::size_t page_size, std::size_t& rows) {
  connectors::FetchRequest request;
  request.page_size = page_size;
  while (true) {
    auto page = co_await connector.fetch(request);
    if (!page) {
      std::fprintf(stderr, "%s\n", page.error().message.c_str());
      std::exit(1);
    }
    rows += page->records.size();
    if (page->end) co_return;
    request.cursor = std::move(page->next_cursor);
  }
}

std::size_t fetch(const std::string& path, std::size_t page_size) {
  asio::io_context context;
  asio::thread_pool pool(1);
  const auto now = [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  const connectors::Environment environment{context.get_executor(), pool.get_executor(), now};
  const connectors::ConnectionOptions options{"bench", "bench", {{"path", path}}};
  const auto connector = connectors::csv::kind().make(options, environment);
  std::size_t rows = 0;
  asio::co_spawn(context, fetch_all(*connector, page_size, rows), [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  });
  context.run();
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t rows = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  std::string folder = std::filesystem::temp_directory_path() / "csv_parse_bench.XXXXXX";
  if (!::mkdtemp(folder.data())) return 1;
  const std::string path = folder + "/contacts.csv";
  for (const bool quoted : {false, true}) {
    std::string text = text_of(rows, quoted);
    std::printf("%s cells, %.1f MB\n", quoted ? "quoted" : "plain", static_cast<double>(text.size()) / 1e6);
    report("tokenise", median_of_five([&] { return tokenise(text); }), text.size());
    std::ofstream(path, std::ios::binary) << text;
    const std::size_t bytes = text.size();
    std::string().swap(text);
    for (const std::size_t page : {std::size_t{0}, std::size_t{1000}, std::size_t{5000}, std::size_t{20000}})
      report(("fetch, page size " + (page ? std::to_string(page) : std::string("default"))).c_str(),
             median_of_five([&] { return fetch(path, page); }), bytes);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
