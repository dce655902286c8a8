#include "connectors/hubspot/codec.h"

#include <algorithm>
#include <array>

#include "connectors/http/json_events.h"
#include "connectors/hubspot/record_id.h"
#include "connectors/hubspot/times.h"

namespace crmsync::connectors::hubspot {

namespace {

constexpr std::array<std::string_view, 5> kAlways{"email", "firstname", "lastname", "lastmodifieddate",
                                                  "hs_merged_object_ids"};

enum class Kind { null, boolean, number, text, nested };
enum class Answer : std::uint8_t { absent, no, yes, odd };

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

// The default conditions are on properties of "true" and "false". Whoever says what means opted out has also said that
// nothing else does.
Answer answer_of(const Condition& condition, bool own, Kind kind, std::string_view value) {
  if (kind == Kind::nested) return Answer::odd;
  if (kind == Kind::null || value.empty()) return Answer::no;
  if (same_word(value, condition.equals)) return Answer::yes;
  return own || same_word(value, "false") ? Answer::no : Answer::odd;
}

// What has been read of one row. Cleared, it keeps its memory.
struct Row {
  bool is_object = false;
  bool has_properties = false;
  std::string twice;  // a field that came twice
  bool has_email = false;
  std::string id, email, first_name, last_name, merged;
  std::optional<domain::Millis> modified, updated, archived_at;
  bool archived = false;
  std::array<Answer, 32> answers{};

  void clear() {
    for (std::string* text : {&twice, &id, &email, &first_name, &last_name, &merged}) text->clear();
    for (auto* time : {&modified, &updated, &archived_at}) time->reset();
    is_object = has_properties = has_email = archived = false;
    answers.fill(Answer::absent);
  }
};

class PageHandler final : public http::JsonEvents {
 public:
  PageHandler(const Options& options, ContactPage& page) : options_(options), page_(page) {}

  bool null() override { return scalar(Kind::null, {}); }
  bool boolean(bool value) override { return scalar(Kind::boolean, value ? "true" : "false"); }
  bool number(std::string_view text) override { return scalar(Kind::number, text); }
  bool string(std::string_view value) override { return scalar(Kind::text, value); }

  bool start_object() override {
    switch (where()) {
      case Where::outside: return enter(Where::top);
      case Where::results: begin_row(true); return enter(Where::row);
      case Where::row:
        if (key_ == "properties") return begin_properties();
        break;
      case Where::top:
        if (key_ == "paging") return enter(Where::paging);
        break;
      case Where::paging:
        if (key_ == "next") return enter(Where::next);
        break;
      case Where::properties: property(Kind::nested, {}); break;
      case Where::next:
      case Where::other: break;
    }
    return enter(Where::other);
  }

  bool start_array() override {
    if (where() == Where::outside) return false;
    if (where() == Where::top && key_ == "results") {
      if (has_results_) return false;
      has_results_ = true;
      return enter(Where::results);
    }
    if (where() == Where::results) begin_row(false), end_row();
    if (where() == Where::properties) property(Kind::nested, {});
    return enter(Where::other);
  }

  bool end_object() override {
    if (where() == Where::row) end_row();
    --depth_;
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool key(std::string_view name) override {
    key_ = name;
    return true;
  }

  bool has_results() const { return has_results_; }

 private:
  enum class Where : std::uint8_t { outside, top, results, row, properties, paging, next, other };

  Where where() const { return depth_ == 0 ? Where::outside : stack_[depth_ - 1]; }
  bool enter(Where next) {
    stack_[depth_++] = next;
    return true;
  }

  bool scalar(Kind kind, std::string_view value) {
    switch (where()) {
      case Where::outside: return false;
      case Where::top: return top(kind, value);
      case Where::results: begin_row(false), end_row(); break;
      case Where::row: field(kind, value); break;
      case Where::properties: property(kind, value); break;
      case Where::next:
        if (key_ == "after" && kind != Kind::null) page_.after = std::string(value);
        break;
      case Where::paging:
      case Where::other: break;
    }
    return true;
  }

  bool top(Kind kind, std::string_view value) {
    if (key_ == "results") return false;
    if (key_ == "total" && kind == Kind::number && is_number(value) && value.size() < 19)
      page_.total = std::stoll(std::string(value));
    return true;
  }

  // A contact has the time of its last change twice.
  std::optional<domain::Millis> time_of(std::string_view text) {
    if (text != time_text_) time_ = parse_time(time_text_ = text);
    return time_;
  }

  void begin_row(bool is_object) {
    row_.clear();
    row_.is_object = is_object;
    ++page_.rows;
  }

  bool begin_properties() {
    if (row_.has_properties) row_.twice = "properties";
    row_.has_properties = true;
    return enter(Where::properties);
  }

  void field(Kind kind, std::string_view value) {
    if (kind == Kind::null) return;
    if (key_ == "id") {
      if (!row_.id.empty() && row_.id != value) row_.twice = "id";
      if (kind == Kind::text || kind == Kind::number) row_.id = value;
    } else if (key_ == "updatedAt") {
      row_.updated = time_of(value);
    } else if (key_ == "archivedAt") {
      row_.archived_at = time_of(value);
    } else if (key_ == "archived") {
      row_.archived = row_.archived || value == "true";
    }
  }

  // A value of another type than text is none: it is no name, no address and no time.
  void property(Kind kind, std::string_view value) {
    for (std::size_t i = 0; i < options_.opted_out_when.size(); ++i)
      if (options_.opted_out_when[i].property == key_) answer(i, kind, value);
    const std::string_view text = kind == Kind::text ? value : std::string_view{};
    if (key_ == "email") {
      if (row_.has_email && row_.email != text) row_.twice = "email";
      row_.has_email = true;
      row_.email = text;
    } else if (key_ == "firstname") {
      row_.first_name = text;
    } else if (key_ == "lastname") {
      row_.last_name = text;
    } else if (key_ == "lastmodifieddate") {
      row_.modified = time_of(text);
    } else if (key_ == "hs_merged_object_ids") {
      row_.merged = kind == Kind::number ? value : text;
    }
  }

  // A property that stands twice: a no is a no; two words of which neither is are not understood.
  void answer(std::size_t condition, Kind kind, std::string_view value) {
    const Answer now = answer_of(options_.opted_out_when[condition], options_.own_conditions, kind, value);
    Answer& before = row_.answers[condition];
    if (before == Answer::yes) return;
    before = before == Answer::absent || now == Answer::yes || now == before ? now : Answer::odd;
    if (now == Answer::no && kind == Kind::null) page_.shown_empty |= ConditionSet{1} << condition;
    if (now == Answer::no && kind == Kind::text && value.empty()) page_.shown_empty |= ConditionSet{1} << condition;
  }

  void end_row() {
    if (!row_.id.empty()) {
      if (page_.first_id.empty()) page_.first_id = row_.id;
      if (!page_.last_id.empty() && id_before(row_.id, page_.last_id)) page_.ascending = false;
      page_.last_id = row_.id;
    }
    std::string why;
    if (!row_.is_object)
      why = "it is no object";
    else if (row_.id.empty())
      why = "it has no id";
    else if (!row_.twice.empty())
      why = "it has two values for " + row_.twice;
    else if (!row_.has_properties)
      why = "it has no properties";
    if (why.empty()) return add_record();
    std::string place = "contact " + std::to_string(page_.rows) + " of the page";
    if (!row_.id.empty()) place += ", id " + row_.id;
    page_.bad_rows.push_back(place + ": " + why);
  }

  void add_record() {
    domain::RemoteRecord record;
    record.external_id = std::move(row_.id);
    record.email = std::move(row_.email);
    record.name = std::move(row_.first_name);
    if (!record.name.empty() && !row_.last_name.empty()) record.name += ' ';
    record.name += row_.last_name;
    record.deleted = row_.archived;
    record.modified_at = row_.modified;
    later(record.modified_at, row_.updated);
    if (record.deleted) later(record.modified_at, row_.archived_at);
    add_merged(record);
    decide_opt_out(record);
    page_.records.push_back(std::move(record));
  }

  static void later(std::optional<domain::Millis>& time, std::optional<domain::Millis> other) {
    if (other && (!time || *other > *time)) time = other;
  }

  void add_merged(domain::RemoteRecord& record) {
    for (std::string_view rest = row_.merged; !rest.empty();) {
      const auto end = rest.find(';');
      auto id = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      while (!id.empty() && id.front() == ' ') id.remove_prefix(1);
      while (!id.empty() && id.back() == ' ') id.remove_suffix(1);
      if (!id.empty() && id != record.external_id) record.merged_ids.emplace_back(id);
    }
  }

  void decide_opt_out(domain::RemoteRecord& record) {
    const auto& conditions = options_.opted_out_when;
    ConditionSet absent = 0;
    bool odd = false;
    for (std::size_t i = 0; i < conditions.size(); ++i) {
      if (row_.answers[i] == Answer::yes) {
        record.opted_out = true;
        record.evidence = conditions[i].property + " = \"" + conditions[i].equals + "\"";
        return;
      }
      odd = odd || row_.answers[i] == Answer::odd;
      if (row_.answers[i] == Answer::absent) absent |= ConditionSet{1} << i;
    }
    if (!odd && absent == 0) record.opted_out = false;
    if (!odd && absent != 0) page_.absent.push_back({page_.records.size(), absent});
  }

  const Options& options_;
  ContactPage& page_;
  std::array<Where, http::kDeepestJson> stack_{};
  std::size_t depth_ = 0;
  std::string_view key_;
  std::string time_text_;  // what was parsed last
  std::optional<domain::Millis> time_;
  Row row_;
  bool has_results_ = false;
};

}  // namespace

std::vector<std::string> properties_of(const Options& options) {
  std::vector<std::string> properties(kAlways.begin(), kAlways.end());
  for (const auto& condition : options.opted_out_when)
    if (std::find(properties.begin(), properties.end(), condition.property) == properties.end())
      properties.push_back(condition.property);
  return properties;
}

Result<ContactPage> decode_contacts(std::string_view body, const Options& options) {
  ContactPage page;
  PageHandler handler(options, page);
  if (!http::read_json(body, handler) || !handler.has_results())
    return Error(ErrorKind::protocol, "HubSpot's answer is no list of contacts, or one that is cut off");
  return page;
}

void settle_absent(ContactPage& page, ConditionSet defined) {
  for (const auto& absent : page.absent)
    if ((absent.conditions & (~defined | page.shown_empty)) == 0) page.records[absent.record].opted_out = false;
  page.absent.clear();
}

ConditionSet open_conditions(const ContactPage& page) {
  ConditionSet open = 0;
  for (const auto& absent : page.absent)
    if ((absent.conditions & page.shown_empty) == 0) open |= absent.conditions;
  return open;
}

}  // namespace crmsync::connectors::hubspot
