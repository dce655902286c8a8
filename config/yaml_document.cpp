#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <utility>

#include "config/line_index.h"
#include "config/parsers.h"
#include "config/tree_builder.h"

namespace crmsync::config {

namespace {

// Events instead of YAML::Node: that one loses duplicate keys, the difference between `no` and "no", and positions.
class Handler : public YAML::EventHandler {
 public:
  Handler(std::string_view text, const LineIndex& lines, TreeBuilder& tree) : text_(text), lines_(lines), tree_(tree) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw FatalFault{{place(mark), "a second document: the configuration is one document"}};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (refused(mark, "", anchor)) return tree_.broken(place(mark));
    tree_.null(lines_.at(start_of_nothing(static_cast<std::size_t>(mark.pos))));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    tree_.fault(place(mark), kNoAnchors);
    tree_.broken(place(mark));
  }
  // yaml-cpp gives a plain scalar the tag "?" and a quoted one "!".
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (refused(mark, tag, anchor)) return tree_.broken(place(mark));
    if (tag == "!") check_end_of(static_cast<std::size_t>(mark.pos));
    tree_.scalar(place(mark), value, tag == "!");
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refused(mark, tag, anchor);
    tree_.start_list(place(mark));
  }
  void OnSequenceEnd() override { tree_.end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refused(mark, tag, anchor);
    tree_.start_map(place(mark));
  }
  void OnMapEnd() override { tree_.end(); }

  Position place(const YAML::Mark& mark) const {
    return mark.is_null() ? Position{} : lines_.at(static_cast<std::size_t>(mark.pos));
  }

 private:
  static constexpr const char* kNoAnchors = "anchors (&) and aliases (*) are not supported: write the value out";

  bool refused(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) tree_.fault(place(mark), kNoAnchors);
    const bool tagged = !tag.empty() && tag != "?" && (tag != "!" || character(mark) == '!');
    if (tagged) tree_.fault(place(mark), "tags (!) are not supported: leave it out");
    return tagged || anchor != YAML::NullAnchor;
  }

  char character(const YAML::Mark& mark) const {
    const auto offset = static_cast<std::size_t>(mark.pos);
    return offset < text_.size() ? text_[offset] : '\0';
  }

  // A missing value is marked where the next thing stands, perhaps lines below: go back to the - or the comma.
  std::size_t start_of_nothing(std::size_t offset) const {
    for (const std::string_view written : {"~", "null", "Null", "NULL"})
      if (offset == 0 || text_.substr(offset).starts_with(written)) return offset;
    const auto before = text_.find_last_not_of(" \r\n", offset - 1);
    return before != std::string_view::npos && (text_[before] == '-' || text_[before] == ',') ? before : offset;
  }

  // At the end of the file yaml-cpp takes a quoted text without its closing quote.
  void check_end_of(std::size_t offset) const {
    const char quote = offset < text_.size() ? text_[offset] : '\0';
    if (quote != '"' && quote != '\'') return;
    for (std::size_t i = offset + 1; i < text_.size(); ++i) {
      const bool pair = quote == '"' ? text_[i] == '\\' : text_.substr(i, 2) == "''";
      if (pair)
        ++i;
      else if (text_[i] == quote)
        return;
    }
    throw FatalFault{{lines_.at(offset), "the closing quote of this text is missing"}};
  }

  std::string_view text_;
  const LineIndex& lines_;
  TreeBuilder& tree_;
  int documents_ = 0;
};

// What the parser's messages mean to somebody who edits a configuration. Others are shown without what follows a colon,
// which is a piece of the text.
std::string explain(std::string_view message) {
  using Pair = std::pair<std::string_view, std::string_view>;
  static const std::array<Pair, 10> known{{
      {YAML::ErrorMsg::END_OF_MAP,
       "this line does not fit the lines above: is the indentation right, is a \":\" missing?"},
      {YAML::ErrorMsg::END_OF_SEQ, "this line does not fit the list above: is the indentation right?"},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, "a } or a comma is missing"},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a ] or a comma is missing"},
      {YAML::ErrorMsg::FLOW_END, "a } or ] that was not opened"},
      {YAML::ErrorMsg::MAP_VALUE,
       "a \":\" where no key can be: is the indentation right? Quote a text that contains \": \""},
      {YAML::ErrorMsg::BLOCK_ENTRY, "a list item \"-\" where no list can be"},
      {YAML::ErrorMsg::EOF_IN_SCALAR, "a closing quote is missing"},
      {YAML::ErrorMsg::UNKNOWN_TOKEN, "a character that no value can begin with: quote the text"},
      {YAML::ErrorMsg::UNKNOWN_ANCHOR, "anchors (&) and aliases (*) are not supported: write the value out"},
  }};
  message = message.substr(0, message.find(':'));
  const auto* found = std::find_if(known.begin(), known.end(), [&](const Pair& pair) { return pair.first == message; });
  return found == known.end() ? "not valid YAML: " + std::string(message) : std::string(found->second);
}

// yaml-cpp takes some tabs for spaces and stumbles over others later, with a message about something else.
void refuse_tabs(std::string_view text, const LineIndex& lines, TreeBuilder& tree) {
  bool indentation = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (indentation && text[i] == '\t') {
      tree.fault(lines.at(i), "a tab as indentation: use spaces");
      indentation = false;
    } else {
      indentation = text[i] == '\n' || (indentation && text[i] == ' ');
    }
  }
}

}  // namespace

Document parse_yaml(std::string_view text) {
  const LineIndex lines(text);
  TreeBuilder tree;
  Handler handler(text, lines, tree);
  refuse_tabs(text, lines, tree);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(handler)) continue;
  } catch (const FatalFault& fatal) {
    return std::move(tree).give_up(fatal.fault);
  } catch (const YAML::Exception& error) {
    return std::move(tree).give_up({handler.place(error.mark), explain(error.msg)});
  }
  Document document = std::move(tree).take();
  if (!document.root) document.root = Node{};
  return document;
}

}  // namespace crmsync::config
