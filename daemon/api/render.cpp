#include "daemon/api/render.h"

#include <algorithm>
#include <array>

namespace crmsync::api {

namespace {

struct Phrase {
  unsigned status;
  std::string_view text;
};

constexpr std::array<Phrase, 23> kPhrases{{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {431, "Request Header Fields Too Large"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
}};

std::string_view phrase(unsigned status) noexcept {
  const auto found =
      std::find_if(kPhrases.begin(), kPhrases.end(), [&](const Phrase& p) { return p.status == status; });
  return found == kPhrases.end() ? "Status" : found->text;
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_value(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

void add(std::string& head, std::string_view name, std::string_view value) {
  ((head += name) += ": ") += value;
  head += "\r\n";
}

// Of these a length would be that of another answer's body.
bool never_has_body(unsigned status) noexcept { return status == 204 || status == 304; }

}  // namespace

std::optional<std::string> render_head(const HttpResponse& response, Framing framing, bool keep_alive) {
  if (!is_value(response.content_type)) return std::nullopt;
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += phrase(response.status);
  head += "\r\n";
  if (!response.content_type.empty()) add(head, "Content-Type", response.content_type);
  for (const auto& [name, value] : response.fields) {
    if (!is_name(name) || !is_value(value)) return std::nullopt;
    add(head, name, value);
  }
  const auto& fields = response.fields;
  const bool says_how_long =
      std::any_of(fields.begin(), fields.end(), [](const auto& field) { return field.first == "Cache-Control"; });
  if (!says_how_long) add(head, "Cache-Control", "no-store");
  add(head, "X-Content-Type-Options", "nosniff");
  if (framing == Framing::length && !never_has_body(response.status))
    add(head, "Content-Length", std::to_string(response.body.size()));
  if (framing == Framing::chunked) add(head, "Transfer-Encoding", "chunked");
  add(head, "Connection", keep_alive ? "keep-alive" : "close");
  return head + "\r\n";
}

std::string render_chunk(const std::string& piece) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string size;
  for (std::size_t left = piece.size(); left != 0; left >>= 4) size.insert(size.begin(), kHex[left & 15]);
  return size + "\r\n" + piece + "\r\n";
}

}  // namespace crmsync::api
