#include "daemon/api/transport.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace crmsync::api {

using asio::use_awaitable;

asio::awaitable<Transport::Got> Transport::read_more(std::string& in, std::size_t room, Clock::time_point deadline) {
  if (tls_) {
    const Got got = co_await read_more_tls(in, room, deadline);
    co_return got;
  }
  const std::size_t had = in.size();
  in.resize(had + room);
  timer_.expires_at(deadline);
  auto read = socket_.async_read_some(asio::buffer(in.data() + had, room), asio::deferred);
  auto wait = timer_.async_wait(asio::deferred);
  auto group = asio::experimental::make_parallel_group(std::move(read), std::move(wait));
  const auto [order, read_error, count, wait_error] =
      co_await group.async_wait(asio::experimental::wait_for_one(), use_awaitable);
  in.resize(had + (read_error ? 0 : count));
  if (!read_error && count > 0) co_return Got::more;
  co_return order[0] == 1 ? Got::late : Got::closed;
}

asio::awaitable<bool> Transport::write_all(std::string_view data, std::chrono::milliseconds stall) {
  if (tls_) {
    const bool written = co_await write_all_tls(data, stall);
    co_return written;
  }
  while (!data.empty()) {
    timer_.expires_after(stall);
    auto write = socket_.async_write_some(asio::buffer(data), asio::deferred);
    auto wait = timer_.async_wait(asio::deferred);
    auto group = asio::experimental::make_parallel_group(std::move(write), std::move(wait));
    const auto [order, write_error, count, wait_error] =
        co_await group.async_wait(asio::experimental::wait_for_one(), use_awaitable);
    if (write_error) co_return false;
    data.remove_prefix(count);
  }
  co_return true;
}

}  // namespace crmsync::api
