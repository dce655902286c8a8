// The web console: one page and its files, made by daemon/console/build and embedded in the program. The page decides
// itself what it shows at which path, and everything that it shows it gets from the API.
#include <algorithm>
#include <array>

#include "daemon/api/routes.h"

// By crmsync_embed (cmake/Embed.cmake).
extern "C" {
extern const char console_index_begin[], console_index_end[], console_index_gz_begin[], console_index_gz_end[];
extern const char console_js_begin[], console_js_end[], console_js_gz_begin[], console_js_gz_end[];
extern const char console_css_begin[], console_css_end[], console_css_gz_begin[], console_css_gz_end[];
extern const char console_icon_begin[], console_icon_end[], console_icon_gz_begin[], console_icon_gz_end[];
}

namespace crmsync::api {

namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action "
    "'self'; frame-ancestors 'none'; base-uri 'none'";

struct File {
  std::string_view name;
  std::string_view type;
  std::string_view plain;
  std::string_view gzip;
};

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

const File& index_page() {
  static const File file{"index.html", "text/html; charset=utf-8", between(console_index_begin, console_index_end),
                         between(console_index_gz_begin, console_index_gz_end)};
  return file;
}

const std::array<File, 3>& assets() {
  static const std::array<File, 3> files{
      {{"app.js", "text/javascript; charset=utf-8", between(console_js_begin, console_js_end),
        between(console_js_gz_begin, console_js_gz_end)},
       {"app.css", "text/css; charset=utf-8", between(console_css_begin, console_css_end),
        between(console_css_gz_begin, console_css_gz_end)},
       {"icon.svg", "image/svg+xml", between(console_icon_begin, console_icon_end),
        between(console_icon_gz_begin, console_icon_gz_end)}}};
  return files;
}

HttpResponse file_response(const HttpRequest& request, const File& file, std::string_view lasts) {
  const bool gzip = request.field("accept-encoding").find("gzip") != std::string_view::npos;
  const std::string tag = '"' + sha256_hex(file.plain).substr(0, 16) + (gzip ? "-gz\"" : "\"");
  const bool known = request.field("if-none-match").find(tag) != std::string_view::npos;
  HttpResponse response(known ? 304 : 200, known ? "" : std::string(file.type),
                        known ? "" : std::string(gzip ? file.gzip : file.plain));
  response.fields = {{"ETag", tag}, {"Vary", "Accept-Encoding"}, {"Cache-Control", std::string(lasts)}};
  if (gzip && !known) response.fields.emplace_back("Content-Encoding", "gzip");
  return response;
}

asio::awaitable<HttpResponse> get_page(Context& context) {
  HttpResponse response = file_response(context.request, index_page(), "no-cache");
  response.fields.emplace_back("Content-Security-Policy", kPolicy);
  response.fields.emplace_back("Referrer-Policy", "no-referrer");
  response.fields.emplace_back("X-Frame-Options", "DENY");
  response.fields.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  co_return response;
}

// The page asks for its files by name and a hash of their content, so what a browser keeps is never an old one.
asio::awaitable<HttpResponse> get_asset(Context& context) {
  const auto& all = assets();
  const auto found = std::find_if(all.begin(), all.end(), [&](const File& f) { return f.name == context.params[0]; });
  if (found == all.end())
    co_return problem_response(not_found("The console has no such file.", "Open `/` and let it load its files."));
  const bool by_hash = !context.request.query.empty();
  co_return file_response(context.request, *found, by_hash ? "public, max-age=31536000, immutable" : "no-cache");
}

}  // namespace

std::vector<Route> console_routes() {
  std::vector<Route> routes{{"GET", "/assets/{name}", Permission::none, get_asset}};
  for (const std::string_view path : {"/", "/overview", "/contacts", "/contacts/{id}", "/bulk", "/syncs", "/syncs/{id}",
                                      "/runs/{id}", "/import", "/jobs", "/jobs/{id}", "/audit", "/settings", "/signin"})
    routes.push_back({"GET", path, Permission::none, get_page});
  return routes;
}

}  // namespace crmsync::api
