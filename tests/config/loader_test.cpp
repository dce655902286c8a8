#include "config/loader.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/config/config_text.h"

namespace crmsync::config {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const std::string kHash(64, 'a');

}  // namespace

TEST_CASE("the smallest configuration has the defaults") {
  Config expected;
  CHECK(good("accounts: []\n") == expected);
  CHECK(loaded("{\"accounts\": []}", "a.json") == expected);
  SUBCASE("of a connection too") {
    const Connection c = one("on_delete: suppress");
    CHECK(c.id == "a-1");
    CHECK(c.account == "a");
    CHECK(c.connector == "csv");
    CHECK(c.rules == domain::SyncRules{"a-1", domain::OnDelete::suppress, domain::PushPolicy::opt_out});
    CHECK(c.schedule == Schedule{});
    CHECK(c.limits == domain::Limits{});
    CHECK(!c.rate_limit);
    CHECK(c.push_deadline == 48h);
    CHECK(c.push_warn_after == 12h);
    CHECK(c.options == nlohmann::json{{"path", "/x.csv"}});
  }
  SUBCASE("an account is named by its id, forbids resubscribing and has no brand") {
    const Account account = good("accounts: [ { id: no } ]").accounts.at(0);
    CHECK(account == Account{"no", "no", "", false, {}});
    CHECK_FALSE(account.integrated());
  }
}

TEST_CASE("every key arrives") {
  const Config c = good(R"(store: { path: data/x.db }
api:
  socket: ../run/c.sock
  listen: localhost:8710
  tokens:
    - { name: ann, role: operator, accounts: [a], sha256: )" +
                        std::string(64, 'A') + R"( }
    - { name: bob, sha256: ")" +
                        std::string(64, '1') + R"(" }
log: { level: debug, format: json }
strikes: { soft_bounce: 1, blocked: 2, deferral: 4, window: 30d, deferral_ends_after: 2h }
accounts:
  - id: a
    name: 'A: B'
    brand: ab
    resubscribe: allowed
    connections:
      - id: a-1
        connector: every-type
        schedule: { every: 30s, full_every: 7d }
        on_delete: keep
        push: both
        push_deadline: 10h
        push_warn_after: 30m
        limits: { max_resubscribe: { percent: 0.5, at_least: 1, at_most: 2 }, max_delete: { percent: 100 } }
        rate_limit: { requests: 100, per: 10s }
        opted_out_when: [ { field: Status, equals: "" }, { field: no, equals: yes } ]
        text: 010
        flag: false
        number: 2.5
        list: [a, no, "1"]
        object: { id: no, names: [First, 010], deep: { x: true } }
        token: { credential: hubspot_token }
        second_token: { file: secrets/t }
)");
  CHECK(c.store_path == "/etc/crmsyncd/data/x.db");
  CHECK(c.api.socket == "/etc/run/c.sock");
  CHECK(c.api.listen == "127.0.0.1:8710");
  CHECK(c.api.tokens == std::vector<Token>{{"ann", domain::Role::operator_, {"a"}, kHash},
                                           {"bob", domain::Role::viewer, {}, std::string(64, '1')}});
  CHECK(c.log == Log{"debug", LogFormat::json});
  domain::StrikeRules strikes;
  strikes.needed[static_cast<std::size_t>(domain::Reason::soft_bounce)] = 1;
  strikes.needed[static_cast<std::size_t>(domain::Reason::blocked)] = 2;
  strikes.needed[static_cast<std::size_t>(domain::Reason::deferral)] = 4;
  strikes.window = 30 * domain::kDay;
  strikes.deferral_ends_after = 2 * domain::kHour;
  CHECK(c.strikes == strikes);

  Connection expected;
  expected.id = "a-1";
  expected.account = "a";
  expected.connector = "every-type";
  expected.schedule = {30s, 168h};
  expected.rules = {"a-1", domain::OnDelete::keep, domain::PushPolicy::both};
  expected.limits.max_resubscribe = {0.5, 1, 2};
  expected.limits.max_delete.percent = 100;
  expected.rate_limit = RateLimit{100, 10s};
  expected.push_deadline = 10h;
  expected.push_warn_after = 30min;
  expected.options = nlohmann::json::parse(R"({
    "opted_out_when": [{"field": "Status", "equals": ""}, {"field": "no", "equals": "yes"}],
    "text": "010", "flag": false, "number": 2.5, "list": ["a", "no", "1"],
    "object": {"id": "no", "names": ["First", "010"], "deep": {"x": "true"}}})");
  expected.secrets = {{"token", {SecretSource::From::credential, "hubspot_token"}},
                      {"second_token", {SecretSource::From::file, "/etc/crmsyncd/secrets/t"}}};
  CHECK(c.accounts == std::vector<Account>{{"a", "A: B", "ab", true, {expected}}});
}

TEST_CASE("a default never contradicts what is written") {
  CHECK(one("schedule: { every: 3d }").schedule == Schedule{72h, 72h});
  CHECK(one("schedule: { full_every: 1h }").schedule == Schedule{5min, 1h});
  CHECK(one("push_deadline: 6h").push_warn_after == 6h);
}

TEST_CASE("every problem at once, in the order of the file") {
  CHECK(
      bad("stroe: 1\n"
          "api: { listen: 0.0.0.0:80 }\n"
          "accounts:\n"
          "  - id: Harbour\n"
          "    resubscribe: yes\n"
          "    connections:\n"
          "      - id: a\n"
          "        connector: csv\n"
          "        schedule: { evrey: 5m, full_every: 5 }\n"
          "      - id: a\n"
          "        connector: cvs\n"
          "strikes: { deferral: 0 }\n") ==
      Lines{
          "1:1: unknown key \"stroe\"; did you mean \"store\"?",
          "2:16: listen has to be a loopback address, such as 127.0.0.1:8710, as long as tls is missing: tokens would "
          "travel in the clear. Add tls: { certificate: PATH, key: { file: PATH } }, or put a reverse proxy with TLS "
          "before it",
          "4:9: id \"Harbour\" has to be 1 to 63 lower-case letters, digits, - and _, with a letter or digit first",
          "5:18: resubscribe has to be one of forbidden, allowed, not \"yes\"", "7:9: path is missing",
          "9:21: unknown key \"evrey\"; did you mean \"every\"?",
          "9:44: full_every has to be a duration with its unit: 250ms, 10s, 5m, 24h or 7d",
          "10:13: the id \"a\" is already that of a connection in line 7",
          "11:20: connector has to be one of csv, every-type, not \"cvs\"",
          "12:22: deferral has to be a whole number from 1 to 1000, without quotes and zeros in front"});
}

TEST_CASE("the document itself") {
  const Lines empty{"1:1: the file is empty: it needs at least accounts: []"};
  CHECK(bad("") == empty);
  CHECK(bad("# nothing\n") == empty);
  CHECK(bad("- a\n") == Lines{"1:1: the configuration has to be a map of keys and values"});
  CHECK(bad("log: { level: info }\n") == Lines{"1:1: accounts is missing: write accounts: [] for none"});
  CHECK(bad("accounts:\n") ==
        Lines{"1:1: accounts has no value: give it one (in quotes if it is a word like null), or remove the key"});
  CHECK(bad("accounts: {}\n") == Lines{"1:11: accounts has to be a list"});
  CHECK(bad("accounts: []\naccounts: []\nlog: x\n") ==
        Lines{"2:1: this key is already given in line 1; remove one of them",
              "3:6: log has to be a map of keys and values"});
  CHECK(bad("accounts: [ x, 1, [] ]\n") == Lines{"1:13: an account has to be a map of keys and values",
                                                 "1:16: an account has to be a map of keys and values",
                                                 "1:19: an account has to be a map of keys and values"});
  SUBCASE("what is refused in the document is not reported again") {
    CHECK(bad("accounts: &a []\nlog: { level: *a }\n").size() == 2);
  }
}

TEST_CASE("unknown keys") {
  CHECK(bad("accounts: []\nlog: { levle: info }\n") == Lines{"2:8: unknown key \"levle\"; did you mean \"level\"?"});
  CHECK(bad("accounts: []\nlog: { colour: red }\n") == Lines{"2:8: unknown key \"colour\"; known here: level, format"});
  CHECK(bad("accounts: []\nlog: {level:info}\n") ==
        Lines{"2:7: unknown key \"level:info\"; a space is missing after the colon"});
  SUBCASE("of a connection: the connector's own are known") {
    CHECK(bad_line("pth: /y") == "6:9: unknown key \"pth\"; did you mean \"path\"?");
    CHECK(bad_line("txet: y", "every-type") == "6:9: unknown key \"txet\"; did you mean \"text\"?");
  }
  SUBCASE("and those of another connector are not") {
    CHECK(bad_line("token: { file: /x }").starts_with("6:9: unknown key \"token\"; known here: id, connector, "));
  }
  SUBCASE("with an unknown connector nobody knows them") {
    CHECK(bad("accounts: [ { id: a, connections: [ { id: b, connector: x, some: key } ] } ]\n") ==
          Lines{"1:57: connector has to be one of csv, every-type, not \"x\""});
  }
  SUBCASE("a long or strange one is shortened") {
    CHECK(bad("accounts: []\n\"" + std::string(50, 'x') + "\\n\": 1\n")
              .front()
              .starts_with("2:1: unknown key \"" + std::string(40, 'x') + "...\"; known here: "));
    CHECK(bad("accounts: []\n\"\\e[31m\": 1\n").front().starts_with("2:1: unknown key \" [31m\"; known here: "));
  }
}

TEST_CASE("store, api and log") {
  const auto api = [](const std::string& text) {
    return bad("accounts: [ { id: harbour } ]\napi: { " + text + " }\n").front();
  };
  CHECK(bad("accounts: []\nstore: { path: /x/ }\n") == Lines{"2:16: path has to be a file, not a folder"});
  CHECK(bad("accounts: []\nstore: { path: \"\" }\n") == Lines{"2:16: path must not be empty"});
  CHECK(bad("accounts: []\nstore: { path: \"a\\nb\" }\n") == Lines{"2:16: path has to be one line without tabs"});
  CHECK(bad("accounts: []\nstore: { path: [a] }\n") == Lines{"2:16: path has to be a text"});
  CHECK(bad("accounts: []\nlog: { level: loud }\n") ==
        Lines{"2:15: level has to be one of trace, debug, info, warn, error, not \"loud\""});
  CHECK(bad("accounts: []\nlog: { format: xml }\n") == Lines{"2:16: format has to be one of text, json, not \"xml\""});
  CHECK(api("socket: /" + std::string(107, 's')) ==
        "2:16: socket has to be a path of at most 107 bytes (a limit of the system), and is one of 108");
  CHECK(good("accounts: []\napi: { socket: /" + std::string(106, 's') + " }").api.socket.size() == 107);
  CHECK(api("listen: 8710") == "2:16: listen has to be an address and a port, such as 127.0.0.1:8710");
  CHECK(api("listen: example.com:80") == "2:16: listen has to be an address and a port, such as 127.0.0.1:8710");
  for (const char* far : {"0.0.0.0:80", "192.168.0.1:80", "'[::]:80'"})
    CHECK(api(std::string("listen: ") + far).starts_with("2:16: listen has to be a loopback address"));
  CHECK(good("accounts: []\napi: { listen: '[::1]:80' }").api.listen == "[::1]:80");

  SUBCASE("tls") {
    const std::string text = "accounts: []\napi: { listen: '[::]:8443', tls: { certificate: tls/cert.pem, key: ";
    const Api with = good(text + "{ credential: tls_key } } }").api;
    CHECK(with.listen == "[::]:8443");
    CHECK(with.tls == Tls{"/etc/crmsyncd/tls/cert.pem", {}, {SecretSource::From::credential, "tls_key"}});
    CHECK(good(text + "{ file: key.pem } } }").api.tls->key.name == "/etc/crmsyncd/key.pem");
    CHECK(good("accounts: []\napi: { listen: '[::1]:80' }").api.tls == std::nullopt);
    CHECK(api("tls: { certificate: /c, key: { file: /k } }") ==
          "2:13: tls is of no use without listen: add listen: 0.0.0.0:8443");
    const auto tls = [&](const std::string& inside) { return api("listen: 0.0.0.0:80, tls: { " + inside + " }"); };
    CHECK(tls("key: { file: /k }") == "2:33: certificate is missing");
    CHECK(tls("certificate: /c") == "2:33: key is missing");
    CHECK(tls("certificate: /c/, key: { file: /k }") == "2:48: certificate has to be a file, not a folder");
    CHECK(tls("certificate: /c, key: hunter2").starts_with("2:57: key is a secret, which does not stand in the"));
    CHECK(tls("certificate: /c, key: { hunter2: x }").find("hunter2") == std::string::npos);
    CHECK(tls("certificate: /c, key: { file: /k }, ciphers: ALL").starts_with("2:71: unknown key \"ciphers\""));
  }
  SUBCASE("tokens") {
    const auto token = [&](const std::string& text) { return api("tokens: [ { " + text + " } ]"); };
    const std::string sha = "sha256: " + kHash;
    CHECK(token(sha) == "2:18: name is missing");
    CHECK(token("name: ann") == "2:18: sha256 is missing");
    CHECK(token("name: ann, role: boss, " + sha) ==
          "2:37: role has to be one of viewer, operator, support, admin, not \"boss\"");
    CHECK(token("name: ann, accounts: [harbor], " + sha) ==
          "2:42: there is no account \"harbor\"; did you mean \"harbour\"?");
    CHECK(token("name: ann, accounts: [zz], " + sha) == "2:42: there is no account \"zz\"");
    CHECK(token("name: ann, accounts: [], " + sha) ==
          "2:41: accounts of a token has to name at least one; leave it out for all accounts");
    CHECK(token("name: ann, accounts: [[harbour]], " + sha) == "2:42: accounts has to be a list of account ids");
    for (const auto& wrong : {std::string("secret"), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g')})
      CHECK(token("name: ann, sha256: " + wrong) ==
            "2:39: sha256 has to be the SHA-256 of the token, 64 hexadecimal digits: printf %s \"$TOKEN\" | sha256sum");
    CHECK(api("tokens: [ { name: ann, " + sha + " }, { name: ann, sha256: " + std::string(64, 'b') + " } ]") ==
          "2:115: there is already a token with this name in line 2");
    CHECK(api("tokens: [ { name: ann, " + sha + " }, { name: bob, sha256: " + std::string(64, 'A') + " } ]") ==
          "2:128: there is already a token with this hash in line 2");
    CHECK(api("tokens: [ann]") == "2:17: a token has to be a map of keys and values");
  }
}

TEST_CASE("accounts and connections") {
  CHECK(bad("accounts: [ {} ]\n") == Lines{"1:13: id is missing"});
  CHECK(bad("accounts: [ { id: -a } ]\n") ==
        Lines{"1:19: id \"-a\" has to be 1 to 63 lower-case letters, digits, - and _, with a letter or digit first"});
  CHECK(bad("accounts: [ { id: a, brand: A } ]\n").size() == 1);
  SUBCASE("ids are texts, whatever they look like") {
    const auto accounts =
        good("accounts: [ { id: no }, { id: off }, { id: 010 }, { id: 1e3 }, { id: true } ]").accounts;
    Lines ids;
    for (const Account& account : accounts) ids.push_back(account.id);
    CHECK(ids == Lines{"no", "off", "010", "1e3", "true"});
  }
  SUBCASE("ids are unique among accounts and connections") {
    CHECK(
        bad("accounts:\n  - id: a\n  - id: b\n    connections: [ { id: a, connector: csv, path: x } ]\n  - id: b\n") ==
        Lines{"4:26: the id \"a\" is already that of an account in line 2",
              "5:9: the id \"b\" is already that of an account in line 3"});
  }
  SUBCASE("a brand is not silently that of an account without one") {
    CHECK(
        bad("accounts:\n  - id: a\n  - id: b\n    brand: a\n") ==
        Lines{
            "4:12: brand \"a\" is the id of an account without a brand: give that account the same brand, or name this "
            "brand otherwise"});
    CHECK(good("accounts: [ { id: a, brand: a }, { id: b, brand: a } ]").accounts.size() == 2);
  }
  CHECK(bad("accounts: [ { id: a, connections: [ {} ] } ]\n") ==
        Lines{"1:37: id is missing", "1:37: connector is missing"});
  CHECK(bad_line("schedule: { every: 999ms }") == "6:28: every has to be from 1s to 366d");
  CHECK(bad_line("schedule: { every: 367d }") == "6:28: every has to be from 1s to 366d");
  CHECK(bad_line("schedule: { every: 5 }") ==
        "6:28: every has to be a duration with its unit: 250ms, 10s, 5m, 24h or 7d");
  CHECK(bad_line("schedule: { every: 2h, full_every: 1h }") == "6:44: full_every has to be at least as long as every");
  CHECK(bad_line("schedule: { full_every: 1m }") == "6:33: full_every has to be at least as long as every");
  CHECK(bad_line("on_delete: remove") == "6:20: on_delete has to be one of suppress, keep, not \"remove\"");
  CHECK(bad_line("push: all") == "6:15: push has to be one of none, opt_out, both, not \"all\"");
  CHECK(bad_line("push_warn_after: 3d") == "6:26: push_warn_after has to be no longer than push_deadline");
  CHECK(bad_line("push_deadline: 0s") == "6:24: push_deadline has to be from 1s to 366d");
  SUBCASE("limits") {
    const auto limit = [](const std::string& text) { return bad_line("limits: { max_delete: { " + text + " } }"); };
    CHECK(bad_line("limits: { max_deletes: {} }") == "6:19: unknown key \"max_deletes\"; did you mean \"max_delete\"?");
    for (const char* wrong : {"101", "-1", "2%", "nan", "'2'", "[]"})
      CHECK(limit(std::string("percent: ") + wrong) ==
            "6:42: percent has to be a number from 0 to 100, without % and quotes");
    CHECK(limit("at_least: 1.5") ==
          "6:43: at_least has to be a whole number from 0 to 1000000000, without quotes and zeros in front");
    CHECK(limit("at_least: 7, at_most: 6") == "6:43: at_least (7) has to be no more than at_most (6)");
    CHECK(limit("at_most: 6") == "6:42: at_least (25, the default) has to be no more than at_most (6)");
    CHECK(limit("at_least: 5001") == "6:43: at_least (5001) has to be no more than at_most (5000, the default)");
  }
  SUBCASE("rate limit") {
    CHECK(bad_line("rate_limit: { requests: 0, per: 1s }") ==
          "6:33: requests has to be a whole number from 1 to 1000000, without quotes and zeros in front");
    CHECK(bad_line("rate_limit: { requests: 1 }") == "6:21: per is missing");
    CHECK(bad_line("rate_limit: { per: 2d, requests: 1 }") == "6:28: per has to be from 1ms to 1d");
  }
}

TEST_CASE("strikes") {
  const auto strikes = [](const std::string& text) { return bad("accounts: []\nstrikes: { " + text + " }\n").front(); };
  for (const char* wrong : {"0", "010", "'3'", "3.0", "1001", "no", "[3]"})
    CHECK(strikes(std::string("soft_bounce: ") + wrong) ==
          "2:25: soft_bounce has to be a whole number from 1 to 1000, without quotes and zeros in front");
  CHECK(strikes("window: 1h") == "2:20: window has to be from 1d to 3650d");
  CHECK(strikes("deferral_ends_after: 1m") == "2:33: deferral_ends_after has to be from 1h to 3650d");
  CHECK(strikes("hard_bounce: 2").starts_with("2:12: unknown key \"hard_bounce\""));
}

TEST_CASE("loading a file") {
  std::string pattern = (fs::temp_directory_path() / "crmsync-config-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  const fs::path folder = pattern;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder / name, std::ios::binary) << text;
    return (folder / name).string();
  };
  const auto first_problem = [](const std::string& path) {
    const auto result = load_config(path, test_connectors());
    REQUIRE(std::holds_alternative<std::vector<Problem>>(result));
    return std::get<std::vector<Problem>>(result).at(0).to_string();
  };

  SUBCASE("paths start at its folder") {
    const auto result = load_config(write("a.yaml", "accounts: []\nstore: { path: ./x/../y.db }\n"), test_connectors());
    CHECK(std::get<Config>(result).store_path == (folder / "y.db").string());
  }
  SUBCASE("problems begin with its name as it was given") {
    const auto path = write("bad.yaml", "accounts: []\nlog: 1\n");
    CHECK(first_problem(path) == path + ":2:6: log has to be a map of keys and values");
  }
  SUBCASE("JSON by its name") {
    const auto path = write("a.json", "accounts: []\n");
    CHECK(first_problem(path) == path + ":1:1: a value is missing here (a text stands in double quotes)");
  }
  SUBCASE("one that is missing, a folder, or too large") {
    const auto missing = (folder / "none.yaml").string();
    CHECK(first_problem(missing) == missing + ":1:1: cannot read the file: No such file or directory");
    CHECK(first_problem(folder.string()) == folder.string() + ":1:1: cannot read the file: Is a directory");
    const auto large = write("large.yaml", std::string(1024 * 1024 + 1, '#'));
    CHECK(first_problem(large) == large + ":1:1: the file is larger than 1 MiB");
  }
  fs::remove_all(folder);
}

}  // namespace crmsync::config
