#include "core/store/contact_cursor.h"

#include <array>
#include <charconv>
#include <tuple>

#include "core/domain/search_text.h"

namespace crmsync::store {

namespace {

constexpr std::array<std::string_view, 4> kNames{"address|", "changed|", "status|", "name|"};

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Cuts "NUMBER|" off the front.
std::optional<std::int64_t> take_number(std::string_view& text) {
  const auto bar = text.find('|');
  if (bar == std::string_view::npos) return std::nullopt;
  const auto number = number_in(text.substr(0, bar));
  text.remove_prefix(bar + 1);
  return number;
}

bool has_number(ContactSort sort) { return sort != ContactSort::address; }
bool has_id(ContactSort sort) { return sort == ContactSort::changed || sort == ContactSort::name; }

}  // namespace

std::optional<ContactCursor> parse_cursor(ContactSort sort, std::string_view text) {
  const auto prefix = kNames[static_cast<std::size_t>(sort)];
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  ContactCursor cursor;
  if (has_number(sort)) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    cursor.number = *number;
  }
  if (sort == ContactSort::changed) {
    const auto id = number_in(text);
    if (!id) return std::nullopt;
    cursor.id = *id;
    return cursor;
  }
  if (sort == ContactSort::name) {
    const auto id = take_number(text);
    if (!id) return std::nullopt;
    cursor.id = *id;
  }
  cursor.address = text;
  return cursor;
}

ContactCursor place_of(ContactSort sort, const ContactRow& row, Id indexed_to) {
  switch (sort) {
    case ContactSort::address: return {0, 0, row.address};
    case ContactSort::changed: return {row.changed_at, row.id, ""};
    case ContactSort::status: return {static_cast<int>(row.status), 0, row.address};
    case ContactSort::name: break;
  }
  return {indexed_to, row.id, row.id > indexed_to ? "" : domain::name_key(row.address, row.name)};
}

bool is_late(const ContactCursor& place) { return place.address.empty(); }

bool stands_before(ContactSort sort, const ContactCursor& a, const ContactCursor& b) {
  if (sort == ContactSort::changed) return std::tie(a.number, a.id) > std::tie(b.number, b.id);
  if (sort != ContactSort::name) return std::tie(a.number, a.address) < std::tie(b.number, b.address);
  const bool late_a = is_late(a);
  const bool late_b = is_late(b);
  return std::tie(late_a, a.address, a.id) < std::tie(late_b, b.address, b.id);
}

std::string to_text(ContactSort sort, const ContactCursor& place) {
  std::string text(kNames[static_cast<std::size_t>(sort)]);
  if (has_number(sort)) text += std::to_string(place.number) + "|";
  if (!has_id(sort)) return text + place.address;
  text += std::to_string(place.id);
  return sort == ContactSort::name ? text + "|" + place.address : text;
}

}  // namespace crmsync::store
