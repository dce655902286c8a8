#include "daemon/api/lists.h"

#include <algorithm>

#include "daemon/api/codec_contact.h"
#include "daemon/api/nearest.h"

namespace crmsync::api {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64url(std::string_view bytes) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xffff;
    for (count += 8; count >= 6; count -= 6) out += kAlphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) out += kAlphabet[bits << (6 - count) & 63];
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffff;
    if ((count += 6) < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 255);
  }
  return out;
}

}  // namespace

std::string make_cursor(std::string_view kind, std::string_view place) {
  return to_base64url(std::string(kind) + ":" + std::string(place));
}

std::optional<std::string> read_cursor(std::string_view kind, std::string_view cursor) {
  if (cursor.empty()) return "";
  auto text = from_base64url(cursor);
  if (!text || !text->starts_with(std::string(kind) + ":")) return std::nullopt;
  return text->substr(kind.size() + 1);
}

std::optional<store::Id> read_id_cursor(std::string_view kind, std::string_view cursor) {
  const auto place = read_cursor(kind, cursor);
  if (!place) return std::nullopt;
  return place->empty() ? std::optional<store::Id>(0) : parse_id(*place);
}

Problem bad_cursor() {
  return bad_request("The parameter \"after\" is not a cursor of this list.",
                     "Pass the `next` of the page before, with the same other parameters, or leave it out.");
}

HttpResponse page_response(Json items, const std::string& next) {
  Json page;
  page["items"] = std::move(items);
  page["next"] = text_or_null(next);
  return json_response(200, page);
}

std::optional<Problem> refuse_account(const Context& context, const std::string& account) {
  std::vector<std::string> seen;
  for (const auto& known : context.config->accounts) {
    if (!context.principal.sees(known.id)) continue;
    if (known.id == account) return std::nullopt;
    seen.push_back(known.id);
  }
  if (account.empty()) return bad_request("The account is missing.", "Name it: " + suggestion("", seen));
  if (!context.principal.sees(account))
    return forbidden("This token is not for that account.", "Use a token for it. " + suggestion("", seen));
  return not_found("There is no account \"" + account + "\" in the configuration.", suggestion(account, seen));
}

std::optional<Problem> refuse_connection(const Context& context, const std::string& connection) {
  std::vector<std::string> seen;
  for (const auto& account : context.config->accounts) {
    if (!context.principal.sees(account.id)) continue;
    for (const auto& known : account.connections) {
      if (known.id == connection) return std::nullopt;
      seen.push_back(known.id);
    }
  }
  return not_found("There is no connection \"" + connection + "\" in the configuration.", suggestion(connection, seen));
}

std::vector<std::string> accounts_to_read(const Context& context, const std::string& account) {
  if (!account.empty()) return {account};
  return context.principal.sees_all() ? std::vector<std::string>{""} : context.principal.accounts;
}

std::map<std::string, std::string> visible_connections(store::Reader& reader, const Principal& principal) {
  std::map<std::string, std::string> visible;
  for (const auto& state : reader.connections())
    if (principal.sees(state.account)) visible.emplace(state.id, state.account);
  return visible;
}

ConflictPage read_conflicts(store::Reader& reader, const std::vector<std::string>& accounts, std::size_t limit,
                            store::Id after) {
  ConflictPage page;
  for (std::size_t ask = limit + 1;; ask *= 2) {
    page.conflicts.clear();
    bool all = true;
    for (const auto& account : accounts) {
      auto rows = reader.conflicts(account, ask, after);
      all = all && rows.size() < ask;
      std::move(rows.begin(), rows.end(), std::back_inserter(page.conflicts));
    }
    auto& rows = page.conflicts;
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.contact < b.contact; });
    if (rows.size() <= limit) return page;
    const store::Id last = rows[limit - 1].contact;
    const auto end = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.contact > last; });
    if (end == rows.end() && all) return page;
    if (end == rows.end()) continue;  // the last contact may have more
    rows.erase(end, rows.end());
    page.next = last;
    return page;
  }
}

}  // namespace crmsync::api
