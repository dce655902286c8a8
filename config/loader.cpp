#include "config/loader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <system_error>

#include "config/connection_reader.h"
#include "config/document.h"
#include "config/section.h"
#include "config/values.h"

namespace crmsync::config {

namespace {

using std::chrono::days;
using std::chrono::hours;

class Loader {
 public:
  explicit Loader(ReadContext& context) : context_(context), problems_(context.problems) {}

  Config load(const Node& root) {
    Config config;
    Section section(root, Part::top, problems_);
    if (!section.has("accounts")) problems_.add(root.at, "accounts is missing: write accounts: [] for none");
    store(section, config.store_path);
    api(section, config.api);
    log(section, config.log);
    strikes(section, config.strikes);
    accounts(section, config.accounts);
    section.finish();
    check_brands(config.accounts);
    check_token_accounts(config.accounts);
    return config;
  }

 private:
  struct Used {
    const char* what;
    int line;
  };

  void store(Section& top, std::string& path) {
    const Node* node = top.map("store");
    path = (std::filesystem::path(context_.folder) / path).string();
    if (node == nullptr) return;
    Section section(*node, Part::store, problems_);
    if (auto given = section.path("path", context_.folder)) path = std::move(*given);
    section.finish();
  }

  void api(Section& top, Api& api) {
    const Node* node = top.map("api");
    if (node == nullptr) return;
    Section section(*node, Part::api, problems_);
    socket(section, api.socket);
    tls(section, api.tls);
    listen(section, api.listen);
    public_url(section, api.public_url);
    if (const Node* list = section.list("tokens"))
      for (const Node& item : list->items)
        if (is_map(item, "a token")) api.tokens.push_back(token(item));
    section.finish();
  }

  void socket(Section& section, std::string& socket) {
    constexpr std::size_t longest = 107;  // sockaddr_un
    auto path = section.path("socket", context_.folder);
    if (path && path->size() > longest)
      problems_.add(section.at("socket"),
                    "socket has to be a path of at most 107 bytes (a limit of the system), and "
                    "is one of " +
                        std::to_string(path->size()));
    else if (path)
      socket = std::move(*path);
  }

  void listen(Section& section, std::optional<std::string>& listen) {
    const auto text = section.text("listen");
    if (!text) return;
    const auto endpoint = parse_endpoint(*text);
    if (!endpoint)
      problems_.add(section.at("listen"), "listen has to be an address and a port, such as 127.0.0.1:8710");
    else if (!endpoint->loopback && !section.has("tls"))
      problems_.add(section.at("listen"),
                    "listen has to be a loopback address, such as 127.0.0.1:8710, as long as tls is missing: tokens "
                    "would travel in the clear. Add tls: { certificate: PATH, key: { file: PATH } }, or put a reverse "
                    "proxy with TLS before it");
    else
      listen = endpoint->text;
  }

  void tls(Section& api, std::optional<Tls>& tls) {
    const Node* node = api.map("tls");
    if (node == nullptr) return;
    if (!api.has("listen")) problems_.add(node->at, "tls is of no use without listen: add listen: 0.0.0.0:8443");
    Section section(*node, Part::tls, problems_);
    section.require("certificate");
    section.require("key");
    const auto certificate = section.path("certificate", context_.folder);
    const auto key = read_secret_source(section, "key", context_);
    section.finish();
    const Position at = section.at("certificate");
    if (certificate && key) tls = Tls{*certificate, {at.line, at.column}, *key};
  }

  // It goes into mail headers, so it has nothing in it that would end a header or a tag.
  void public_url(Section& section, std::string& url) {
    auto text = section.text("public_url");
    if (!text) return;
    const auto plain = [](char c) {
      return c > ' ' && c < 0x7f && c != '<' && c != '>' && c != '"' && c != '?' && c != '#';
    };
    const bool local = text->starts_with("http://127.0.0.1") || text->starts_with("http://localhost");
    const bool fits = text->size() > 8 && text->size() <= 200 && std::all_of(text->begin(), text->end(), plain);
    if (!fits || !(local || text->starts_with("https://")))
      return problems_.add(section.at("public_url"),
                           "public_url has to be an https address without a query, such as https://mail.example.com");
    while (text->ends_with('/')) text->pop_back();
    url = std::move(*text);
  }

  Token token(const Node& node) {
    static constexpr std::array<std::string_view, 4> roles{"viewer", "operator", "support", "admin"};
    Section section(node, Part::token, problems_);
    Token token;
    section.require("name");
    section.require("sha256");
    if (const auto name = section.text("name")) {
      token.name = *name;
      unique(token_names_, *name, section.at("name"), "a token with this name");
    }
    if (const auto role = section.word("role", roles)) token.role = *domain::parse_role(roles[*role]);
    if (const Node* list = section.list("accounts")) token_accounts(*list, token.accounts);
    sha256(section, token.sha256);
    section.finish();
    return token;
  }

  // An empty list would mean all accounts to whoever reads it, and none to whoever wrote it.
  void token_accounts(const Node& list, std::vector<std::string>& accounts) {
    if (list.items.empty())
      problems_.add(list.at, "accounts of a token has to name at least one; leave it out for all accounts");
    for (const Node& item : list.items) {
      if (item.kind != Node::Kind::scalar) {
        problems_.add(item.at, "accounts has to be a list of account ids");
        continue;
      }
      accounts.push_back(item.text);
      token_accounts_.push_back(&item);
    }
  }

  void sha256(Section& section, std::string& hash) {
    auto text = section.any_text("sha256");
    if (!text) return;
    for (char& c : *text) c = static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    if (text->size() != 64 || text->find_first_not_of("0123456789abcdef") != std::string::npos)
      return problems_.add(section.at("sha256"),
                           "sha256 has to be the SHA-256 of the token, 64 hexadecimal digits: "
                           "printf %s \"$TOKEN\" | sha256sum");
    hash = std::move(*text);
    unique(token_hashes_, hash, section.at("sha256"), "a token with this hash");
  }

  void log(Section& top, Log& log) {
    static constexpr std::array<std::string_view, 5> levels{"trace", "debug", "info", "warn", "error"};
    static constexpr std::array<std::string_view, 2> formats{"text", "json"};
    const Node* node = top.map("log");
    if (node == nullptr) return;
    Section section(*node, Part::log, problems_);
    if (const auto level = section.word("level", levels)) log.level = levels[*level];
    if (const auto format = section.word("format", formats)) log.format = static_cast<LogFormat>(*format);
    section.finish();
  }

  void strikes(Section& top, domain::StrikeRules& rules) {
    const Node* node = top.map("strikes");
    if (node == nullptr) return;
    Section section(*node, Part::strikes, problems_);
    for (const auto reason : {domain::Reason::soft_bounce, domain::Reason::blocked, domain::Reason::deferral})
      if (const auto needed = section.whole(domain::to_string(reason), 1, 1000))
        rules.needed[static_cast<std::size_t>(reason)] = static_cast<int>(*needed);
    if (const auto window = section.duration("window", days(1), days(3650))) rules.window = window->count();
    if (const auto ends = section.duration("deferral_ends_after", hours(1), days(3650)))
      rules.deferral_ends_after = ends->count();
    section.finish();
  }

  void accounts(Section& top, std::vector<Account>& accounts) {
    const Node* list = top.list("accounts");
    if (list == nullptr) return;
    for (const Node& item : list->items)
      if (is_map(item, "an account")) accounts.push_back(account(item));
  }

  Account account(const Node& node) {
    static constexpr std::array<std::string_view, 2> resubscribe{"forbidden", "allowed"};
    Section section(node, Part::account, problems_);
    Account account;
    section.require("id");
    if (const auto id = section.id("id")) {
      account.id = *id;
      unique_id(*id, section.at("id"), "an account");
    }
    account.name = section.text("name").value_or(account.id);
    if (const auto brand = section.id("brand")) account.brand = *brand;
    brand_places_.push_back(section.at("brand"));
    if (const auto word = section.word("resubscribe", resubscribe)) account.resubscribe_allowed = *word == 1;
    if (const Node* list = section.list("connections"))
      for (const Node& item : list->items)
        if (is_map(item, "a connection")) account.connections.push_back(connection(item, account.id));
    section.finish();
    return account;
  }

  Connection connection(const Node& node, const std::string& account) {
    Connection connection = read_connection(node, context_);
    connection.account = account;
    if (!connection.id.empty()) unique_id(connection.id, node.find("id")->value.at, "a connection");
    return connection;
  }

  // An account without a brand is one of its own, known by the account's id.
  void check_brands(const std::vector<Account>& accounts) {
    std::set<std::string_view> own;  // brands that are known by an account's id
    for (const Account& account : accounts)
      if (account.brand.empty() && !account.id.empty()) own.insert(account.id);
    for (std::size_t i = 0; i < accounts.size(); ++i)
      if (own.contains(accounts[i].brand))
        problems_.add(brand_places_[i], "brand " + in_quotes(accounts[i].brand) +
                                            " is the id of an account without a brand: give that account the same "
                                            "brand, or name this brand otherwise");
  }

  void check_token_accounts(const std::vector<Account>& accounts) {
    std::vector<std::string_view> ids;
    for (const Account& account : accounts) ids.emplace_back(account.id);
    for (const Node* item : token_accounts_) {
      if (std::find(ids.begin(), ids.end(), item->text) != ids.end()) continue;
      const auto near = nearest(item->text, ids);
      problems_.add(item->at, "there is no account " + in_quotes(item->text) +
                                  (near.empty() ? "" : "; did you mean " + in_quotes(near) + "?"));
    }
  }

  bool is_map(const Node& node, const char* what) {
    if (node.kind == Node::Kind::map) return true;
    if (node.kind != Node::Kind::broken)
      problems_.add(node.at, std::string(what) + " has to be a map of keys and values");
    return false;
  }

  void unique_id(const std::string& id, Position at, const char* what) {
    const auto [used, is_new] = ids_.emplace(id, Used{what, at.line});
    if (!is_new)
      problems_.add(at, "the id " + in_quotes(id) + " is already that of " + used->second.what + " in line " +
                            std::to_string(used->second.line));
  }

  void unique(std::map<std::string, int>& seen, const std::string& text, Position at, const char* what) {
    const auto [used, is_new] = seen.emplace(text, at.line);
    if (!is_new)
      problems_.add(at, std::string("there is already ") + what + " in line " + std::to_string(used->second));
  }

  ReadContext& context_;
  Problems& problems_;
  std::map<std::string, Used> ids_;  // of accounts and connections
  std::map<std::string, int> token_names_;
  std::map<std::string, int> token_hashes_;
  std::vector<const Node*> token_accounts_;
  std::vector<Position> brand_places_;  // one per account
};
static_assert(static_cast<int>(LogFormat::json) == 1);

}  // namespace

Loaded parse_config(const std::string& text, const std::string& name, std::span<const ConnectorSchema> connectors) {
  const Document document = parse_document(text, syntax_of(name, text));
  Problems problems(name);
  for (const Fault& fault : document.faults) problems.add(fault.at, fault.message);
  if (!document.root) return std::move(problems).take();
  if (document.root->kind == Node::Kind::null)
    problems.add({}, "the file is empty: it needs at least accounts: []");
  else if (document.root->kind != Node::Kind::map)
    problems.add(document.root->at, "the configuration has to be a map of keys and values");
  if (document.root->kind != Node::Kind::map) return std::move(problems).take();

  ReadContext context{problems, std::filesystem::absolute(name).parent_path().string(), connectors};
  Config config = Loader(context).load(*document.root);
  if (problems.count() > 0) return std::move(problems).take();
  return config;
}

Loaded load_config(const std::string& path, std::span<const ConnectorSchema> connectors) {
  const auto unreadable = [&] {
    return std::vector<Problem>{{path, 1, 1, "cannot read the file: " + std::generic_category().message(errno)}};
  };
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable();
  std::string text(kLargestDocument + 1, '\0');  // one more than is allowed: parse_document says so
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return unreadable();
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse_config(text, path, connectors);
}

}  // namespace crmsync::config
