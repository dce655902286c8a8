// OAuth 2.0 (RFC 6749) for connectors: the refresh-token and the client-credentials grant as an Authorizer. The access
// token is renewed ahead of its end, once for all requests that wait for it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "connectors/http/api.h"

namespace crmsync::connectors::http {

struct OAuth {
  std::string token_target;  // path of the token endpoint below the base URL of Parts::client
  std::string client_id;
  std::string client_secret;
  std::string refresh_token;  // empty: the client-credentials grant
  std::string scope;          // asked for if not empty
  bool basic = false;         // the client's id and secret go into Authorization: Basic instead of the body
  std::chrono::milliseconds ahead{60'000};  // a token is renewed so long before its end (or at half of a short life)
};

struct OAuthParts {
  std::unique_ptr<Client> client;
  asio::any_io_executor executor;
  // A refresh token that replaces the one before, which may be worth nothing any more: keep it, or people have to
  // connect again. Called before the new access token is used. May be empty.
  std::function<void(const std::string&)> keep_refresh_token;
  std::function<TimePoint()> now = std::chrono::steady_clock::now;
};

// What the server refuses for good (invalid_grant and the like) is `unauthorized` for ever after, without asking again:
// a CRM locks out who hammers it. Where a renewal ahead of time fails otherwise, the old token is used while it lives.
// Errors name the server's error code, never a token, secret or the server's own words.
std::unique_ptr<Authorizer> oauth2(OAuth options, OAuthParts parts);

}  // namespace crmsync::connectors::http
