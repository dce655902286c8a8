// Looks up a name, with a deadline that holds. Used by Connection.
// getaddrinfo cannot be interrupted, so each look-up has a thread of its own that is left behind when its time is up: a
// name server that does not answer delays neither the end of the program nor the look-ups of other connections.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/result.h"

namespace crmsync::connectors::http {

namespace asio = boost::asio;

using Endpoints = std::vector<asio::ip::tcp::endpoint>;
// Blocks. Called on a thread of its own.
using LookUp = std::function<Endpoints(const std::string& host, std::uint16_t port, boost::system::error_code& ec)>;

Endpoints system_look_up(const std::string& host, std::uint16_t port, boost::system::error_code& ec);

// At least one endpoint, or `transient` / `cancelled`. Addresses are not looked up.
asio::awaitable<Result<Endpoints>> resolve(std::string host, std::uint16_t port, std::chrono::milliseconds deadline,
                                           LookUp look_up = system_look_up);

}  // namespace crmsync::connectors::http
