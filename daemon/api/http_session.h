// One connection of the HTTP server: reads a request, has it answered, writes the answer. Used by http_server.cpp only;
// Beast stays in the .cpp.
#pragma once

#include <boost/asio/cancellation_signal.hpp>

#include "daemon/api/http_server.h"
#include "daemon/api/transport.h"

namespace crmsync::api {

struct Session {
  explicit Session(Transport::Socket socket, std::shared_ptr<TlsContext> tls = nullptr)
      : transport(std::move(socket), std::move(tls)) {}
  Transport transport;
  asio::cancellation_signal cancel;
  Peer peer;
  bool busy = false;   // a request is in hand: its header is complete, its answer is not
  bool begun = false;  // a part of a request has arrived
  bool cancelled = false;
  std::string in;  // read and not yet parsed, with room for what is being read

  // May be dropped for the sake of others: nothing of a request has arrived, be it that TLS is not ready for one.
  bool idle() const noexcept { return !busy && !begun && !cancelled; }
};

// What all connections share.
struct Serving {
  HttpLimits limits;
  HttpServer::Admit admit;
  HttpServer::Handle handle;
  bool stopping = false;
};

// Before the first request: TLS, where it is spoken. False: there is nobody to serve, or somebody who has been told why
// not.
asio::awaitable<bool> greet(Session& session, const Serving& service);

// One request and its answer; true when the connection may carry another.
asio::awaitable<bool> exchange(Session& session, const Serving& service);

// After the last answer: by TLS the client is told that this was all.
asio::awaitable<void> part(Session& session);

}  // namespace crmsync::api
