#include "connectors/http/resolve.h"

#include <netdb.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

namespace crmsync::connectors::http {

namespace {

using asio::ip::tcp;
using boost::system::error_code;

// Shared by the coroutine that waits and the thread that looks up.
struct Search {
  explicit Search(asio::any_io_executor executor) : home(std::move(executor)) {}

  asio::any_io_executor home;
  std::mutex mutex;
  asio::steady_timer* waiting = nullptr;  // null: nobody waits any more. Changed at home only, under the mutex.
  bool found = false;
  error_code error;
  Endpoints endpoints;
};

// While it lives the search may wake its owner; afterwards the thread touches nothing but the Search.
class Waiting {
 public:
  Waiting(std::shared_ptr<Search> search, asio::steady_timer& timer) : search_(std::move(search)) { set(&timer); }
  ~Waiting() { set(nullptr); }
  Waiting(const Waiting&) = delete;

 private:
  void set(asio::steady_timer* timer) {
    const std::lock_guard lock(search_->mutex);
    search_->waiting = timer;
  }
  std::shared_ptr<Search> search_;
};

void run(const std::shared_ptr<Search>& search, const LookUp& look_up, const std::string& host, std::uint16_t port) {
  error_code error;
  auto endpoints = look_up(host, port, error);
  const std::lock_guard lock(search->mutex);
  search->error = error;
  search->endpoints = std::move(endpoints);
  search->found = true;
  if (!search->waiting) return;
  asio::post(search->home, [search] {
    if (search->waiting) search->waiting->cancel();
  });
}

Error failed(const std::string& why) { return {ErrorKind::transient, "looking up its name: " + why}; }

}  // namespace

Endpoints system_look_up(const std::string& host, std::uint16_t port, error_code& ec) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int result = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (result == EAI_SYSTEM)
    ec.assign(errno, boost::system::system_category());
  else if (result != 0)
    ec.assign(result, asio::error::get_addrinfo_category());
  Endpoints endpoints;
  for (const addrinfo* one = list; one; one = one->ai_next) {
    tcp::endpoint endpoint;
    if (one->ai_addrlen > endpoint.capacity()) continue;
    endpoint.resize(one->ai_addrlen);
    std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
    endpoints.push_back(endpoint);
  }
  if (list) freeaddrinfo(list);
  return endpoints;
}

asio::awaitable<Result<Endpoints>> resolve(std::string host, std::uint16_t port, std::chrono::milliseconds deadline,
                                           LookUp look_up) {
  error_code no_address;
  const auto address = asio::ip::make_address(host, no_address);
  if (!no_address) {
    Endpoints one(1, tcp::endpoint(address, port));
    co_return one;
  }
  const auto home = co_await asio::this_coro::executor;
  const auto search = std::make_shared<Search>(home);
  asio::steady_timer timer(home, deadline);
  const Waiting waiting(search, timer);
  try {
    std::thread([=] { run(search, look_up, host, port); }).detach();
  } catch (const std::system_error&) {
    co_return failed("no thread left to do it");
  }
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return Error(ErrorKind::cancelled, "cancelled");
  const std::lock_guard lock(search->mutex);
  if (!search->found) co_return failed("no answer within " + std::to_string(deadline.count()) + " ms");
  if (search->error) co_return failed(search->error.message());
  if (search->endpoints.empty()) co_return failed("it has no address");
  co_return std::move(search->endpoints);
}

}  // namespace crmsync::connectors::http
