// Remembers the answers to requests that carried an Idempotency-Key, so that a client that did not get one can repeat
// the request without repeating the effect. In memory, bounded, lost with the process: what a POST changes is also safe
// to repeat by itself, the key adds the same answer. Used by Service.
#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "daemon/api/http_message.h"

namespace crmsync::api {

class IdempotencyCache {
 public:
  explicit IdempotencyCache(std::size_t most_entries = 1000, std::size_t most_bytes = 4 * 1024 * 1024)
      : most_entries_(most_entries), most_bytes_(most_bytes) {}

  enum class State {
    fresh,    // do it, then call finish()
    running,  // the same request is in hand
    done,     // `answer` is what it got
    other,    // the key was used for another request
  };
  struct Found {
    State state = State::fresh;
    const HttpResponse* answer = nullptr;  // until the next call
  };

  // `scope` is who and where (caller, method, path), `fingerprint` what (the body).
  Found begin(const std::string& scope, const std::string& key, const std::string& fingerprint);
  // Keeps the answer; one that says "try again" (5xx) or that is streamed is forgotten.
  void finish(const std::string& scope, const std::string& key, const HttpResponse& answer);
  void forget(const std::string& scope, const std::string& key);

  std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::string name;
    std::string fingerprint;
    std::optional<HttpResponse> answer;
  };
  using Entries = std::list<Entry>;  // most recently used first

  static std::string name_of(const std::string& scope, const std::string& key);
  void erase(Entries::iterator entry);
  void shrink();

  std::size_t most_entries_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_name_;
};

}  // namespace crmsync::api
