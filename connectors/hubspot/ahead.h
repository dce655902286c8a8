// The pages that are fetched while the caller is busy with those before: a few of them, since a caller who gathers what
// came and then writes it all is busy for longer than one page takes. Used by the connector.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <exception>
#include <memory>
#include <optional>

#include "connectors/connector.h"
#include "connectors/hubspot/session.h"

namespace crmsync::connectors::hubspot {

class Ahead {
 public:
  static constexpr std::size_t kPages = 16;  // that wait to be taken, at most

  explicit Ahead(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  ~Ahead() { drop(); }
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;

  // Fetches this page, and from there on those that follow.
  void start(const FetchRequest& request);
  bool active() const { return fetch_ != nullptr; }
  // Whether the page of this request comes next; what it is not is of no use to anybody.
  bool has(const FetchRequest& request) const;
  // That page, once it is there. The last one, and an error, end it.
  asio::awaitable<Result<Page>> take();
  void drop();

 private:
  // Outlives us for as long as the page takes to be broken off.
  struct Fetch {
    Fetch(FetchRequest what, const asio::any_io_executor& executor)
        : next(std::move(what)), changed(executor), request(next) {
      changed.expires_at(asio::steady_timer::time_point::max());
    }
    FetchRequest next;               // of the page that is taken next
    std::deque<Result<Page>> pages;  // that are there
    std::exception_ptr failure;
    bool running = true;
    asio::steady_timer changed;  // cancelled when a page has come or was taken
    asio::cancellation_signal stop;
    FetchRequest request;  // of the page that is being fetched
  };
  static asio::awaitable<void> run(std::shared_ptr<Session> session, std::shared_ptr<Fetch> fetch);

  std::shared_ptr<Session> session_;
  std::shared_ptr<Fetch> fetch_;
};

}  // namespace crmsync::connectors::hubspot
