// One connection of the HTTP server: reads a request, has it answered, writes the answer. Used by http_server.cpp only;
// Beast stays in the .cpp.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/api/http_server.h"

namespace crmsync::api {

struct Session {
  using Stream = asio::generic::stream_protocol::socket;
  explicit Session(Stream s) : socket(std::move(s)), timer(socket.get_executor()) {}
  Stream socket;
  asio::steady_timer timer;
  asio::cancellation_signal cancel;
  Peer peer;
  bool busy = false;   // a request is in hand: its header is complete, its answer is not
  bool begun = false;  // a part of a request has arrived
  bool cancelled = false;
  std::string in;  // read and not yet parsed, with room for what is being read

  // May be dropped for the sake of others: nothing of a request has arrived.
  bool idle() const noexcept { return !busy && !begun && !cancelled; }
};

// What all connections share.
struct Serving {
  HttpLimits limits;
  HttpServer::Admit admit;
  HttpServer::Handle handle;
  bool stopping = false;
};

// One request and its answer; true when the connection may carry another.
asio::awaitable<bool> exchange(Session& session, const Serving& service);

}  // namespace crmsync::api
