#include "tests/connectors/hubspot/hubspot_crm.h"

#include "connectors/hubspot/answers.h"
#include "tests/connectors/hubspot/world.h"

namespace crmsync::connectors::hubspot {

namespace {

using contract::Break;
using contract::Broken;
using contract::Entry;
using contract::Told;

constexpr const char* kUnreadable = "777000";

struct Site {
  FakeHubSpot hubspot;
  Line line;
  std::shared_ptr<http::RateLimiter> limiter = std::make_shared<http::RateLimiter>(no_limit());
};

// A kind makes its connectors without a context: they find their HubSpot by base_url.
std::map<std::string, Site*>& sites() {
  static std::map<std::string, Site*> all;
  return all;
}

std::unique_ptr<Connector> make(const ConnectionOptions& connection, const Environment& environment) {
  Options options = parse_options(connection.options);
  Site& site = *sites().at(options.base_url);
  return make_connector(std::move(options), environment, network_of(site.hubspot, site.line, site.limiter));
}

class HubSpotCrm final : public contract::CrmUnderTest {
 public:
  explicit HubSpotCrm(bool batches) : kind_(hubspot::kind()), batches_(batches) {
    kind_.make = make;
    static int count = 0;
    base_url_ = "http://127.0.0.1:9/account" + std::to_string(++count);
    sites()[base_url_] = &site_;
    hubspot().now = kNow;
    repair();
  }
  ~HubSpotCrm() override { sites().erase(base_url_); }

  const Kind& kind() const override { return kind_; }
  nlohmann::json options() const override { return {{"token", kToken}, {"base_url", base_url_}}; }
  std::vector<std::string> secrets() const override { return {kToken}; }
  domain::Millis now() override { return hubspot().now; }
  void tick(domain::Millis time) override { hubspot().now += time; }

  void put(std::span<const Entry> entries) override {
    for (const auto& entry : entries) put_one(entry);
  }
  void remove(std::string_view id) override {
    entries_.erase(std::string(id));
    auto& contact = hubspot().contacts.at(std::string(id));
    contact.archived = true;
    contact.modified = hubspot().now;
  }
  std::vector<Entry> entries() const override {
    std::vector<Entry> all;
    for (const auto& [id, entry] : entries_) all.push_back(entry);
    return all;
  }
  bool merge(std::string_view loser, std::string_view winner) override {
    entries_.erase(std::string(loser));
    hubspot().contacts.erase(std::string(loser));
    auto& contact = hubspot().contacts.at(std::string(winner));
    contact.properties["hs_merged_object_ids"] = std::string(loser);
    contact.modified = hubspot().now;
    return true;
  }
  std::optional<std::string> put_unreadable() override {
    auto& contact = hubspot().contacts[kUnreadable];
    contact.broken = true;
    contact.modified = hubspot().now;
    return kUnreadable;
  }

  std::optional<Broken> break_by(Break way) override {
    auto& fault = hubspot().fault;
    switch (way) {
      case Break::gone: site_.line.cut = true; return Broken{base_url_, "base_url"};
      case Break::forbidden:
        fault = [](const http::Request&) { return json_answer(401, {{"category", "INVALID_AUTHENTICATION"}}); };
        return Broken{base_url_, "service key"};
      case Break::busy:
        fault = [](const http::Request&) { return json_answer(429, {{"policyName", "SECONDLY"}}); };
        return Broken{base_url_, "rate_limit"};
      case Break::nonsense:
        fault = [](const http::Request&) { return json_answer(200, {{"hello", "world"}}); };
        return Broken{base_url_, "base_url"};
      case Break::cut: fault = cut_off; return Broken{base_url_, "base_url"};
      case Break::opt_out_hidden:
        hubspot().hides_opt_out = true;
        hubspot().definitions.erase("hs_email_optout");
        return Broken{"hs_email_optout", "opted_out_when"};
      case Break::slow: site_.line.slow = true; return Broken{base_url_, "base_url"};
      case Break::deaf:
        fault = [](const http::Request& request) -> std::optional<http::Response> {
          if (request.target.find("/communication-preferences/") == std::string::npos) return std::nullopt;
          return json_answer(503, {{"status", "error"}});
        };
        return Broken{base_url_, "base_url"};
    }
    return std::nullopt;
  }

  void repair() override {
    site_.line = Line();
    *site_.limiter = no_limit();  // the wait that was told is over
    hubspot().fault = nullptr;
    hubspot().hides_opt_out = false;
    hubspot().definitions.insert("hs_email_optout");
    hubspot().shows_nulls = batches_;
    if (batches_) return;
    hubspot().scopes.erase("communication_preferences.statuses.batch.write");
    hubspot().scopes.erase("communication_preferences.statuses.batch.read");
  }

  std::vector<Told> told() override {
    std::vector<Told> all;
    for (const auto& [key, email] : hubspot().told) all.push_back({"", email, true});
    return all;
  }

 private:
  static std::optional<http::Response> cut_off(const http::Request&) {
    auto response = json_answer(200, nullptr);
    response.body = R"({"results":[{"id":"1000","properties":{"email":"person)";
    return response;
  }

  FakeHubSpot& hubspot() { return site_.hubspot; }

  void put_one(const Entry& entry) {
    entries_[entry.id] = entry;
    auto& contact = hubspot().contacts[entry.id];
    contact.archived = false;
    contact.modified = hubspot().now;
    contact.properties["email"] = entry.email;
    contact.properties["firstname"] = entry.name;
    contact.properties.erase("hs_email_optout");
    hubspot().out.erase(address_key(entry.email));
    if (!entry.opted_out)
      contact.properties["hs_email_optout"] = "?";
    else if (*entry.opted_out)
      contact.properties["hs_email_optout"] = "true";
  }

  Kind kind_;
  bool batches_;
  std::string base_url_;
  Site site_;
  std::map<std::string, Entry> entries_;
};

}  // namespace

std::unique_ptr<contract::CrmUnderTest> in_batches() { return std::make_unique<HubSpotCrm>(true); }
std::unique_ptr<contract::CrmUnderTest> one_by_one() { return std::make_unique<HubSpotCrm>(false); }

}  // namespace crmsync::connectors::hubspot
