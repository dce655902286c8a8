// The page on which a person says whether they want mail: plain HTML, without script, in their language. Pure. Used by
// the routes for links.
#pragma once

#include <string>
#include <string_view>

#include "daemon/api/http_message.h"

namespace crmsync::api {

struct PreferencePage {
  std::string sender;   // the account's name
  std::string address;  // masked
  bool unsubscribed_by_person = false;
  bool mailed = false;
  bool done = false;  // they have just changed it
};

// `languages`: the Accept-Language field; English where it asks for none that we have.
HttpResponse preference_page(const PreferencePage& page, std::string_view languages);
// For every link that leads nowhere, whatever the reason.
HttpResponse no_such_page(std::string_view languages);

}  // namespace crmsync::api
