#include "connectors/http/response_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>

#include "connectors/http/inflate.h"

namespace crmsync::connectors::http {

namespace {

namespace beast = boost::beast;
using beast::error_code;
using beast::http::error;

// The shortest rest of a chunked body; Beast 1.81 asserts that it sees that much at its end.
constexpr std::size_t kLastChunk = 5;
constexpr std::size_t kReserve = 1 << 20;

const error_code kBad = make_error_code(boost::system::errc::protocol_error);

}  // namespace

class ResponseParser::Reader : public beast::http::basic_parser<false> {
 public:
  Reader(const Limits& limits, bool no_body) : most_(limits.body) {
    header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(limits.header, UINT32_MAX)));
    body_limit(limits.body);
    skip(no_body);
    eager(false);
  }

  Response response;
  std::string problem;  // why one of the functions below has failed

 private:
  void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int, error_code&) override {}

  void on_response_impl(int code, beast::string_view, int, error_code& ec) override {
    response.status = code;
    if (code < 100 || code > 599 || code == 101) fail("answers with status " + std::to_string(code), ec);
  }

  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value, error_code&) override {
    // What stands in a trailer comes too late to mean anything.
    if (!is_header_done() && !in_body_) response.headers.push_back({std::string(name), std::string(value)});
  }

  void on_header_impl(error_code& ec) override {
    const auto encoding = response.header("Content-Encoding");
    if (same_word(encoding, "gzip") || same_word(encoding, "x-gzip"))
      inflate_.emplace();
    else if (!encoding.empty() && !same_word(encoding, "identity"))
      fail("packs its answer in a way that was not asked for (Content-Encoding)", ec);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    in_body_ = true;
    if (length && !inflate_) response.body.reserve(std::min<std::size_t>(*length, kReserve));
  }

  std::size_t on_body_impl(beast::string_view body, error_code& ec) override {
    append({body.data(), body.size()}, ec);
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code& ec) override {
    append({body.data(), body.size()}, ec);
    return body.size();
  }

  void on_finish_impl(error_code& ec) override {
    if (inflate_ && !inflate_->complete()) fail("sends a gzip body that ends too early", ec);
  }

  void append(std::string_view bytes, error_code& ec) {
    if (!inflate_) {
      response.body.append(bytes);
      if (response.body.size() > most_) ec = error::body_limit;
      return;
    }
    const auto unpacked = inflate_->feed(bytes, response.body, most_);
    if (unpacked == Inflate::State::too_large) ec = error::body_limit;
    if (unpacked == Inflate::State::broken) fail("sends a gzip body that is broken", ec);
  }

  void fail(std::string why, error_code& ec) {
    problem = std::move(why);
    ec = kBad;
  }

  std::size_t most_;
  std::optional<Inflate> inflate_;
  bool in_body_ = false;
};

ResponseParser::ResponseParser(Limits limits, bool no_body)
    : limits_(limits), no_body_(no_body), reader_(std::make_unique<Reader>(limits_, no_body_)) {}

ResponseParser::~ResponseParser() = default;

Result<void> ResponseParser::feed(std::string_view bytes) {
  unread_.append(bytes);
  std::size_t used = 0;
  while (!done()) {
    error_code ec;
    const std::size_t now = step(std::string_view(unread_).substr(used), ec);
    used += now;
    if (ec == error::need_more) break;
    if (ec) return problem(ec);
    if (reader_->is_done() && reader_->response.status < 200)
      reader_ = std::make_unique<Reader>(limits_, no_body_);
    else if (now == 0)
      break;
  }
  unread_.erase(0, used);
  const std::size_t of_header = unread_.size() + (reader_->is_header_done() ? 0 : header_bytes_);
  // Lines of chunks and their extensions are held to the same limit.
  if (!done() && of_header > limits_.header) return problem(error::header_limit);
  return {};
}

// One state of the parser's: the header, or a piece of the body.
std::size_t ResponseParser::step(std::string_view bytes, error_code& ec) {
  const bool had_header = reader_->is_header_done();
  const bool wait = bytes.empty() || (had_header && reader_->chunked() && bytes.size() < kLastChunk);
  if (wait) {
    ec = error::need_more;
    return 0;
  }
  const std::size_t used = reader_->put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
  if (!had_header) header_bytes_ += used;
  if (!had_header && !ec && header_bytes_ > limits_.header) ec = error::header_limit;
  return used;
}

Result<void> ResponseParser::end() {
  if (done()) return {};
  const Error cut(ErrorKind::transient, "the answer was cut off");
  if (!reader_->got_some()) return cut;
  error_code ec;
  reader_->put_eof(ec);
  if (ec == error::partial_message) return cut;
  if (ec) return problem(ec);
  return {};
}

Error ResponseParser::problem(const error_code& ec) const {
  std::string what = "is not HTTP: " + ec.message();
  if (ec == error::body_limit) what = "sends a body of more than " + std::to_string(limits_.body) + " bytes";
  if (ec == error::header_limit) what = "sends a header of more than " + std::to_string(limits_.header) + " bytes";
  if (ec == kBad) what = reader_->problem;
  return {ErrorKind::protocol, "the answer " + what};
}

bool ResponseParser::done() const noexcept { return reader_->is_done() && reader_->response.status >= 200; }

bool ResponseParser::ends_with_connection() const noexcept {
  return reader_->is_header_done() && reader_->need_eof() && !reader_->is_done();
}

bool ResponseParser::reusable() const noexcept { return done() && reader_->keep_alive() && unread_.empty(); }

Response ResponseParser::take() { return std::move(reader_->response); }

}  // namespace crmsync::connectors::http
