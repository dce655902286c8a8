// A request and its answer as the simulated APIs see them, and what may go wrong with either on purpose.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::crm_server {

struct Request {
  std::string method;
  std::string path;  // still percent-encoded, without the query
  std::string query;
  std::string authorization;
  std::string body;

  // The parts of the path between slashes, decoded.
  std::vector<std::string> segments() const;
};

// How the bytes of an answer go out.
enum class Wire {
  whole,
  reset_before,  // the connection breaks instead of an answer
  reset_inside,  // ... in the middle of the body
  reset_after,   // ... right behind a complete answer
  endless,       // chunk after chunk, until the client has had enough
};

struct Reply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json;charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;
  Wire wire = Wire::whole;
  int delay_ms = 0;
};

Reply json(std::string body, int status = 200);
// An error in HubSpot's shape.
Reply error(int status, std::string_view category, std::string_view message, std::string_view more = "");

}  // namespace crmsync::crm_server
