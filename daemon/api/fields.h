// Reads what a client sent, a query or a JSON object, and collects the first thing that is wrong with it; names that
// nobody asked for are refused with the nearest known one. Used by the routes.
#pragma once

#include <set>

#include "daemon/api/json.h"
#include "daemon/api/problem.h"

namespace crmsync::api {

class QueryFields {
 public:
  explicit QueryFields(const HttpRequest& request) : request_(request) {}

  std::string text(const std::string& name);  // empty: not there
  std::int64_t number(const std::string& name, std::int64_t least, std::int64_t most, std::int64_t otherwise);
  // The choice that `parse` makes of the text; a text that it does not know is a problem that names `known`.
  template <class Parse>
  auto choice(const std::string& name, const std::vector<std::string>& known, Parse parse) -> decltype(parse("")) {
    const std::string value = text(name);
    if (value.empty()) return {};
    auto chosen = parse(value);
    if (!chosen) refuse_choice(name, value, known);
    return chosen;
  }
  void refuse(Problem problem);
  // After all fields were read: what is wrong with the query, if anything.
  std::optional<Problem> problem();

 private:
  void refuse_choice(const std::string& name, const std::string& value, const std::vector<std::string>& known);

  const HttpRequest& request_;
  std::vector<std::string> known_;
  std::optional<Problem> problem_;
};

class BodyFields {
 public:
  // `json` has to live as long as this. `what` names the object in messages, such as "the event".
  BodyFields(const Input& json, std::string what);

  std::optional<std::string> text(const std::string& name, std::size_t longest = 1000);
  std::string required_text(const std::string& name, std::size_t longest = 1000);
  std::optional<bool> boolean(const std::string& name);
  std::optional<std::int64_t> number(const std::string& name);  // whole, not negative
  // Nothing: not there. At most `most` texts, none of them empty or longer than an address can be.
  std::optional<std::vector<std::string>> texts(const std::string& name, std::size_t most);
  const Input* object(const std::string& name);  // nullptr: not there
  void refuse(std::string detail, std::string remedy);
  std::optional<Problem> problem();

 private:
  const Input* find(const std::string& name);

  const Input& json_;
  std::string what_;
  std::vector<std::string> known_;
  std::optional<Problem> problem_;
};

// The body of a request that takes a JSON object; an empty body is an empty object.
std::optional<Input> object_body(const HttpRequest& request, Problem& problem);

}  // namespace crmsync::api
