// What a search over contacts means: which names and addresses a typed text finds, and in which order names stand.
// Pure. Used by the store, for what it looks at and for the index that saves it from looking.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crmsync::domain {

// The texts of one contact, folded: lower case, without accents.
struct SearchTexts {
  std::string address;  // with the display form on a second line, where that reads differently
  std::string name;

  SearchTexts(std::string_view address, std::string_view display, std::string_view name);
};

// The first one or two letters of every word of the name, of the local part and of the domain's first label. Each once.
std::vector<std::string> beginnings(const SearchTexts& texts);

// Three letters or more are looked for anywhere in address and name. One or two are what somebody has typed so far, and
// find words that begin with them; if they are no letters at all, they too are looked for anywhere.
class TextSearch {
 public:
  explicit TextSearch(std::string_view typed);

  bool for_all() const { return all_; }  // nothing was typed
  bool by_beginnings() const { return by_beginnings_; }
  const std::string& folded() const { return text_; }
  std::size_t letters() const { return letters_; }
  bool finds(std::string_view address, std::string_view display, std::string_view name) const;

 private:
  std::string text_;
  std::size_t letters_ = 0;
  bool all_ = false;
  bool by_beginnings_ = false;
};

// Names in the order of these bytes are sorted by name: without regard to case and accents. Who has no name comes after
// all who have one, by address. Cut to a length that an index can bear.
std::string name_key(std::string_view address, std::string_view name);

// The letters of valid UTF-8, each as its bytes.
std::vector<std::string_view> letters_of(std::string_view utf8);

}  // namespace crmsync::domain
