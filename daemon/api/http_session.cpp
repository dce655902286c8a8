#include "daemon/api/http_session.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "daemon/api/problem.h"
#include "daemon/api/render.h"
#include "daemon/api/upload.h"

namespace crmsync::api {

namespace http = boost::beast::http;
using boost::system::error_code;
using Clock = Transport::Clock;
using Got = Transport::Got;
using Parser = http::request_parser<http::string_body>;

namespace {

constexpr std::size_t kReadSize = 4 * 1024;
constexpr std::size_t kBodyReadSize = 64 * 1024;
constexpr std::chrono::milliseconds kLinger{1000};

// Passes what was read to the parser, up to the end of the header or of the whole message.
error_code feed(Parser& parser, std::string& in) {
  std::size_t used = 0;
  error_code ec;
  while (used < in.size() && !parser.is_done()) {
    const bool had_header = parser.is_header_done();
    used += parser.put(asio::buffer(in.data() + used, in.size() - used), ec);
    if (ec || (!had_header && parser.is_header_done())) break;
  }
  in.erase(0, used);
  return ec == http::error::need_more ? error_code() : ec;
}

Problem too_large(std::size_t limit) {
  return {413, "too_large", "The body is too large", "At most " + std::to_string(limit) + " bytes are taken here.",
          "Send it in parts."};
}

Problem too_slow(const char* what) {
  return {408, "too_slow", "The request took too long to arrive", std::string("The ") + what + " was not complete.",
          "Repeat the request and send it at once."};
}

Problem problem_of_parser(const error_code& ec, const HttpLimits& limits) {
  if (ec == http::error::header_limit)
    return {431, "header_too_large", "The header is too large",
            "At most " + std::to_string(limits.header) + " bytes of header are taken.",
            "Send fewer or shorter fields."};
  if (ec == http::error::body_limit) return too_large(limits.body);
  if (ec == http::error::bad_version)
    return {505, "http_version", "Not HTTP/1.1", "Only HTTP/1.1 is spoken here.", "Use HTTP/1.1."};
  return {400, "not_http", "Not an HTTP request", "It is not well-formed HTTP/1.1: " + ec.message() + ".",
          "Use an HTTP client; `crmsyncctl` is one."};
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// What the header alone says is wrong; the rest of it goes into `request`.
std::optional<Problem> take_header(const Parser& parser, HttpRequest& request) {
  const auto& message = parser.get();
  request.method = message.method_string();
  for (const auto& field : message) request.fields.emplace_back(lower(field.name_string()), field.value());
  if (message.version() == 11 && message.count(http::field::host) != 1)
    return bad_request("An HTTP/1.1 request has exactly one Host field.", "Use an HTTP client that sends it.");
  if (message.version() != 10 && message.version() != 11)
    return Problem{505, "http_version", "Not HTTP/1.1", "Only HTTP/1.1 is spoken here.", "Use HTTP/1.1."};
  const auto coding = request.field("transfer-encoding");
  if (!coding.empty() && lower(coding) != "chunked")
    return Problem{501, "transfer_coding", "Unknown transfer coding", "Only \"chunked\" is known.", "Send it plainly."};
  if (!parse_target(message.target(), request))
    return bad_request("The target is not a path with a query.", "Percent-encode special characters.");
  return std::nullopt;
}

// How an answer is framed, beside what it says.
struct Manner {
  bool head_only = false;
  bool http_1_0 = false;
  bool keep_alive = false;
};

asio::awaitable<bool> write_stream(Session& session, const BodySource& stream, bool chunked,
                                   std::chrono::milliseconds stall) {
  for (;;) {
    const std::optional<std::string> piece = co_await stream();
    if (!piece) break;
    if (piece->empty()) continue;
    const std::string bytes = chunked ? render_chunk(*piece) : *piece;
    const bool sent = co_await session.transport.write_all(bytes, stall);
    if (!sent) co_return false;
  }
  if (!chunked) co_return false;
  const bool sent = co_await session.transport.write_all("0\r\n\r\n", stall);
  co_return sent;
}

// True when the connection may carry another request.
asio::awaitable<bool> answer(Session& session, const HttpResponse& response, Manner manner,
                             std::chrono::milliseconds stall) {
  const bool streamed = static_cast<bool>(response.stream);
  const Framing framing = !streamed ? Framing::length : manner.http_1_0 ? Framing::until_close : Framing::chunked;
  const bool keep_alive = manner.keep_alive && framing != Framing::until_close;
  auto head = render_head(response, framing, keep_alive);
  if (!head) {  // a header that could be split is a bug of ours; the client learns no more than that
    const HttpResponse plain = problem_response(
        {500, "internal", "Something went wrong inside", "The answer could not be sent.", "Report this."});
    const std::string text = *render_head(plain, Framing::length, false) + plain.body;
    co_await session.transport.write_all(text, stall);
    co_return false;
  }
  if (!streamed && !manner.head_only) *head += response.body;
  bool sent = co_await session.transport.write_all(*head, stall);
  if (sent && streamed && !manner.head_only)
    sent = co_await write_stream(session, response.stream, framing == Framing::chunked, stall);
  co_return sent&& keep_alive;
}

// Says no and closes, after taking in what the client may still be sending: closing on unread bytes would reset the
// connection before the client has read the answer.
asio::awaitable<void> refuse(Session& session, const HttpResponse& response, std::chrono::milliseconds stall) {
  co_await answer(session, response, Manner(), stall);
  const Clock::time_point deadline = Clock::now() + kLinger;
  co_await session.transport.farewell(deadline);
  Got got = Got::more;
  while (got == Got::more) {
    session.in.clear();
    got = co_await session.transport.read_more(session.in, kBodyReadSize, deadline);
  }
}

enum class Read { done, gone, bad };

asio::awaitable<Read> read_header(Session& session, Parser& parser, const HttpLimits& limits, Problem& problem) {
  session.begun = !session.in.empty();
  Clock::time_point deadline = Clock::now() + (session.begun ? limits.header_deadline : limits.idle);
  for (;;) {
    if (const error_code ec = feed(parser, session.in)) {
      problem = problem_of_parser(ec, limits);
      co_return Read::bad;
    }
    if (parser.is_header_done()) co_return Read::done;
    const Got got = co_await session.transport.read_more(session.in, kReadSize, deadline);
    if (got != Got::more) {
      problem = too_slow("header");
      const bool late = got == Got::late && session.begun;
      co_return late ? Read::bad : Read::gone;
    }
    if (!session.begun) deadline = Clock::now() + limits.header_deadline;
    session.begun = true;
  }
}

Problem not_stored() {
  return {507, "not_stored", "The file cannot be stored", "There is no room for it beside the store.",
          "Make room on the disk of the store, then send it again."};
}

asio::awaitable<Read> read_body(Session& session, Parser& parser, const HttpLimits& limits, const Admission& admission,
                                Problem& problem) {
  parser.eager(true);
  const std::size_t limit = std::min(admission.body_limit, admission.upload ? limits.upload : limits.body);
  Clock::time_point deadline = Clock::now() + limits.body_deadline;
  for (;;) {
    const error_code ec = feed(parser, session.in);
    if (admission.upload && !ec) {
      auto& piece = parser.get().body();
      if (!admission.upload->write(piece)) {
        problem = not_stored();
        co_return Read::bad;
      }
      // A large file may take its time, as long as it keeps coming.
      if (!piece.empty()) deadline = Clock::now() + limits.body_deadline;
      piece.clear();
    }
    if (ec) {
      problem = problem_of_parser(ec, limits);
      co_return Read::bad;
    }
    const auto announced = parser.content_length();
    const std::size_t taken = admission.upload ? admission.upload->size() : parser.get().body().size();
    if ((announced && *announced > limit) || taken > limit) {
      problem = too_large(limit);
      co_return Read::bad;
    }
    if (parser.is_done()) co_return Read::done;
    const Got got = co_await session.transport.read_more(session.in, kBodyReadSize, deadline);
    if (got == Got::closed) co_return Read::gone;
    if (got == Got::late) {
      problem = too_slow("body");
      co_return Read::bad;
    }
  }
}

// Up to the whole request. `bad`: `refusal` says why; `gone`: there is nobody to answer.
asio::awaitable<Read> read_request(Session& session, const Serving& service, Parser& parser, HttpRequest& request,
                                   HttpResponse& refusal) {
  Problem problem;
  const Read header = co_await read_header(session, parser, service.limits, problem);
  if (header == Read::bad) refusal = problem_response(problem);
  if (header != Read::done) co_return header;
  session.busy = true;
  if (const auto bad = take_header(parser, request)) {
    refusal = problem_response(*bad);
    co_return Read::bad;
  }
  const Admission admission = service.admit(request);
  if (admission.refusal) {
    refusal = *admission.refusal;
    co_return Read::bad;
  }
  if (!parser.is_done() && lower(request.field("expect")) == "100-continue") {
    const bool sent = co_await session.transport.write_all("HTTP/1.1 100 Continue\r\n\r\n", service.limits.write_stall);
    if (!sent) co_return Read::gone;
  }
  const Read body = co_await read_body(session, parser, service.limits, admission, problem);
  if (body == Read::bad) refusal = problem_response(problem);
  request.upload = admission.upload;
  co_return body;
}

HttpResponse tls_expected() {
  return problem_response({400, "tls_expected", "This port speaks TLS", "The request came without it.",
                           "Use https:// in place of http://."});
}

}  // namespace

asio::awaitable<bool> greet(Session& session, const Serving& service) {
  const Transport::Greeting greeting = co_await session.transport.shake_hands(Clock::now() + service.limits.handshake);
  if (greeting == Transport::Greeting::plain_http) {
    const HttpResponse refusal = tls_expected();
    co_await refuse(session, refusal, service.limits.write_stall);
  }
  co_return greeting == Transport::Greeting::done;
}

asio::awaitable<void> part(Session& session) {
  if (!session.transport.by_tls() || session.cancelled) co_return;
  co_await session.transport.farewell(Clock::now() + kLinger);
}

asio::awaitable<bool> exchange(Session& session, const Serving& service) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(service.limits.header));
  parser.body_limit(std::uint64_t{service.limits.upload});  // each route has its own, which is less
  HttpRequest request;
  HttpResponse refusal;
  request.peer = session.peer;
  const Read read = co_await read_request(session, service, parser, request, refusal);
  if (read == Read::bad) co_await refuse(session, refusal, service.limits.write_stall);
  if (read != Read::done) co_return false;
  Manner manner;
  manner.head_only = request.method == "HEAD";
  manner.http_1_0 = parser.get().version() == 10;
  request.body = std::move(parser.get().body());
  const HttpResponse response = co_await service.handle(request);
  manner.keep_alive = parser.keep_alive() && !service.stopping;
  const bool more = co_await answer(session, response, manner, service.limits.write_stall);
  co_return more;
}

}  // namespace crmsync::api
