#include "daemon/api/idempotency.h"

namespace crmsync::api {

std::string IdempotencyCache::name_of(const std::string& scope, const std::string& key) { return scope + '\n' + key; }

IdempotencyCache::Found IdempotencyCache::begin(const std::string& scope, const std::string& key,
                                                const std::string& fingerprint) {
  const std::string name = name_of(scope, key);
  const auto known = by_name_.find(name);
  if (known == by_name_.end()) {
    entries_.push_front({name, fingerprint, std::nullopt});
    by_name_[name] = entries_.begin();
    shrink();
    return {};
  }
  entries_.splice(entries_.begin(), entries_, known->second);
  const Entry& entry = entries_.front();
  if (entry.fingerprint != fingerprint) return {State::other, nullptr};
  if (!entry.answer) return {State::running, nullptr};
  return {State::done, &*entry.answer};
}

void IdempotencyCache::finish(const std::string& scope, const std::string& key, const HttpResponse& answer) {
  if (answer.status >= 500 || answer.stream) return forget(scope, key);
  const auto known = by_name_.find(name_of(scope, key));
  if (known == by_name_.end()) return;
  known->second->answer = answer;
  bytes_ += answer.body.size();
  shrink();
}

void IdempotencyCache::forget(const std::string& scope, const std::string& key) {
  const auto known = by_name_.find(name_of(scope, key));
  if (known != by_name_.end()) erase(known->second);
}

void IdempotencyCache::erase(Entries::iterator entry) {
  if (entry->answer) bytes_ -= entry->answer->body.size();
  by_name_.erase(entry->name);
  entries_.erase(entry);
}

// The least recently used answers go; requests in hand stay, there are never more of them than connections.
void IdempotencyCache::shrink() {
  auto entry = entries_.end();
  while ((entries_.size() > most_entries_ || bytes_ > most_bytes_) && entry != entries_.begin()) {
    --entry;
    if (!entry->answer) continue;
    const auto victim = entry++;
    erase(victim);
  }
}

}  // namespace crmsync::api
