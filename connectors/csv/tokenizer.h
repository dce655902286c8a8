// Splits delimited text into rows by RFC 4180, leniently: quoted fields may hold delimiters, quotes and line ends; rows
// end with CR LF, LF or CR. Works on a buffer that is refilled, so memory does not grow with the file. Used by
// RowReader.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::csv {

enum class RowEnd {
  line,         // ended by a line end
  end_of_file,  // the last row, without a line end
  cut,          // the file ended inside a quoted field
  too_long,     // longer than the limit: skipped up to the next line end (cut follows if there is none)
  none,         // no more rows
};

class Tokenizer {
 public:
  // Appends up to a chunk of text to the string; returns false at the end of the input.
  using Refill = std::function<bool(std::string&)>;

  Tokenizer(char delimiter, Refill refill) : delimiter_(delimiter), refill_(std::move(refill)) {}

  // The fields of the next row; the views are valid until the next call. Empty lines are skipped.
  RowEnd next(std::vector<std::string_view>& fields);
  // Bytes of text consumed so far: the offset at which the next row starts.
  std::uint64_t offset() const noexcept { return base_ + at_; }
  void set_offset(std::uint64_t offset) { base_ = offset - at_; }
  // The number of line ends consumed: the next row starts on line lines() + 1.
  std::uint64_t lines() const noexcept { return lines_; }
  void set_lines(std::uint64_t lines) { lines_ = lines; }

  // About the row that next() returned last.
  std::uint64_t row_line() const noexcept { return row_line_; }         // the line it began on, from 1
  bool after_empty_line() const noexcept { return after_empty_; }       // there was an empty line before it
  bool has_nul() const noexcept { return has_nul_; }                    // it holds a NUL byte
  bool last_cell_closed() const noexcept { return last_cell_closed_; }  // its last cell ended with its closing quote

  // Bytes of a row with its line end.
  static constexpr std::size_t kMaxRow = 1 << 20;

 private:
  enum class Scan { row, needs_more, cut };
  Scan scan(std::vector<std::string_view>& fields, bool at_end, std::size_t& end, bool& ended_by_line);
  bool refill();
  void skip_line();
  RowEnd skip_row(std::vector<std::string_view>& fields);
  bool nul_in(std::size_t begin, std::size_t end) const noexcept;

  char delimiter_;
  Refill refill_;
  std::string buffer_;
  std::deque<std::string> unescaped_;  // fields with doubled quotes; reused
  std::size_t at_ = 0;                 // start of the next row in the buffer
  std::uint64_t base_ = 0;             // offset of the buffer's first byte
  std::uint64_t lines_ = 0;
  std::uint64_t row_lines_ = 0;  // line ends in the row being scanned
  std::uint64_t row_line_ = 0;
  std::uint64_t nul_end_ = 0;  // offset behind the last NUL byte that was read
  bool after_empty_ = false;
  bool has_nul_ = false;
  bool last_cell_closed_ = false;
  bool cut_ = false;  // the file ended in a row that was too long
  bool exhausted_ = false;
};

}  // namespace crmsync::connectors::csv
