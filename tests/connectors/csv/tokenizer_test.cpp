#include "connectors/csv/tokenizer.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "tests/connectors/csv/csv_text.h"

using namespace crmsync::connectors::csv;

namespace {

using Rows = std::vector<std::vector<std::string>>;

// Gives a text out in chunks of that size.
Tokenizer::Refill chunks_of(std::string text, std::size_t size) {
  return [text = std::move(text), size, at = std::size_t{0}](std::string& out) mutable {
    out.append(text, at, size);
    at = std::min(text.size(), at + size);
    return at < text.size();
  };
}

Tokenizer tokenizer(std::string text, char delimiter = ',', std::size_t chunk = 1 << 20) {
  return {delimiter, chunks_of(std::move(text), chunk)};
}

struct Read {
  Rows rows;
  RowEnd last = RowEnd::none;  // how the last row ended
};

Read read_all(Tokenizer& in) {
  Read read;
  std::vector<std::string_view> cells;
  while (true) {
    const RowEnd end = in.next(cells);
    if (end == RowEnd::none) return read;
    read.last = end;
    if (end == RowEnd::cut) return read;
    if (end == RowEnd::too_long)
      read.rows.push_back({"(too long)"});
    else
      read.rows.emplace_back(cells.begin(), cells.end());
  }
}

Rows rows(std::string text, char delimiter = ',') {
  auto in = tokenizer(std::move(text), delimiter);
  return read_all(in).rows;
}

RowEnd last_end(std::string text) {
  auto in = tokenizer(std::move(text));
  return read_all(in).last;
}

}  // namespace

TEST_CASE("cells and rows") {
  SUBCASE("are separated by the delimiter, and by nothing else") {
    CHECK(rows("a,b;c\n", ',') == Rows{{"a", "b;c"}});
    CHECK(rows("a,b;c\n", ';') == Rows{{"a,b", "c"}});
    CHECK(rows("a\tb|c\n", '\t') == Rows{{"a", "b|c"}});
  }
  SUBCASE("end with LF, CR LF or CR, also mixed") {
    CHECK(rows("a,b\r\nc,d\ne,f\rg,h") == Rows{{"a", "b"}, {"c", "d"}, {"e", "f"}, {"g", "h"}});
  }
  SUBCASE("may be empty") {
    CHECK(rows(",\n,,\na,\n") == Rows{{"", ""}, {"", "", ""}, {"a", ""}});
    CHECK(rows("\"\"\n") == Rows{{""}});
    CHECK(rows("a,") == Rows{{"a", ""}});
  }
  SUBCASE("keep the blanks around them") { CHECK(rows(" a , b \n") == Rows{{" a ", " b "}}); }
  SUBCASE("of no text are none") {
    CHECK(rows("").empty());
    CHECK(rows("\n\r\n\r").empty());
  }
  SUBCASE("of more than sixteen bytes are found as well") {
    CHECK(rows("0123456789abcdef,0123456789abcdef0123456789abcdef,x\r\n") ==
          Rows{{"0123456789abcdef", "0123456789abcdef0123456789abcdef", "x"}});
  }
}

TEST_CASE("quotes") {
  SUBCASE("hold delimiters and line ends") { CHECK(rows("\"a,b\",\"c\r\nd\ne\"\n") == Rows{{"a,b", "c\r\nd\ne"}}); }
  SUBCASE("are doubled to stand for themselves") { CHECK(rows("\"a\"\"b\",\"\"\"\"\n") == Rows{{"a\"b", "\""}}); }
  SUBCASE("in the middle of a cell are text") { CHECK(rows("a\"b\",c\n") == Rows{{"a\"b\"", "c"}}); }
  SUBCASE("that are closed early leave what follows in the cell") {
    CHECK(rows("\"a\"b,c\n") == Rows{{"ab", "c"}});
    CHECK(rows("\"a\"\"x\" \"b\",c\n") == Rows{{"a\"x \"b\"", "c"}});
  }
  SUBCASE("that are never closed cut the file") {
    auto in = tokenizer("a,b\nc,\"d\ne,f\n");
    const auto read = read_all(in);
    CHECK(read.rows == Rows{{"a", "b"}});
    CHECK(read.last == RowEnd::cut);
  }
}

TEST_CASE("the last row says whether it was whole") {
  CHECK(last_end("a,b\n") == RowEnd::line);
  CHECK(last_end("a,b\r") == RowEnd::line);
  CHECK(last_end("a,b") == RowEnd::end_of_file);
  CHECK(last_end("a,\"b\"") == RowEnd::end_of_file);
  CHECK(last_end("a,\"b") == RowEnd::cut);
  CHECK(last_end("a,\"b\"\"") == RowEnd::cut);
}

TEST_CASE("of a row is known") {
  std::vector<std::string_view> cells;
  SUBCASE("on which line it begins, whatever its cells hold") {
    auto in = tokenizer("a\n\n\"b\nb\r\nb\"\r\nc\n");
    in.next(cells);
    CHECK(in.row_line() == 1);
    CHECK_FALSE(in.after_empty_line());
    in.next(cells);
    CHECK(in.row_line() == 3);
    CHECK(in.after_empty_line());
    in.next(cells);
    CHECK(in.row_line() == 6);
    CHECK_FALSE(in.after_empty_line());
    CHECK(in.lines() == 6);
  }
  SUBCASE("whether it holds a NUL byte") {
    using namespace std::string_literals;
    auto in = tokenizer("a,b\nc,\0\nd,e\n"s, ',', 3);
    in.next(cells);
    CHECK_FALSE(in.has_nul());
    in.next(cells);
    CHECK(in.has_nul());
    in.next(cells);
    CHECK_FALSE(in.has_nul());
  }
  SUBCASE("whether its last cell ended with its quote") {
    auto in = tokenizer("a,\"b\"\n\"a\",b\na,\"b\"c\na,\"\"");
    for (const bool closed : {true, false, false, true}) {
      in.next(cells);
      CHECK(in.last_cell_closed() == closed);
    }
  }
}

TEST_CASE("a row that is too long") {
  const std::string large(Tokenizer::kMaxRow + 1, 'x');
  SUBCASE("costs itself and no other") {
    auto in = tokenizer("a,b\n" + large + ",c\r\nd,e\n", ',', 100'000);
    CHECK(read_all(in).rows == Rows{{"a", "b"}, {"(too long)"}, {"d", "e"}});
    CHECK(in.lines() == 3);
  }
  SUBCASE("by a quote that is never closed costs it only up to the next line end") {
    std::string text = "a,\"b\n";
    while (text.size() < 3 * Tokenizer::kMaxRow) text += "c,d\n";
    auto in = tokenizer(text, ',', 100'000);
    const auto read = read_all(in);
    CHECK(read.rows.front() == std::vector<std::string>{"(too long)"});
    CHECK(read.rows.back() == std::vector<std::string>{"c", "d"});
    CHECK(read.last == RowEnd::line);
  }
  SUBCASE("up to the end of the file means that it was cut") {
    auto in = tokenizer("a,b\n" + large, ',', 100'000);
    const auto read = read_all(in);
    CHECK(read.rows == Rows{{"a", "b"}, {"(too long)"}});
    CHECK(read.last == RowEnd::cut);
  }
  SUBCASE("is one byte longer than one that is read") {
    const std::string whole(Tokenizer::kMaxRow - 1, 'x');
    CHECK(rows(whole + "\n") == Rows{{whole}});
  }
}

TEST_CASE("rows are the same wherever the text is divided") {
  const auto piece =
      rc::gen::elementOf(std::vector<std::string>{"a", ",", "\"", "\"\"", "\r\n", "\n", "\r", "bc ", ""});
  CHECK(rc::check("chunks", [&] {
    std::string text;
    for (const auto& one : *rc::gen::container<std::vector<std::string>>(piece)) text += one;
    auto whole = tokenizer(text);
    auto divided = tokenizer(text, ',', *rc::gen::inRange<std::size_t>(1, 8));
    const auto expected = read_all(whole), found = read_all(divided);
    RC_ASSERT(found.rows == expected.rows);
    RC_ASSERT(found.last == expected.last);
    RC_ASSERT(divided.lines() == whole.lines());
    if (expected.last != RowEnd::cut) RC_ASSERT(divided.offset() == text.size());
  }));
}

TEST_CASE("cells come back as they were written, and reading can go on after any row") {
  const auto cell = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab \",;\t\r\n\xC3\xA4")));
  const auto table =
      rc::gen::nonEmpty(rc::gen::container<Rows>(rc::gen::nonEmpty(rc::gen::container<Rows::value_type>(cell))));
  CHECK(rc::check("round trip", [&] {
    const Rows written = *rc::gen::resize(10, table);
    const char delimiter = *rc::gen::element(',', ';', '\t', '|');
    const std::string line_end = *rc::gen::element(std::string("\n"), std::string("\r\n"), std::string("\r"));
    std::string text;
    for (const auto& row : written) text += quoted_row(row, delimiter, line_end);
    auto in = tokenizer(text, delimiter, 5);
    RC_ASSERT(read_all(in).rows == written);

    auto first = tokenizer(text, delimiter, 5);
    const auto until = *rc::gen::inRange<std::size_t>(0, written.size() + 1);
    std::vector<std::string_view> cells;
    for (std::size_t i = 0; i < until; ++i) first.next(cells);
    auto rest = tokenizer(text.substr(first.offset()), delimiter, 7);
    rest.set_offset(first.offset());
    rest.set_lines(first.lines());
    RC_ASSERT(read_all(rest).rows == Rows(written.begin() + static_cast<std::ptrdiff_t>(until), written.end()));
    RC_ASSERT(rest.offset() == text.size());
    RC_ASSERT(rest.lines() == in.lines());
  }));
}
