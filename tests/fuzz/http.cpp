// HTTP requests over a real socket: every byte goes the way that a client's goes, up to the route table, and what is
// answered has to be HTTP.
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <string>

#include "daemon/api/fields.h"
#include "daemon/api/http_session.h"
#include "daemon/api/problem.h"
#include "daemon/api/router.h"
#include "tests/fuzz/target.h"

using namespace crmsync::api;
namespace asio = boost::asio;

namespace {

// What the API does with any request before a route's own work.
HttpResponse answer(const HttpRequest& request) {
  static const Router router(all_routes());
  const auto match = router.match(request.method, request.path);
  if (match.problem) return problem_response(*match.problem);
  QueryFields query(request);
  query.number("limit", 1, 1000, 50);
  if (const auto problem = query.problem()) return problem_response(*problem);
  Problem problem;
  const auto body = object_body(request, problem);
  if (!body) return problem_response(problem);
  BodyFields fields(*body, "The body");
  fields.text("account");
  fields.texts("ids", 10);
  fields.number("count");
  if (const auto bad = fields.problem()) return problem_response(*bad);
  return {200, "text/plain", "fine"};
}

asio::awaitable<HttpResponse> handle(const HttpRequest& request) { co_return answer(request); }

asio::awaitable<void> serve(Session& session, const Serving& service) {
  for (bool more = true; more;) more = co_await exchange(session, service);
  boost::system::error_code ignored;
  session.transport.socket().shutdown(asio::socket_base::shutdown_both, ignored);
}

std::string read_all(int descriptor) {
  std::string all;
  char piece[4096];
  for (ssize_t n = recv(descriptor, piece, sizeof piece, MSG_DONTWAIT); n > 0;
       n = recv(descriptor, piece, sizeof piece, MSG_DONTWAIT))
    all.append(piece, static_cast<std::size_t>(n));
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 100'000;  // fits into the socket's buffer
  if (size == 0 || size > kMost) return 0;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
  if (send(ends[1], data, size, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) std::abort();
  shutdown(ends[1], SHUT_WR);
  asio::io_context io;
  const asio::generic::stream_protocol unix_stream(AF_UNIX, 0);
  Session session(Transport::Socket(io, unix_stream, ends[0]));
  Serving service;
  service.limits.body = 64 * 1024;
  service.admit = [](const HttpRequest&) {
    Admission admission;
    admission.body_limit = 4096;
    return admission;
  };
  service.handle = handle;
  asio::co_spawn(io, serve(session, service), asio::detached);
  io.run();
  const std::string said = read_all(ends[1]);
  close(ends[1]);
  if (!said.empty() && !said.starts_with("HTTP/1.1 ")) std::abort();
  return 0;
}
