#include "connectors/csv/tokenizer.h"

#include <cstring>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace crmsync::connectors::csv {

namespace {

// The first delimiter or line end in [at, end); end if there is none.
const char* find_field_end(const char* at, const char* end, char delimiter) {
#if defined(__SSE2__)
  const __m128i delimiters = _mm_set1_epi8(delimiter);
  const __m128i newlines = _mm_set1_epi8('\n');
  const __m128i returns = _mm_set1_epi8('\r');
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, delimiters),
                                      _mm_or_si128(_mm_cmpeq_epi8(bytes, newlines), _mm_cmpeq_epi8(bytes, returns)));
    const int mask = _mm_movemask_epi8(hits);
    if (mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (at != end && *at != delimiter && *at != '\n' && *at != '\r') ++at;
  return at;
}

std::uint64_t line_ends_in(std::string_view text) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))) ++n;
  return n;
}

}  // namespace

bool Tokenizer::refill() {
  if (exhausted_) return false;
  buffer_.erase(0, at_);
  base_ += at_;
  at_ = 0;
  const std::size_t before = buffer_.size();
  exhausted_ = !refill_(buffer_);
  if (const void* nul = ::memrchr(buffer_.data() + before, 0, buffer_.size() - before))
    nul_end_ = base_ + static_cast<std::size_t>(static_cast<const char*>(nul) - buffer_.data()) + 1;
  return true;
}

// NUL bytes are so rare that knowing where the last one was saves looking at all.
bool Tokenizer::nul_in(std::size_t begin, std::size_t end) const noexcept {
  return nul_end_ > base_ + begin && std::memchr(buffer_.data() + begin, 0, end - begin) != nullptr;
}

// Reads one row at at_. `needs_more`: its end is not in the buffer yet.
Tokenizer::Scan Tokenizer::scan(std::vector<std::string_view>& fields, bool at_end, std::size_t& row_end,
                                bool& by_line) {
  fields.clear();
  row_lines_ = 0;
  std::size_t unescaped = 0;
  const char* at = buffer_.data() + at_;
  const char* end = buffer_.data() + buffer_.size();
  while (true) {
    std::string_view field;
    last_cell_closed_ = false;
    if (at != end && *at == '"') {
      const char* start = ++at;
      bool doubled = false;
      while (true) {
        const char* quote = static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
        if (!quote) return at_end ? Scan::cut : Scan::needs_more;
        if (quote + 1 == end && !at_end) return Scan::needs_more;  // a second quote may follow
        at = quote + 1;
        if (at == end || *at != '"') {
          field = {start, static_cast<std::size_t>(quote - start)};
          break;
        }
        doubled = true;
        ++at;
      }
      row_lines_ += line_ends_in(field);
      // Text after the closing quote belongs to the field, as spreadsheet programs read it.
      const char* tail = find_field_end(at, end, delimiter_);
      last_cell_closed_ = tail == at;
      if (doubled || tail != at) {
        if (unescaped == unescaped_.size()) unescaped_.emplace_back();
        std::string& text = unescaped_[unescaped++];
        text.clear();
        for (std::size_t i = 0; i < field.size(); ++i) {
          text += field[i];
          if (field[i] == '"') ++i;
        }
        text.append(at, tail);
        field = text;
      }
      at = tail;
    } else {
      const char* stop = find_field_end(at, end, delimiter_);
      field = {at, static_cast<std::size_t>(stop - at)};
      at = stop;
    }
    if (at == end && !at_end) return Scan::needs_more;
    fields.push_back(field);
    if (at == end) {
      by_line = false;
      row_end = buffer_.size();
      return Scan::row;
    }
    if (*at == delimiter_) {
      ++at;
      continue;
    }
    if (*at == '\r') {
      if (at + 1 == end && !at_end) return Scan::needs_more;  // a line feed may follow
      if (at + 1 != end && at[1] == '\n') ++at;
    }
    ++row_lines_;
    by_line = true;
    row_end = static_cast<std::size_t>(at + 1 - buffer_.data());
    return Scan::row;
  }
}

// After a row beyond the limit: on to the next line end. What follows is read as rows again, so that a quote that is
// never closed costs one row and not the rest of the file.
void Tokenizer::skip_line() {
  while (true) {
    const auto found = buffer_.find_first_of("\n\r", at_);
    if (found != std::string::npos) {
      at_ = found;
      if (buffer_[at_] == '\r' && at_ + 1 == buffer_.size()) refill();  // a line feed may follow
      at_ += buffer_.compare(at_, 2, "\r\n") == 0 ? 2 : 1;
      ++lines_;
      return;
    }
    at_ = buffer_.size();
    if (!refill()) {
      cut_ = true;
      return;
    }
  }
}

RowEnd Tokenizer::skip_row(std::vector<std::string_view>& fields) {
  skip_line();
  fields.clear();
  return RowEnd::too_long;
}

RowEnd Tokenizer::next(std::vector<std::string_view>& fields) {
  after_empty_ = false;
  while (true) {
    if (at_ == buffer_.size() && !refill()) {
      fields.clear();
      return std::exchange(cut_, false) ? RowEnd::cut : RowEnd::none;
    }
    row_line_ = lines_ + 1;
    std::size_t end = 0;
    bool by_line = true;
    const Scan result = scan(fields, exhausted_, end, by_line);
    if ((result == Scan::row ? end : buffer_.size()) - at_ > kMaxRow) return skip_row(fields);
    if (result == Scan::needs_more) {
      refill();
      continue;
    }
    if (result == Scan::cut) {
      at_ = buffer_.size();
      fields.clear();
      return RowEnd::cut;
    }
    const bool empty = end == at_ || buffer_[at_] == '\n' || buffer_[at_] == '\r';
    if (!empty) has_nul_ = nul_in(at_, end);
    at_ = end;
    lines_ += row_lines_;
    if (!empty) return by_line ? RowEnd::line : RowEnd::end_of_file;
    after_empty_ = true;
  }
}

}  // namespace crmsync::connectors::csv
