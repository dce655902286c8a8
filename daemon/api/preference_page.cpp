#include "daemon/api/preference_page.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace crmsync::api {

namespace {

// A language is one row.
struct Texts {
  std::string_view code, title, mailed, not_mailed, other_reason, unsubscribe, subscribe, consent, unsubscribed,
      subscribed, gone_title, gone;
};

constexpr std::array<Texts, 2> kLanguages{{
    {"en", "Your e-mail preferences", "You get mail from this sender.", "You have unsubscribed. You get no mail.",
     "You get no mail from this sender at the moment, for another reason than your own choice. Ask the sender if you "
     "miss it.",
     "Unsubscribe", "Subscribe again", "By choosing this you agree to get mail from this sender again.",
     "Done: you are unsubscribed.", "Done: your unsubscribe is withdrawn.", "This link leads nowhere",
     "It may be incomplete or no longer in use. Take the link from a newer message."},
    {"de", "Ihre E-Mail-Einstellungen", "Sie erhalten E-Mails von diesem Absender.",
     "Sie haben sich abgemeldet und erhalten keine E-Mails.",
     "Sie erhalten zurzeit aus einem anderen Grund als Ihrer eigenen Wahl keine E-Mails von diesem Absender. Fragen "
     "Sie ihn, "
     "falls Sie welche vermissen.",
     "Abmelden", "Wieder anmelden", "Damit stimmen Sie zu, wieder E-Mails von diesem Absender zu erhalten.",
     "Erledigt: Sie sind abgemeldet.", "Erledigt: Ihre Abmeldung ist zurückgenommen.", "Dieser Link führt nirgendwohin",
     "Er ist vielleicht unvollständig oder nicht mehr gültig. Nehmen Sie den Link aus einer neueren Nachricht."},
}};

constexpr std::string_view kStyle =
    "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a;"
    "background:#fff}button{font:inherit;padding:.6rem 1.2rem;border:2px solid #1a4f8b;border-radius:.3rem;"
    "background:#1a4f8b;color:#fff}button:focus-visible{outline:3px solid #b35c00;outline-offset:2px}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}button{background:#8ab8f0;"
    "border-color:#8ab8f0;color:#111}}";

// The first of the languages that are asked for; their weights are in order in every browser.
const Texts& texts_for(std::string_view languages) {
  while (!languages.empty()) {
    const auto end = std::min(languages.find(','), languages.size());
    auto one = languages.substr(0, end);
    while (one.starts_with(' ')) one.remove_prefix(1);
    for (const auto& texts : kLanguages)
      if (one.substr(0, 2) == texts.code) return texts;
    languages.remove_prefix(std::min(end + 1, languages.size()));
  }
  return kLanguages.front();
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string style_hash() {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(kStyle.data()), kStyle.size(), digest);
  unsigned char text[64];
  const int size = EVP_EncodeBlock(text, digest, sizeof digest);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

HttpResponse html(unsigned status, const Texts& texts, std::string_view title, const std::string& content) {
  static const std::string policy = "default-src 'none'; style-src 'sha256-" + style_hash() +
                                    "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
  std::string body =
      "<!doctype html><html lang=\"" + std::string(texts.code) + "\"><head><meta charset=\"utf-8\"><meta ";
  body += "name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>";
  body.append(title).append("</title><style>").append(kStyle).append("</style></head><body><main><h1>").append(title);
  body.append("</h1>").append(content).append("</main></body></html>");
  HttpResponse response(status, "text/html; charset=utf-8", std::move(body));
  response.fields = {{"Content-Security-Policy", policy},
                     {"Referrer-Policy", "no-referrer"},
                     {"X-Frame-Options", "DENY"},
                     {"Content-Language", std::string(texts.code)}};
  return response;
}

std::string paragraph(std::string_view text) { return "<p>" + std::string(text) + "</p>"; }

// It goes back to where the page came from.
std::string form(std::string_view action, std::string_view label) {
  return "<form method=\"post\"><input type=\"hidden\" name=\"choice\" value=\"" + std::string(action) +
         "\"><button type=\"submit\">" + std::string(label) + "</button></form>";
}

}  // namespace

HttpResponse preference_page(const PreferencePage& page, std::string_view languages) {
  const Texts& texts = texts_for(languages);
  std::string content = paragraph("<strong>" + escaped(page.sender) + "</strong> · " + escaped(page.address));
  if (page.done)
    content += "<p role=\"status\">" +
               std::string(page.unsubscribed_by_person ? texts.unsubscribed : texts.subscribed) + "</p>";
  if (page.unsubscribed_by_person) {
    if (!page.done) content += paragraph(texts.not_mailed);
    content += paragraph(texts.consent) + form("subscribe", texts.subscribe);
  } else {
    content += paragraph(page.mailed ? texts.mailed : texts.other_reason) + form("unsubscribe", texts.unsubscribe);
  }
  return html(200, texts, texts.title, content);
}

HttpResponse no_such_page(std::string_view languages) {
  const Texts& texts = texts_for(languages);
  return html(404, texts, texts.gone_title, paragraph(texts.gone));
}

}  // namespace crmsync::api
