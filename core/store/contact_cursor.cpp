#include "core/store/contact_cursor.h"

#include <array>
#include <charconv>

namespace crmsync::store {

namespace {

constexpr std::array<std::string_view, 3> kNames{"address|", "changed|", "status|"};

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<ContactCursor> parse_cursor(ContactSort sort, std::string_view text) {
  const auto prefix = kNames[static_cast<std::size_t>(sort)];
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  ContactCursor cursor;
  if (sort == ContactSort::address) {
    cursor.address = text;
    return cursor;
  }
  const auto bar = text.find('|');
  const auto number = number_in(text.substr(0, bar));
  if (bar == std::string_view::npos || !number) return std::nullopt;
  cursor.number = *number;
  text.remove_prefix(bar + 1);
  if (sort == ContactSort::status) {
    cursor.address = text;
    return cursor;
  }
  const auto id = number_in(text);
  if (!id) return std::nullopt;
  cursor.id = *id;
  return cursor;
}

std::string cursor_after(ContactSort sort, const ContactRow& last) {
  std::string cursor(kNames[static_cast<std::size_t>(sort)]);
  switch (sort) {
    case ContactSort::address: return cursor + last.address;
    case ContactSort::changed: return cursor + std::to_string(last.changed_at) + "|" + std::to_string(last.id);
    case ContactSort::status: break;
  }
  return cursor + std::to_string(static_cast<int>(last.status)) + "|" + last.address;
}

}  // namespace crmsync::store
