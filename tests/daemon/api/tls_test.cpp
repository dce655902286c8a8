// The HTTP server by TLS: what it speaks, with whom, for how long, and what a new certificate changes.
#include <doctest/doctest.h>

#include <fstream>

#include "daemon/api/tls_context.h"
#include "tests/connectors/http/test_ca.h"
#include "tests/daemon/api/tls_client.h"

using namespace crmsync::api;
using namespace std::chrono_literals;
using crmsync::connectors::http::Pem;
using crmsync::connectors::http::TestCa;

namespace {

const std::string kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string kLastGet = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

std::shared_ptr<TlsContext> context_of(const TempFolder& folder, const Pem& pem) {
  const std::string file = folder.file("cert.pem");
  std::ofstream(file) << pem.certificate;
  const auto certificate = read_certificate(file);
  const auto key = parse_key(crmsync::config::Secret(pem.key), "the key");
  REQUIRE(certificate.has_value());
  REQUIRE(key.has_value());
  auto made = TlsContext::make(*certificate, *key);
  REQUIRE(made.has_value());
  return *made;
}

// Says whether the request came by TLS, too.
asio::awaitable<HttpResponse> tell(const HttpRequest& request) {
  co_return HttpResponse(200, "text/plain", (request.peer.tls ? "tls " : "plain ") + request.body);
}

struct World {
  explicit World(HttpLimits limits = {}, HttpServer::Handle handle = tell,
                 HttpServer::Admit admit = RunningServer::take_all)
      : server({folder.file("s"), "127.0.0.1:0", context_of(folder, pem)}, limits, std::move(handle),
               std::move(admit)) {}

  TempFolder folder;
  TestCa ca;
  Pem pem = ca.issue();
  RunningServer server;

  std::unique_ptr<TlsClient> client(TlsClient::Manner manner = {}) {
    return std::make_unique<TlsClient>(server.port(), ca.file(), manner);
  }
  void still_answers() {
    const auto one = client();
    one->send(kGet);
    CHECK(status_of(one->read_answer()) == "200");
  }
};

asio::awaitable<HttpResponse> large(const HttpRequest&) {
  co_return HttpResponse(200, "text/plain", std::string(64 * 1024 * 1024, 'x'));
}

}  // namespace

TEST_CASE("requests by TLS are answered") {
  World world;
  const auto client = world.client();
  SUBCASE("several on one connection, also when they come at once") {
    client->send(kGet + "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz" + kGet);
    CHECK(body_of(client->read_answer()) == "tls ");
    CHECK(body_of(client->read_answer()) == "tls xyz");
    CHECK(body_of(client->read_answer()) == "tls ");
    CHECK(world.server.open_connections() == 1);
  }
  SUBCASE("byte by byte") {
    for (const char byte : kGet) client->send(std::string_view(&byte, 1));
    CHECK(body_of(client->read_answer()) == "tls ");
  }
  SUBCASE("large ones both ways") {
    const std::string body(3'000'000, 'b');
    client->send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
    client->send(body);
    CHECK(body_of(client->read_answer()) == "tls " + body);
  }
  SUBCASE("the last one ends with TLS's farewell") {
    bool cut = true;
    client->send(kLastGet);
    CHECK(status_of(client->read_to_end(cut)) == "200");
    CHECK_FALSE(cut);
    client->cut();
    world.server.wait_for_connections(0);
  }
  SUBCASE("and on the Unix socket as before") {
    RawClient raw(world.folder.file("s"));
    raw.send(kGet);
    CHECK(body_of(raw.read_answer()) == "plain ");
  }
}

TEST_CASE("what TLS is spoken") {
  World world;
  const auto hands = [&](int version, const std::string& protocols) {
    const auto client = world.client({version, protocols});
    return client->shake_hands() ? client->version() + " " + client->protocol() : "refused";
  };
  SUBCASE("the newest, and 1.2; nothing older") {
    CHECK(hands(0, "") == "TLSv1.3 ");
    CHECK(hands(TLS1_2_VERSION, "") == "TLSv1.2 ");
    CHECK(hands(TLS1_1_VERSION, "") == "refused");
  }
  SUBCASE("for HTTP/1.1 and nothing else, where the client has a choice") {
    CHECK(hands(0, "\2h2\10http/1.1") == "TLSv1.3 http/1.1");
    CHECK(hands(0, "\2h2") == "refused");
  }
  SUBCASE("without a second handshake on one connection") {
    const auto client = world.client({TLS1_2_VERSION, ""});
    REQUIRE(client->shake_hands());
    CHECK_FALSE(client->renegotiate());
  }
  world.still_answers();
}

TEST_CASE("who does not speak TLS") {
  World world;
  SUBCASE("but HTTP is told so") {
    RawClient plain(world.server.port());
    plain.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    const auto answer = plain.read_to_end();
    CHECK(status_of(answer) == "400");
    CHECK(answer.find("tls_expected") != std::string::npos);
    CHECK(answer.find("https://") != std::string::npos);
  }
  SUBCASE("nor HTTP is sent away") {
    RawClient plain(world.server.port());
    plain.send("SSH-2.0-OpenSSH_9.2\r\n" + std::string(1000, 'x'));
    CHECK(status_of(plain.read_to_end()) != "200");
  }
  world.server.wait_for_connections(0);
  world.still_answers();
}

TEST_CASE("a handshake") {
  HttpLimits limits;
  limits.connections = 2;
  SUBCASE("that is not finished in time is closed") {
    limits.handshake = 30ms;
    World world(limits);
    RawClient silent(world.server.port());
    CHECK(silent.read_to_end().empty());
    RawClient slow(world.server.port());
    slow.send("\x16\x03\x01\x02");  // the beginning of a client's hello
    CHECK(slow.read_to_end().empty());
    world.server.wait_for_connections(0);
  }
  SUBCASE("that stalls gives way to others, as who is idle does") {
    limits.handshake = 60s;  // longer than any client waits
    World world(limits);
    RawClient first(world.server.port()), second(world.server.port());
    second.send("\x16\x03\x01\x02");
    world.server.wait_for_connections(2);
    world.still_answers();
  }
  SUBCASE("is broken off when the server stops") {
    limits.handshake = 60s;
    World world(limits);
    RawClient silent(world.server.port());
    world.server.wait_for_connections(1);
    const auto begun = std::chrono::steady_clock::now();
    world.server.stop(60s);
    CHECK(std::chrono::steady_clock::now() - begun < 30s);
    CHECK(silent.read_to_end().empty());
  }
}

TEST_CASE("a new certificate") {
  World world;
  const auto before = world.client();
  before->send(kGet);
  CHECK(status_of(before->read_answer()) == "200");
  CHECK(before->serial() == world.pem.serial);
  const Pem renewed = world.ca.issue();
  world.server.renew(context_of(world.folder, renewed));
  SUBCASE("is what new connections see, and open ones go on") {
    const auto after = world.client();
    after->send(kGet);
    CHECK(status_of(after->read_answer()) == "200");
    CHECK(after->serial() == renewed.serial);
    before->send(kGet);
    CHECK(status_of(before->read_answer()) == "200");
    CHECK(before->serial() == world.pem.serial);
  }
  SUBCASE("is none for a server in the clear") {
    RunningServer plain({"", "127.0.0.1:0", nullptr}, {}, tell);
    plain.renew(context_of(world.folder, renewed));
    RawClient raw(plain.port());
    raw.send(kGet);
    CHECK(body_of(raw.read_answer()) == "plain ");
  }
}

TEST_CASE("deadlines and limits hold by TLS, too") {
  HttpLimits limits;
  bool cut = false;
  SUBCASE("a header that never ends: 408") {
    limits.header_deadline = 30ms;
    World world(limits);
    const auto client = world.client();
    client->send("GET / HTT");
    CHECK(status_of(client->read_to_end(cut)) == "408");
    CHECK_FALSE(cut);
  }
  SUBCASE("a connection without a request is closed") {
    limits.idle = 30ms;
    World world(limits);
    const auto client = world.client();
    REQUIRE(client->shake_hands());
    CHECK(client->read_to_end(cut).empty());
  }
  SUBCASE("a refusal comes though the body is still being sent") {
    const auto refuse = [](const HttpRequest&) {
      Admission admission;
      admission.refusal = HttpResponse(403, "text/plain", "no");
      return admission;
    };
    World world(limits, tell, refuse);
    const auto client = world.client();
    client->send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n" + std::string(200'000, 'x'));
    CHECK(status_of(client->read_to_end(cut)) == "403");
    CHECK_FALSE(cut);
  }
  SUBCASE("who does not read his answer is dropped") {
    limits.write_stall = 50ms;
    World world(limits, large);
    const auto client = world.client();
    client->send(kGet);
    world.server.wait_for_connections(1);
    world.server.wait_for_connections(0);
  }
  SUBCASE("who goes without a word is forgotten") {
    World world;
    const auto client = world.client();
    client->send(kGet);
    client->read_answer();
    client->cut();
    world.server.wait_for_connections(0);
  }
}

TEST_CASE("a stream by TLS that fails ends without the last chunk and without a farewell") {
  struct Source {
    static asio::awaitable<std::optional<std::string>> next(std::shared_ptr<int> count) {
      if (++*count == 3) throw std::runtime_error("the source is gone");
      std::optional<std::string> piece = "line\n";
      co_return piece;
    }
  };
  const auto handle = [](const HttpRequest&) -> asio::awaitable<HttpResponse> {
    HttpResponse response(200, "application/jsonl", "");
    const auto count = std::make_shared<int>(0);
    response.stream = [count] { return Source::next(count); };
    co_return response;
  };
  World world({}, handle);
  const auto client = world.client();
  client->send(kGet);
  bool cut = false;
  const auto answer = client->read_to_end(cut);
  CHECK(answer.find("line") != std::string::npos);
  CHECK_FALSE(answer.ends_with("0\r\n\r\n"));
  CHECK(cut);
}
