#include "core/store/audit_log.h"

namespace crmsync::store {

namespace {

// Walks links and entries side by side and stops at the first that does not fit.
class Verifier {
 public:
  explicit Verifier(Database& db)
      : links_(db, "SELECT id, at, first_seq, last_seq, hash FROM audit_link ORDER BY id"),
        entries_(db,
                 "SELECT seq, at, who, origin, basis, action, account_id, contact_id, reason, source, before, after, "
                 "run_id, detail_hash, detail, salt, detail IS NULL FROM audit ORDER BY seq"),
        end_(db, "SELECT value FROM meta WHERE key = 'audit_end'") {}

  AuditVerdict walk() {
    while (links_.step()) {
      ++verdict_.links;
      if (!check_link()) return verdict_;
    }
    if (entries_.step()) {
      fail("entry " + std::to_string(entries_.integer(0)) + " belongs to no link");
      return verdict_;
    }
    if (!check_end()) return verdict_;
    verdict_.ok = true;
    return verdict_;
  }

 private:
  bool fail(std::string problem) {
    verdict_.problem = std::move(problem);
    return false;
  }

  // Nothing follows the last link that its absence would break, so the log's end is written down beside it.
  bool check_end() {
    if (end_.step() ? end_.view(0) == previous_ : previous_.empty()) return true;
    return fail("the log ends with link " + std::to_string(next_link_ - 1) + ", and more were written");
  }

  bool check_link() {
    const Id link = links_.integer(0);
    if (link != next_link_) return fail("link " + std::to_string(next_link_) + " is missing");
    const Id first = links_.integer(2);
    const Id last = links_.integer(3);
    if (first != next_seq_ || last < first) return fail("link " + std::to_string(link) + " covers the wrong entries");
    ChainHash hash(previous_, link, links_.integer(1), first);
    for (; next_seq_ <= last; ++next_seq_)
      if (!check_entry(hash, link)) return false;
    const Digest digest = hash.finish(last);
    if (bytes_of(digest) != links_.view(4))
      return fail("link " + std::to_string(link) + " (entries " + std::to_string(first) + " to " +
                  std::to_string(last) + ") does not match its entries or its predecessor");
    previous_ = bytes_of(digest);
    ++next_link_;
    return true;
  }

  bool check_entry(ChainHash& hash, Id link) {
    const auto name = "entry " + std::to_string(next_seq_);
    if (!entries_.step()) return fail(name + " of link " + std::to_string(link) + " is missing");
    if (entries_.integer(0) != next_seq_) return fail(name + " is missing");
    const auto& e = entries_;
    hash.add({e.integer(0), e.integer(1), e.view(2), e.view(3), e.view(4), e.view(5), e.integer(6), e.integer(7),
              e.view(8), e.view(9), e.integer(10), e.integer(11), e.integer(12), e.view(13)});
    ++verdict_.entries;
    const bool erased = e.integer(16) != 0;
    if (!erased && bytes_of(hash_detail(e.view(15), e.view(14))) != e.view(13))
      return fail("the detail of " + name + " was changed");
    return true;
  }

  Query links_;
  Query entries_;
  Query end_;
  AuditVerdict verdict_;
  std::string previous_;
  Id next_link_ = 1;
  Id next_seq_ = 1;
};

}  // namespace

AuditVerdict verify_audit(Database& db) {
  // Links and entries of one moment, even where the first of them are written meanwhile.
  ReadTransaction transaction(db);
  return Verifier(db).walk();
}

}  // namespace crmsync::store
