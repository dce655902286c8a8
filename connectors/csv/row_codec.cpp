#include "connectors/csv/row_codec.h"

#include <algorithm>
#include <array>

#include "connectors/csv/encoding.h"
#include "connectors/csv/text.h"
#include "connectors/csv/timestamp.h"
#include "core/domain/unicode.h"

namespace crmsync::connectors::csv {

namespace {

constexpr std::array<std::string_view, 7> kNo{"true", "yes", "1", "y", "x", "unsubscribed", "opted out"};
constexpr std::array<std::string_view, 8> kYes{"false",      "no",       "0",        "n",
                                               "subscribed", "opted in", "opted-in", "not opted out"};
constexpr std::size_t kEvidence = 80;  // bytes of a cell that are quoted

bool any_equal(const auto& words, std::string_view cell) {
  return std::any_of(words.begin(), words.end(), [&](const auto& word) { return equal_ignoring_case(cell, word); });
}

void assign(std::string& to, std::string_view cell) {
  if (is_utf8(cell))
    to.assign(cell);
  else
    to = from_windows_1252(cell);
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// As texts of a person's own choice are compared: whatever their encoding, and the case and form of their letters.
std::string folded(std::string_view cell) {
  std::string text;
  assign(text, trimmed(cell));
  return domain::fold_case(text).value_or(text);
}

// Almost all cells are ASCII, and cost no folding.
bool says(std::string_view cell, std::string_view folded_word) {
  return is_ascii(cell) ? equal_ignoring_case(cell, folded_word) : folded(cell) == folded_word;
}

void set_evidence(std::string& to, const std::string& column, std::string_view cell) {
  std::string text;
  assign(text, cell);
  if (text.size() > kEvidence) {
    std::size_t end = kEvidence;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // whole characters only
    text.resize(end);
  }
  to.assign(column).append(" = \"").append(text).append("\"");
}

}  // namespace

RowCodec::RowCodec(Columns columns, std::vector<std::string> values)
    : columns_(std::move(columns)), no_values_(std::move(values)), own_values_(!no_values_.empty()) {
  if (!own_values_) no_values_.assign(kNo.begin(), kNo.end());
  for (auto& value : no_values_) value = folded(value);
  for (auto& condition : columns_.conditions) condition.equals = folded(condition.equals);
}

bool RowCodec::means_no(std::string_view cell) const {
  const auto meant = [&](const auto& word) { return says(cell, word); };
  return !cell.empty() && (columns_.any_value_is_no || std::any_of(no_values_.begin(), no_values_.end(), meant));
}

// Whoever says what means opted out has also said that nothing else does. By default a word that is on neither list is
// not understood, and that is not "subscribed".
bool RowCodec::means_yes(std::string_view cell) const { return cell.empty() || own_values_ || any_equal(kYes, cell); }

std::optional<bool> RowCodec::by_conditions(std::span<const std::string_view> cells, bool may_be_cut,
                                            std::string& evidence) const {
  bool sure = !columns_.condition_missing;
  for (const auto& condition : columns_.conditions) {
    const auto cell = trimmed(cells[condition.column]);
    if (says(cell, condition.equals)) {
      set_evidence(evidence, columns_.header[condition.column], cell);
      return true;
    }
    if (may_be_cut && condition.column + 1 == cells.size()) sure = false;
  }
  return sure ? std::optional(false) : std::nullopt;
}

std::optional<bool> RowCodec::opted_out(std::span<const std::string_view> cells, bool may_be_cut,
                                        std::string& evidence) const {
  if (!columns_.conditions.empty() || columns_.condition_missing) return by_conditions(cells, may_be_cut, evidence);
  if (!columns_.opted_out) {
    if (columns_.otherwise == true) evidence = "listed in the export of the unsubscribed";
    return columns_.otherwise;
  }
  const auto cell = trimmed(cells[*columns_.opted_out]);
  if (means_no(cell)) {
    set_evidence(evidence, columns_.header[*columns_.opted_out], cell);
    return true;
  }
  if (columns_.otherwise != false) {
    if (columns_.otherwise) evidence = "listed in the export of the unsubscribed";
    return columns_.otherwise;
  }
  if (may_be_cut && *columns_.opted_out + 1 == cells.size() && !any_equal(kYes, cell)) return std::nullopt;
  return means_yes(cell) ? std::optional(false) : std::nullopt;
}

void RowCodec::decode(std::span<const std::string_view> cells, bool may_be_cut, domain::RemoteRecord& record) const {
  assign(record.email, trimmed(cells[columns_.email]));
  if (columns_.id)
    assign(record.external_id, trimmed(cells[*columns_.id]));
  else
    record.external_id.clear();
  if (record.external_id.empty()) {
    record.external_id = record.email;
    for (char& c : record.external_id) c = lower(c);
  }
  record.name.clear();
  for (const auto column : columns_.name) {
    const auto cell = trimmed(cells[column]);
    if (cell.empty()) continue;
    if (!record.name.empty()) record.name += ' ';
    if (is_utf8(cell))
      record.name += cell;
    else
      record.name += from_windows_1252(cell);
  }
  record.evidence.clear();
  record.opted_out = opted_out(cells, may_be_cut, record.evidence);
  record.modified_at = columns_.modified_at ? parse_time(trimmed(cells[*columns_.modified_at])) : std::nullopt;
  record.deleted = columns_.deleted && any_equal(kNo, trimmed(cells[*columns_.deleted]));
  record.merged_ids.clear();
}

}  // namespace crmsync::connectors::csv
