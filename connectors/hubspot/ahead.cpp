#include "connectors/hubspot/ahead.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>

#include "connectors/hubspot/reader.h"

namespace crmsync::connectors::hubspot {

namespace {

Error cancelled() { return Error(ErrorKind::cancelled, "stopped while contacts were read"); }

bool same(const FetchRequest& a, const FetchRequest& b) {
  return a.mode == b.mode && a.page_size == b.page_size && a.accepted == b.accepted && a.cursor == b.cursor;
}

}  // namespace

asio::awaitable<void> Ahead::run(std::shared_ptr<Session> session, std::shared_ptr<Fetch> fetch) {
  boost::system::error_code ignored;
  bool more = true;
  while (more) {
    auto page = co_await read_page(*session, fetch->request);
    more = page && !page->end;
    if (more) fetch->request.cursor = page->next_cursor;
    fetch->pages.push_back(std::move(page));
    fetch->changed.cancel();
    while (more && fetch->pages.size() >= kPages) {
      co_await fetch->changed.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none) co_return;
    }
  }
}

void Ahead::start(const FetchRequest& request) {
  drop();
  const auto& executor = session_->environment().executor;
  fetch_ = std::make_shared<Fetch>(request, executor);
  const auto finish = [fetch = fetch_](const std::exception_ptr& failure) {
    fetch->failure = failure;
    fetch->running = false;
    fetch->changed.cancel();
  };
  asio::co_spawn(executor, run(session_, fetch_), asio::bind_cancellation_slot(fetch_->stop.slot(), finish));
}

bool Ahead::has(const FetchRequest& request) const { return fetch_ && same(fetch_->next, request); }

asio::awaitable<Result<Page>> Ahead::take() {
  const auto fetch = fetch_;
  boost::system::error_code ignored;
  if (fetch->pages.empty() && fetch->running)
    co_await fetch->changed.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  const bool broken_off = fetch != fetch_ || fetch->pages.empty();
  if (broken_off) {
    if (fetch == fetch_) drop();
    if (fetch->failure) std::rethrow_exception(fetch->failure);
    co_return cancelled();
  }
  auto page = std::move(fetch->pages.front());
  fetch->pages.pop_front();
  fetch->changed.cancel();
  if (page && !page->end)
    fetch->next.cursor = page->next_cursor;
  else
    fetch_.reset();
  co_return page;
}

void Ahead::drop() {
  if (!fetch_) return;
  if (fetch_->running) fetch_->stop.emit(asio::cancellation_type::terminal);
  fetch_.reset();
}

}  // namespace crmsync::connectors::hubspot
