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
  fetch->page = co_await read_page(*session, fetch->request);
}

void Ahead::start(const FetchRequest& request) {
  drop();
  const auto& executor = session_->environment().executor;
  fetch_ = std::make_shared<Fetch>(request, executor);
  const auto finish = [fetch = fetch_](const std::exception_ptr& failure) {
    fetch->failure = failure;
    if (!fetch->page) fetch->page = cancelled();
    fetch->arrived.cancel();
  };
  asio::co_spawn(executor, run(session_, fetch_), asio::bind_cancellation_slot(fetch_->stop.slot(), finish));
}

bool Ahead::has(const FetchRequest& request) const { return fetch_ && same(fetch_->request, request); }

asio::awaitable<Result<Page>> Ahead::take() {
  const auto fetch = fetch_;
  boost::system::error_code ignored;
  if (!fetch->page) co_await fetch->arrived.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (fetch != fetch_ || !fetch->page) {  // broken off while waiting
    drop();
    co_return cancelled();
  }
  fetch_.reset();
  if (fetch->failure) std::rethrow_exception(fetch->failure);
  co_return std::move(*fetch->page);
}

void Ahead::drop() {
  if (!fetch_) return;
  fetch_->stop.emit(asio::cancellation_type::terminal);
  fetch_.reset();
}

}  // namespace crmsync::connectors::hubspot
