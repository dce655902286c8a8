#include "connectors/http/client.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <optional>

#include "connectors/http/connection.h"
#include "connectors/http/request_head.h"

namespace crmsync::connectors::http {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRedirects = 3;

bool is_redirect(const Response& response) {
  const int status = response.status;
  return (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) &&
         !response.header("Location").empty();
}

// What a failed attempt leaves to decide by.
struct Attempt {
  Result<Response> result;
  bool answered = false;  // at least one byte came
};

class HttpClient final : public Client {
 public:
  HttpClient(ClientOptions options, Url server, std::optional<Url> proxy, std::optional<asio::ssl::context> tls,
             asio::any_io_executor executor);

  asio::awaitable<Result<Response>> send(const Request& request) override;

 private:
  asio::awaitable<Result<Response>> follow(const Request& request);
  asio::awaitable<Result<Response>> send_to(const Request& request, const std::string& target);
  asio::awaitable<Attempt> exchange(std::unique_ptr<Connection> connection, const Request& request,
                                    const std::string& head);
  std::unique_ptr<Connection> kept();
  Error at_host(const Error& error) const;

  ClientOptions options_;
  Url server_;
  std::optional<Url> proxy_;
  std::optional<asio::ssl::context> tls_;
  asio::any_io_executor executor_;
  Sender sender_;
  std::string tunnel_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

HttpClient::HttpClient(ClientOptions options, Url server, std::optional<Url> proxy,
                       std::optional<asio::ssl::context> tls, asio::any_io_executor executor)
    : options_(std::move(options)),
      server_(std::move(server)),
      proxy_(std::move(proxy)),
      tls_(std::move(tls)),
      executor_(std::move(executor)) {
  sender_.user_agent = options_.user_agent;
  if (!proxy_) return;
  sender_.proxy_authorization = basic_credentials(proxy_->user, proxy_->password);
  if (tls_) {
    tunnel_ = connect_head(server_, sender_);
    sender_.proxy_authorization.clear();  // what goes through the tunnel is not for the proxy
  } else {
    sender_.absolute = true;
  }
}

asio::awaitable<Result<Response>> HttpClient::send(const Request& request) {
  Result<Response> result = Error(ErrorKind::cancelled, "cancelled");
  try {
    result = co_await follow(request);
  } catch (const boost::system::system_error& cut) {
    if (cut.code() != asio::error::operation_aborted) throw;
    co_return result;
  }
  // Whatever was cut off in the middle has its own words for it.
  const auto state = co_await asio::this_coro::cancellation_state;
  if (!result && state.cancelled() != asio::cancellation_type::none) result = Error(ErrorKind::cancelled, "cancelled");
  if (!result) co_return at_host(result.error());
  co_return result;
}

asio::awaitable<Result<Response>> HttpClient::follow(const Request& request) {
  std::string target = server_.prefix + request.target;
  for (int redirects = 0;; ++redirects) {
    auto response = co_await send_to(request, target);
    if (!response || !is_redirect(*response)) co_return response;
    const std::string status = std::to_string(response->status);
    if (request.method != "GET" && request.method != "HEAD")
      co_return Error(ErrorKind::protocol, "answers " + request.method + " with a redirect (" + status + ")");
    if (redirects == kRedirects) co_return Error(ErrorKind::protocol, "redirects again and again");
    auto next = redirect_target(server_, target, response->header("Location"));
    if (!next) co_return next.error();
    target = std::move(*next);
  }
}

asio::awaitable<Result<Response>> HttpClient::send_to(const Request& request, const std::string& target) {
  const auto head = request_head(request, target, server_, sender_);
  if (!head) co_return head.error();
  if (auto connection = kept()) {
    auto attempt = co_await exchange(std::move(connection), request, *head);
    const bool stale = !attempt.result && !attempt.answered && attempt.result.error().kind == ErrorKind::transient;
    if (!stale || !request.safe_to_repeat()) co_return std::move(attempt.result);
  }
  auto fresh = std::make_unique<Connection>(executor_);
  const Route route{server_, proxy_ ? &*proxy_ : nullptr, tls_ ? &*tls_ : nullptr, tunnel_, options_.timeouts};
  const auto opened = co_await fresh->open(route);
  if (!opened) co_return opened.error();
  auto attempt = co_await exchange(std::move(fresh), request, *head);
  co_return std::move(attempt.result);
}

asio::awaitable<Attempt> HttpClient::exchange(std::unique_ptr<Connection> connection, const Request& request,
                                              const std::string& head) {
  const Limits limits{options_.max_header, options_.max_body};
  ResponseParser parser(limits, request.method == "HEAD");
  Attempt attempt{Error(), false};
  const auto whole = Clock::now() + options_.timeouts.whole;
  const auto first = Clock::now() + options_.timeouts.first_byte;
  connection->set_deadline(std::min(first, whole), "waiting for the first byte of the answer");
  // A server may answer and hang up before it has read everything: its answer counts, not our broken pipe.
  const std::string text = head + request.body;
  const auto written = co_await connection->write(text);
  static_cast<void>(written);
  while (!parser.done()) {
    const auto bytes = co_await connection->read();
    Result<void> fed;
    if (!bytes)
      fed = bytes.error();
    else
      fed = bytes->empty() ? parser.end() : parser.feed(*bytes);
    if (!fed) {
      attempt.result = fed.error();
      if (connection->late()) attempt.answered = true;
      co_return attempt;
    }
    if (!attempt.answered) connection->set_deadline(whole, "reading the whole answer");
    attempt.answered = true;
  }
  connection->clear_deadline();
  if (parser.reusable() && !connection->late() && idle_.size() < options_.max_idle) {
    connection->idle_since = Clock::now();
    idle_.push_back(std::move(connection));
  }
  attempt.result = parser.take();
  if (attempt.result->status == 407 && sender_.absolute)
    attempt.result = Error(ErrorKind::unauthorized, "the proxy does not accept our user or password");
  co_return attempt;
}

// The one used last is the one most likely to be alive.
std::unique_ptr<Connection> HttpClient::kept() {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (Clock::now() - connection->idle_since < options_.timeouts.idle && connection->is_quiet()) return connection;
  }
  return nullptr;
}

Error HttpClient::at_host(const Error& error) const {
  if (error.kind == ErrorKind::cancelled) return error;
  return {error.kind, server_.authority() + ": " + error.message, error.retry_after};
}

Error of_option(const char* option, const Error& error) {
  return {error.kind, std::string(option) + " " + error.message};
}

}  // namespace

Result<std::unique_ptr<Client>> Client::make(ClientOptions options, asio::any_io_executor executor) {
  auto server = parse_base_url(options.base_url);
  if (!server) return of_option("base_url", server.error());
  std::optional<Url> proxy;
  if (!options.proxy.empty()) {
    auto parsed = parse_proxy(options.proxy);
    if (!parsed) return of_option("proxy", parsed.error());
    if (!server->tls && !parsed->is_loopback())
      return Error(ErrorKind::config, "proxy is not on this machine, and base_url is without TLS");
    proxy = std::move(*parsed);
  }
  std::optional<asio::ssl::context> tls;
  if (server->tls) {
    auto made = make_tls(options.ca_file);
    if (!made) return made.error();
    tls = std::move(*made);
  } else if (!options.ca_file.empty()) {
    return Error(ErrorKind::config, "ca_file is of no use: base_url is without TLS");
  }
  return std::make_unique<HttpClient>(std::move(options), std::move(*server), std::move(proxy), std::move(tls),
                                      std::move(executor));
}

}  // namespace crmsync::connectors::http
