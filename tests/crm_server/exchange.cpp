#include "tests/crm_server/exchange.h"

#include "tests/crm_server/text.h"

namespace crmsync::crm_server {

std::vector<std::string> Request::segments() const {
  std::vector<std::string> parts;
  std::string_view rest = path;
  while (!rest.empty()) {
    rest.remove_prefix(rest.front() == '/' ? 1 : 0);
    const auto end = rest.find('/');
    if (end != 0 && !rest.empty()) parts.push_back(decode_percent(rest.substr(0, end), false));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
  }
  return parts;
}

Reply json(std::string body, int status) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

Reply error(int status, std::string_view category, std::string_view message, std::string_view more) {
  return json(R"({"status":"error","message":)" + in_quotes(message) +
                  R"(,"correlationId":"00000000-0000-4000-8000-000000000001","category":)" + in_quotes(category) +
                  std::string(more) + "}",
              status);
}

}  // namespace crmsync::crm_server
