#include "connectors/hubspot/hubspot_connector.h"

#include "connectors/hubspot/ahead.h"
#include "connectors/hubspot/probe.h"
#include "connectors/hubspot/pusher.h"
#include "connectors/hubspot/reader.h"
#include "connectors/hubspot/session.h"

namespace crmsync::connectors::hubspot {

namespace {

asio::awaitable<bool> is_cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

Error cancelled() { return Error(ErrorKind::cancelled, "stopped before HubSpot was asked"); }

class HubSpotConnector final : public Connector {
 public:
  explicit HubSpotConnector(std::shared_ptr<Session> session) : session_(std::move(session)), ahead_(session_) {}

  Capabilities capabilities() const override {
    Capabilities can;
    can.incremental = true;
    can.lists_deletions = false;  // a full run has them; a search never shows what was archived
    can.push_opt_out = true;
    can.push_opt_in = !session_->options().subscription_id.empty();
    can.confirms_push = true;
    can.opt_out_owner = OptOutOwner::address;
    can.push_batch = kBatch;
    return can;
  }

  asio::awaitable<Result<Page>> fetch(const FetchRequest& request) override {
    if (co_await is_cancelled()) co_return cancelled();
    Result<Page> page;
    if (ahead_.has(request)) {
      page = co_await ahead_.take();
    } else {
      ahead_.drop();
      page = co_await read_page(*session_, request);
    }
    if (page && !page->end && !ahead_.active()) {
      FetchRequest next = request;
      next.cursor = page->next_cursor;
      ahead_.start(next);
    }
    co_return page;
  }

  asio::awaitable<std::vector<PushResult>> push(std::span<const Push> batch) override {
    if (co_await is_cancelled()) {
      PushResult stopped;
      stopped.error = cancelled();
      co_return std::vector<PushResult>(batch.size(), stopped);
    }
    auto results = co_await push_all(*session_, batch);
    co_return results;
  }

  asio::awaitable<Probe> probe() override {
    auto probe = co_await probe_account(*session_);
    co_return probe;
  }

 private:
  std::shared_ptr<Session> session_;
  Ahead ahead_;
};

// What the configuration says cannot work: every call says so.
class Broken final : public Connector {
 public:
  explicit Broken(Error error) : error_(std::move(error)) {}
  Capabilities capabilities() const override {
    Capabilities can;
    can.incremental = can.push_opt_out = can.confirms_push = true;
    can.opt_out_owner = OptOutOwner::address;
    return can;
  }
  asio::awaitable<Result<Page>> fetch(const FetchRequest&) override { co_return error_; }
  asio::awaitable<std::vector<PushResult>> push(std::span<const Push> batch) override {
    PushResult result;
    result.error = error_;
    co_return std::vector<PushResult>(batch.size(), result);
  }
  asio::awaitable<Probe> probe() override {
    Probe probe;
    probe.verdicts.push_back({"reachable", false, error_.message});
    co_return probe;
  }

 private:
  Error error_;
};

http::ClientOptions client_options(const Options& options) {
  http::ClientOptions client;
  client.base_url = options.base_url;
  client.ca_file = options.ca_file;
  client.proxy = options.proxy;
  if (!options.proxy_login.empty()) client.proxy.insert(std::string_view("http://").size(), options.proxy_login + "@");
  return client;
}

std::unique_ptr<Connector> make(const ConnectionOptions& connection, const Environment& environment) {
  Options options = parse_options(connection.options);
  std::optional<http::Rate> rate;
  if (connection.rate_limit) rate = http::Rate{connection.rate_limit->requests, connection.rate_limit->per};
  auto client = http::Client::make(client_options(options), environment.executor);
  if (!client) return std::make_unique<Broken>(client.error());
  Network network;
  network.client = std::move(*client);
  network.limiter = limiter_of(options, rate, environment.limiters);
  return make_connector(std::move(options), environment, std::move(network));
}

}  // namespace

std::unique_ptr<Connector> make_connector(Options options, const Environment& environment, Network network) {
  auto session = std::make_shared<Session>(std::move(options), environment, std::move(network));
  return std::make_unique<HubSpotConnector>(std::move(session));
}

Kind kind() { return {"hubspot", option_table(), check_options, make}; }

}  // namespace crmsync::connectors::hubspot
