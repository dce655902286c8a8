// The page that is fetched while the caller is busy with the one before. Used by the connector.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <memory>
#include <optional>

#include "connectors/connector.h"
#include "connectors/hubspot/session.h"

namespace crmsync::connectors::hubspot {

class Ahead {
 public:
  explicit Ahead(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  ~Ahead() { drop(); }
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;

  void start(const FetchRequest& request);
  // Whether it is the page of this request; what it is not is of no use to anybody.
  bool has(const FetchRequest& request) const;
  // That page, once it is there.
  asio::awaitable<Result<Page>> take();
  void drop();

 private:
  // Outlives us for as long as the page takes to be broken off.
  struct Fetch {
    Fetch(FetchRequest what, const asio::any_io_executor& executor) : request(std::move(what)), arrived(executor) {
      arrived.expires_at(asio::steady_timer::time_point::max());
    }
    FetchRequest request;
    std::optional<Result<Page>> page;
    std::exception_ptr failure;
    asio::steady_timer arrived;  // cancelled when the page is there
    asio::cancellation_signal stop;
  };
  static asio::awaitable<void> run(std::shared_ptr<Session> session, std::shared_ptr<Fetch> fetch);

  std::shared_ptr<Session> session_;
  std::shared_ptr<Fetch> fetch_;
};

}  // namespace crmsync::connectors::hubspot
