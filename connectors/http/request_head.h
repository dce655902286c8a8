// The bytes of a request up to its body, checked. Used by Client.
#pragma once

#include <string>

#include "connectors/http/message.h"
#include "connectors/http/url.h"
#include "core/result.h"

namespace crmsync::connectors::http {

struct Sender {
  std::string user_agent;
  bool absolute = false;            // to a proxy: the target is the whole URL
  std::string proxy_authorization;  // empty: none
};

// `target` is the whole one, the base URL's prefix included. What cannot be sent as one header (a line break in a
// value, a header that is the client's own) is `protocol`; the message names the header, never its value.
Result<std::string> request_head(const Request& request, std::string_view target, const Url& base,
                                 const Sender& sender);

// "Basic ...", or nothing without a user.
std::string basic_credentials(const std::string& user, const std::string& password);

// CONNECT host:port
std::string connect_head(const Url& base, const Sender& sender);

}  // namespace crmsync::connectors::http
