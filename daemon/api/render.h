// The head of an HTTP answer as bytes. Pure. Used by http_server.cpp.
#pragma once

#include <optional>
#include <string>

#include "daemon/api/http_message.h"

namespace crmsync::api {

enum class Framing { length, chunked, until_close };

// nullopt when a field holds a character that could end it: nothing an attacker writes may become a header.
std::optional<std::string> render_head(const HttpResponse& response, Framing framing, bool keep_alive);

// One chunk of a chunked body; an empty piece would end it and must not be passed.
std::string render_chunk(const std::string& piece);

}  // namespace crmsync::api
