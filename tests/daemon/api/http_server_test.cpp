#include "daemon/api/http_server.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/daemon/api/server_fixture.h"

using namespace crmsync::api;
using namespace std::chrono_literals;

namespace {

const std::string kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

// A handler whose answer waits until the test lets it go.
class Gate {
 public:
  HttpServer::Handle handle() {
    return [this](const HttpRequest& request) { return wait(request); };
  }
  void wait_until_entered(int times = 1) {
    while (entered_ < times) std::this_thread::yield();
  }
  void open(RunningServer& server) {
    asio::post(server.io(), [this] {
      open_ = true;
      if (timer_) timer_->cancel();
    });
  }

 private:
  asio::awaitable<HttpResponse> wait(const HttpRequest&) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, std::chrono::steady_clock::time_point::max());
    timer_ = &timer;  // not of the gate itself, which outlives the server
    ++entered_;
    boost::system::error_code ignored;
    if (!open_) co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    timer_ = nullptr;
    co_return HttpResponse(200, "text/plain", "late");
  }
  asio::steady_timer* timer_ = nullptr;
  std::atomic<int> entered_{0};
  bool open_ = false;
};

Listen on(const TempFolder& folder) { return {folder.file("s"), std::nullopt}; }

}  // namespace

TEST_CASE("requests are answered") {
  const TempFolder folder;
  RunningServer server({folder.file("s"), "127.0.0.1:0"}, {}, echo);
  RawClient client(folder.file("s"));

  SUBCASE("several on one connection, also when they come at once") {
    client.send(kGet + "POST /b?c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz" + kGet);
    CHECK(body_of(client.read_answer()) == "GET /a ");
    CHECK(body_of(client.read_answer()) == "POST /b?c=d xyz");
    CHECK(body_of(client.read_answer()) == "GET /a ");
    CHECK(server.open_connections() == 1);
  }
  SUBCASE("over TCP too") {
    RawClient tcp(server.port());
    tcp.send(kGet);
    CHECK(status_of(tcp.read_answer()) == "200");
  }
  SUBCASE("byte by byte") {
    const std::string request = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    for (const char byte : request) client.send(std::string_view(&byte, 1));
    CHECK(body_of(client.read_answer()) == "POST /a hello");
  }
  SUBCASE("a chunked body is put together") {
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    CHECK(body_of(client.read_answer()) == "POST /a abcde");
  }
  SUBCASE("who waits for 100 Continue gets it") {
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    const std::string first = "HTTP/1.1 100 Continue\r\n\r\n";
    CHECK(client.read_bytes(first.size()) == first);
    client.send("ok");
    CHECK(body_of(client.read_answer()) == "POST /a ok");
  }
  SUBCASE("HEAD has no body but its length") {
    client.send("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto answer = client.read_to_end();
    CHECK(answer.find("Content-Length: 8\r\n") != std::string::npos);
    CHECK(body_of(answer).empty());
  }
  SUBCASE("Connection: close and HTTP/1.0 close") {
    client.send("GET /a HTTP/1.0\r\n\r\n");
    CHECK(body_of(client.read_to_end()) == "GET /a ");
  }
}

TEST_CASE("what is not HTTP is refused and the server goes on") {
  const TempFolder folder;
  RunningServer server(on(folder), {}, echo);
  const auto answer_to = [&](const std::string& text) {
    RawClient client(folder.file("s"));
    client.send(text);
    return client.read_to_end();
  };
  SUBCASE("nonsense") { CHECK(status_of(answer_to("\x16\x03\x01 hello\r\n\r\n")) == "400"); }
  SUBCASE("no Host") { CHECK(status_of(answer_to("GET / HTTP/1.1\r\n\r\n")) == "400"); }
  SUBCASE("two Hosts") { CHECK(status_of(answer_to("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")) == "400"); }
  SUBCASE("a length and chunks: two readers would disagree") {
    const auto answer = answer_to(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x "
        "HTTP/1.1");
    CHECK(status_of(answer) == "400");
    CHECK(answer.find("200 OK") == std::string::npos);
  }
  SUBCASE("an unknown transfer coding") {
    CHECK(status_of(answer_to("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")) ==
          "501");
  }
  SUBCASE("a target that is no path") { CHECK(status_of(answer_to("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")) == "400"); }
  SUBCASE("the refusal is a problem document with a remedy") {
    const auto answer = answer_to("GET %zz HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(answer.find("application/problem+json") != std::string::npos);
    CHECK(answer.find("\"remedy\":") != std::string::npos);
  }
  SUBCASE("a request that is cut at any byte") {
    const std::string request =
        "POST /a?b=%41 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for (std::size_t size = 0; size < request.size(); ++size) {
      RawClient client(folder.file("s"));
      client.send(request.substr(0, size));
    }
    server.wait_for_connections(0);
  }
  RawClient after(folder.file("s"));
  after.send(kGet);
  CHECK(status_of(after.read_answer()) == "200");
}

TEST_CASE("limits") {
  const TempFolder folder;
  HttpLimits limits;
  limits.header = 1024;
  limits.body = 4096;
  const auto admit = [](const HttpRequest& request) {
    Admission admission;
    admission.body_limit = request.target == "/small" ? 10 : 100'000;
    if (request.target == "/closed") admission.refusal = HttpResponse(403, "text/plain", "no");
    return admission;
  };
  RunningServer server(on(folder), limits, echo, admit);
  RawClient client(folder.file("s"));
  const auto refused = [&](const std::string& text) {
    client.send(text);
    return status_of(client.read_to_end());
  };
  SUBCASE("a header that is too large: 431") {
    CHECK(refused("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(2000, 'x') + "\r\n\r\n") == "431");
  }
  SUBCASE("an endless header: 431") { CHECK(refused("GET /" + std::string(100'000, 'x')) == "431"); }
  SUBCASE("an announced body that is too large: 413 before it is sent") {
    CHECK(refused("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n") == "413");
  }
  SUBCASE("the route's own limit counts") {
    CHECK(refused("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n") == "413");
  }
  SUBCASE("chunks that add up to too much: 413") {
    std::string body;
    for (int i = 0; i < 50; ++i) body += "64\r\n" + std::string(100, 'x') + "\r\n";
    CHECK(refused("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body) == "413");
  }
  SUBCASE("what fits is taken") {
    client.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789");
    CHECK(status_of(client.read_answer()) == "200");
  }
  SUBCASE("a refusal by the header alone comes though the body is still being sent") {
    client.send("POST /closed HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n" + std::string(2000, 'x'));
    CHECK(status_of(client.read_to_end()) == "403");
  }
}

TEST_CASE("deadlines") {
  const TempFolder folder;
  HttpLimits limits;
  SUBCASE("a header that never ends: 408") {
    limits.header_deadline = 30ms;
    RunningServer server(on(folder), limits, echo);
    RawClient client(folder.file("s"));
    client.send("GET / HTT");
    CHECK(status_of(client.read_to_end()) == "408");
    server.wait_for_connections(0);
  }
  SUBCASE("a header in drops does not get more time: 408") {
    limits.header_deadline = 100ms;
    RunningServer server(on(folder), limits, echo);
    RawClient client(folder.file("s"));
    client.send("GET / HTTP/1.1\r\n");
    while (server.open_connections() == 1 && client.send("a")) std::this_thread::yield();
    CHECK(status_of(client.read_to_end()) != "200");
  }
  SUBCASE("a body that never ends: 408") {
    limits.body_deadline = 30ms;
    RunningServer server(on(folder), limits, echo);
    RawClient client(folder.file("s"));
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
    CHECK(status_of(client.read_to_end()) == "408");
  }
  SUBCASE("a connection without a request is closed without a word") {
    limits.idle = 30ms;
    RunningServer server(on(folder), limits, echo);
    RawClient client(folder.file("s"));
    CHECK(client.read_to_end().empty());
  }
  SUBCASE("who does not read his answer is dropped") {
    limits.write_stall = 50ms;
    const auto big = [](const HttpRequest&) -> asio::awaitable<HttpResponse> {
      co_return HttpResponse(200, "text/plain", std::string(64 * 1024 * 1024, 'x'));
    };
    RunningServer server(on(folder), limits, big);
    RawClient client(folder.file("s"));
    client.send(kGet);
    server.wait_for_connections(1);
    server.wait_for_connections(0);
  }
}

TEST_CASE("answers cannot be split by what stands in a header") {
  const TempFolder folder;
  const auto bad = [](const HttpRequest&) -> asio::awaitable<HttpResponse> {
    HttpResponse response(200, "text/plain", "body");
    response.fields.emplace_back("X-Name", "a\r\nSet-Cookie: b");
    co_return response;
  };
  RunningServer server(on(folder), {}, bad);
  RawClient client(folder.file("s"));
  client.send(kGet);
  const auto answer = client.read_to_end();
  CHECK(status_of(answer) == "500");
  CHECK(answer.find("Set-Cookie") == std::string::npos);
}

TEST_CASE("streams") {
  const TempFolder folder;
  struct Source {
    static asio::awaitable<std::optional<std::string>> next(std::shared_ptr<int> count, int fail_at) {
      std::optional<std::string> piece;
      if (*count == fail_at) throw std::runtime_error("the source is gone");
      if (*count < 3) piece = "line " + std::to_string((*count)++) + "\n";
      co_return piece;
    }
  };
  int fail_at = -1;
  const auto handle = [&](const HttpRequest&) -> asio::awaitable<HttpResponse> {
    HttpResponse response(200, "application/jsonl", "");
    const auto count = std::make_shared<int>(0);
    response.stream = [count, &fail_at] { return Source::next(count, fail_at); };
    co_return response;
  };
  SUBCASE("come in chunks, and the connection goes on") {
    RunningServer server(on(folder), {}, handle);
    RawClient client(folder.file("s"));
    client.send(kGet + kGet);
    const std::string chunks = "7\r\nline 0\n\r\n7\r\nline 1\n\r\n7\r\nline 2\n\r\n0\r\n\r\n";
    CHECK(body_of(client.read_answer()) == chunks);
    CHECK(body_of(client.read_answer()) == chunks);
  }
  SUBCASE("to HTTP/1.0 end with the connection") {
    RunningServer server(on(folder), {}, handle);
    RawClient client(folder.file("s"));
    client.send("GET /a HTTP/1.0\r\n\r\n");
    CHECK(body_of(client.read_to_end()) == "line 0\nline 1\nline 2\n");
  }
  SUBCASE("one that fails ends without the last chunk") {
    fail_at = 2;
    RunningServer server(on(folder), {}, handle);
    RawClient client(folder.file("s"));
    client.send(kGet);
    const auto answer = client.read_to_end();
    CHECK(answer.find("line 1") != std::string::npos);
    CHECK_FALSE(answer.ends_with("0\r\n\r\n"));
  }
}

TEST_CASE("too many connections") {
  const TempFolder folder;
  HttpLimits limits;
  limits.connections = 2;
  SUBCASE("the idle ones give way") {
    RunningServer server(on(folder), limits, echo);
    RawClient first(folder.file("s")), second(folder.file("s"));
    server.wait_for_connections(2);
    RawClient third(folder.file("s"));
    third.send(kGet);
    CHECK(status_of(third.read_answer()) == "200");
    CHECK(server.open_connections() <= 2);
  }
  SUBCASE("while all are busy a new one waits") {
    Gate gate;
    RunningServer server(on(folder), limits, gate.handle());
    RawClient first(folder.file("s"));
    first.send(kGet);
    gate.wait_until_entered();
    RawClient second(folder.file("s"));
    server.wait_for_connections(2);
    second.send("GET /half");  // has begun: not idle
    RawClient third(folder.file("s"));
    third.send(kGet);
    gate.open(server);
    CHECK(status_of(first.read_answer()) == "200");
    second.close();
    CHECK(status_of(third.read_answer()) == "200");
  }
}

TEST_CASE("out of descriptors the server waits and goes on") {
  const TempFolder folder;
  RunningServer server(on(folder), {}, echo);
  RawClient client;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int next = ::dup(0);
  ::close(next);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next);
  ::setrlimit(RLIMIT_NOFILE, &none);
  client.connect(folder.file("s"));
  client.send(kGet);
  for (int i = 0; i < 10; ++i) CHECK(server.open_connections() == 0);
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(status_of(client.read_answer()) == "200");
}

TEST_CASE("stopping") {
  const TempFolder folder;
  Gate gate;
  auto server = std::make_unique<RunningServer>(on(folder), HttpLimits(), gate.handle());
  RawClient busy(folder.file("s"));
  busy.send(kGet);
  gate.wait_until_entered();
  RawClient idle(folder.file("s"));
  server->wait_for_connections(2);

  SUBCASE("drops idle connections at once and lets a request in hand finish") {
    auto stopped = server->stop_later(60s);
    CHECK(idle.read_to_end().empty());
    CHECK(stopped.wait_for(0s) == std::future_status::timeout);
    gate.open(*server);
    const auto answer = busy.read_to_end();
    CHECK(status_of(answer) == "200");
    CHECK(answer.find("Connection: close") != std::string::npos);
    stopped.get();
  }
  SUBCASE("cancels what is not finished at the deadline") {
    server->stop(20ms);
    CHECK(busy.read_to_end().empty());
  }
  SUBCASE("takes no new connection and removes the socket file") {
    server->stop(0ms);
    CHECK_FALSE(std::filesystem::exists(folder.file("s")));
    CHECK_THROWS(RawClient(folder.file("s")));
  }
  SUBCASE("is over as soon as nobody is there") {
    gate.open(*server);
    busy.read_answer();
    busy.close(), idle.close();
    server->wait_for_connections(0);
    const auto begun = std::chrono::steady_clock::now();
    server->stop(60s);
    CHECK(std::chrono::steady_clock::now() - begun < 30s);
  }
}
