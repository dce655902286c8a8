#include "daemon/ctl/event_import.h"

#include <istream>

namespace crmsync::ctl {

namespace {

constexpr std::size_t kMostEvents = 1000;
constexpr std::size_t kMostBytes = 4 * 1024 * 1024;  // of a batch; the API takes twice as much
constexpr std::size_t kLongestLine = 256 * 1024;

class Importer {
 public:
  Importer(const PostEvents& post, const Refused& refused) : post_(post), refused_(refused) {}

  void add(std::size_t number, const std::string& line) {
    ++report_.lines;
    if (line.size() > kLongestLine) return refuse(number, "The line is too long.", "An event is one short line.");
    if (!Json::accept(line) || line.find_first_not_of(" \t") != line.find('{'))
      return refuse(number, "The line is not a JSON object.",
                    "Write one event a line: {\"type\": ..., \"email\": ...}.");
    if (bytes_ + line.size() > kMostBytes) flush();
    events_ += (numbers_.empty() ? "[" : ",") + line;
    bytes_ += line.size();
    numbers_.push_back(number);
    if (numbers_.size() == kMostEvents) flush();
  }

  void flush() {
    if (numbers_.empty() || stopped()) return;
    const auto answer = post_(events_ + "]");
    if (const auto* failure = std::get_if<Failure>(&answer))
      report_.stopped = *failure;
    else
      take(std::get<Json>(answer));
    events_.clear(), numbers_.clear(), bytes_ = 0;
  }

  bool stopped() const { return report_.stopped.has_value(); }
  ImportReport take_report() { return std::move(report_); }

 private:
  void refuse(std::size_t number, const std::string& detail, const std::string& remedy) {
    ++report_.refused;
    refused_(number, detail, remedy);
  }

  void take(const Json& answer) {
    report_.accepted += answer.value("accepted", std::size_t{0});
    report_.duplicates += answer.value("duplicates", std::size_t{0});
    for (const auto& item : answer.at("items")) {
      const auto index = item.value("index", numbers_.size());
      if (index >= numbers_.size() || text_of(item, "outcome") != "refused") continue;
      const auto& error = item.at("error");
      refuse(numbers_[index], text_of(error, "detail"), text_of(error, "remedy"));
    }
    report_.settled_up_to = numbers_.back();
  }

  const PostEvents& post_;
  const Refused& refused_;
  ImportReport report_;
  std::string events_;
  std::size_t bytes_ = 0;
  std::vector<std::size_t> numbers_;  // of the lines in `events_`
};

}  // namespace

ImportReport import_lines(std::istream& in, const PostEvents& post, const Refused& refused) {
  Importer importer(post, refused);
  std::string line;
  for (std::size_t number = 1; !importer.stopped() && std::getline(in, line); ++number) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty()) importer.add(number, line);
  }
  importer.flush();
  return importer.take_report();
}

}  // namespace crmsync::ctl
