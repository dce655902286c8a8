#include <algorithm>

#include "tests/core/domain/world.h"

namespace crmsync::domain::testing {

namespace {
std::size_t at(int index) { return static_cast<std::size_t>(index); }
}  // namespace

std::string id_of(int record) { return "r" + std::to_string(record); }
int record_of(const std::string& id) { return std::stoi(id.substr(1)); }

Crm::Crm(const Settings& settings) : settings_(settings), hidden_(kRecords, false), merged_(kRecords, false) {
  for (int i = 0; i < kRecords; ++i)
    versions_.push_back(
        {RemoteRecord{id_of(i), kEmailFields[at(settings.emails[at(i)])], "", false, 1, false, {}, ""}});
}

// Stamps have whole seconds, so versions of one moment cannot be told apart.
RemoteRecord& Crm::edit(int record, Millis now) {
  auto& versions = versions_[at(record)];
  versions.push_back(versions.back());
  versions.back().modified_at = now / 1000;
  if (!settings_.merged_ids_stay) versions.back().merged_ids.clear();
  return versions.back();
}

void Crm::act(const Step& step, Millis now) {
  const int record = step.record;
  if (merged_[at(record)]) return;
  const bool deleted = truth(record).deleted;
  if (step.what == Do::restore) {
    if (deleted) edit(record, now).deleted = false;
    return;
  }
  if (deleted) return;
  const int neighbour = record ^ 1;
  switch (step.what) {
    case Do::opt_out: edit(record, now).opted_out = true; break;
    case Do::re_activate: edit(record, now).opted_out = false; break;
    case Do::hide: hidden_[at(record)] = !hidden_[at(record)]; break;
    case Do::change_email: edit(record, now).email = kEmailFields[at(step.detail % kEmails)]; break;
    case Do::erase: edit(record, now).deleted = true; break;
    case Do::merge: {
      if (merged_[at(neighbour)] || truth(neighbour).deleted) break;
      auto& survivor = edit(record, now);
      survivor.merged_ids.push_back(id_of(neighbour));
      if ((step.detail & 1) != 0) survivor.opted_out = truth(neighbour).opted_out;
      edit(neighbour, now).deleted = true;
      merged_[at(neighbour)] = true;
      break;
    }
    default: break;
  }
}

bool Crm::push(int record, PushKind kind, Millis now) {
  if (truth(record).deleted) return false;
  const bool wanted = kind == PushKind::opt_out;
  if (truth(record).opted_out != wanted) edit(record, now).opted_out = wanted;
  return true;
}

RemoteRecord Crm::as_read(int record, RemoteRecord version) const {
  if (hidden_[at(record)]) version.opted_out = std::nullopt;
  return version;
}

std::vector<std::pair<int, RemoteRecord>> Crm::rows(int connection, int detail) const {
  std::vector<std::pair<int, RemoteRecord>> rows;
  for (const int record : {2 * connection, 2 * connection + 1}) {
    if (merged_[at(record)] && !settings_.merged_are_reported_deleted) continue;
    const auto& versions = versions_[at(record)];
    // Not a merged one: no CRM lists it alive in the page that reports the merge.
    const bool twice = (detail & 6) == 2 && versions.size() > 1 && !merged_[at(record)];
    if (twice && (detail & 8) != 0) rows.emplace_back(record, as_read(record, versions[versions.size() - 2]));
    rows.emplace_back(record, as_read(record, versions.back()));
    if (twice && (detail & 8) == 0) rows.emplace_back(record, as_read(record, versions[versions.size() - 2]));
  }
  if ((detail & 1) != 0) std::reverse(rows.begin(), rows.end());
  return rows;
}

RemoteRecord Crm::old_version(int record, int detail) const {
  const auto& versions = versions_[at(record)];
  return as_read(record, versions[at(detail) % versions.size()]);
}

}  // namespace crmsync::domain::testing
