#include "core/domain/email_address.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <string>
#include <vector>

using namespace crmsync::domain;

namespace {

std::string identity(std::string_view text) {
  const auto address = parse_email_address(text);
  return address ? address->identity : "(none)";
}

struct Case {
  const char* what;
  std::string text;
  std::string identity;
};

const std::vector<Case> kValid{
    {"plain", "ann@example.com", "ann@example.com"},
    {"case of the local part", "Ann.Lee@example.com", "ann.lee@example.com"},
    {"case of the domain", "ann@EXAMPLE.Com", "ann@example.com"},
    {"plus tags are kept", "ann+news@example.com", "ann+news@example.com"},
    {"dots are kept", "a.n.n@example.com", "a.n.n@example.com"},
    {"every atext character", "!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"},
    {"digits", "1@2.example", "1@2.example"},
    {"surrounding white space", " \t ann@example.com\r\n", "ann@example.com"},
    {"a no-break space of copied text",
     "\xc2\xa0"
     "ann@example.com\xc2\xa0",
     "ann@example.com"},
    {"a byte order mark",
     "\xef\xbb\xbf"
     "ann@example.com",
     "ann@example.com"},
    {"a zero-width space", "ann@example.com\xe2\x80\x8b ", "ann@example.com"},
    {"one label", "root@localhost", "root@localhost"},
    {"hyphens inside a label", "ann@a-b--c.example", "ann@a-b--c.example"},
    {"a label of 63", "a@" + std::string(63, 'x') + ".com", "a@" + std::string(63, 'x') + ".com"},
    {"a local part of 64", std::string(64, 'x') + "@example.com", std::string(64, 'x') + "@example.com"},
    {"a whole of 254",
     std::string(64, 'x') + "@" + std::string(63, 'y') + "." + std::string(63, 'y') + "." + std::string(61, 'y'),
     std::string(64, 'x') + "@" + std::string(63, 'y') + "." + std::string(63, 'y') + "." + std::string(61, 'y')},
    {"needless quotes go", "\"Ann.Lee\"@example.com", "ann.lee@example.com"},
    {"needed quotes stay", "\"Ann Lee\"@example.com", "\"ann lee\"@example.com"},
    {"a quoted at sign", "\"a@b\"@example.com", "\"a@b\"@example.com"},
    {"needless escapes go", "\"a\\b\\ c\"@example.com", "\"ab c\"@example.com"},
    {"needed escapes stay", "\"a\\\"b\\\\c\"@example.com", "\"a\\\"b\\\\c\"@example.com"},
    {"two dots need quotes", "\"a..b\"@example.com", "\"a..b\"@example.com"},
    {"an empty quoted string", "\"\"@example.com", "\"\"@example.com"},
    {"IPv4 literal", "ann@[192.0.2.1]", "ann@[192.0.2.1]"},
    {"IPv6 literal", "ann@[IPv6:2001:DB8::1]", "ann@[ipv6:2001:db8::1]"},
    {"IPv6 literal, full", "ann@[IPv6:1:2:3:4:5:6:7:8]", "ann@[ipv6:1:2:3:4:5:6:7:8]"},
    {"IPv6 literal with IPv4", "ann@[IPv6:::ffff:192.0.2.1]", "ann@[ipv6:::ffff:192.0.2.1]"},
    {"tagged literal", "ann@[X-net:node7]", "ann@[x-net:node7]"},
    {"IDN", "ann@m\xc3\xbcnchen.example", "ann@xn--mnchen-3ya.example"},
    {"IDN in upper case", "ann@M\xc3\x9cNCHEN.example", "ann@xn--mnchen-3ya.example"},
    {"IDN decomposed", "ann@mu\xcc\x88nchen.example", "ann@xn--mnchen-3ya.example"},
    {"IDN already in A-labels", "ann@XN--MNCHEN-3YA.example", "ann@xn--mnchen-3ya.example"},
    {"IDN, sharp s is not ss",
     "ann@stra\xc3\x9f"
     "e.example",
     "ann@xn--strae-oqa.example"},
    {"IDN of another script", "ann@\xe4\xbe\x8b\xe3\x81\x88.jp", "ann@xn--r8jz45g.jp"},
    {"UTF-8 local part is folded", "\xc3\x89MILE@example.com", "\xc3\xa9mile@example.com"},
    {"UTF-8 local part is composed", "e\xcc\x81mile@example.com", "\xc3\xa9mile@example.com"},
    {"UTF-8 quoted", "\"\xc3\x89 x\"@example.com", "\"\xc3\xa9 x\"@example.com"},
    {"folding that needs quotes",
     "a\xcd\xbe"
     "b@example.com",
     "\"a;b\"@example.com"},
};

const std::vector<Case> kInvalid{
    {"empty", "", "it is empty"},
    {"blank", " \t\xc2\xa0", "it is empty"},
    {"no at sign", "ann.example.com", "it has no @"},
    {"nothing before", "@example.com", "nothing stands before the @"},
    {"nothing after", "ann@", "nothing stands after the @"},
    {"two at signs", "a@b@example.com", "character before"},
    {"leading dot", ".ann@example.com", "character before"},
    {"trailing dot", "ann.@example.com", "character before"},
    {"two dots", "a..b@example.com", "character before"},
    {"a space inside", "ann lee@example.com", "character before"},
    {"a comma", "ann,lee@example.com", "character before"},
    {"a display name", "Ann <ann@example.com>", "character before"},
    {"a comment", "ann(x)@example.com", "character before"},
    {"a control character", "a\x01@example.com", "character before"},
    {"a line break inside", "ann@example.com\nbcc: x@example.com", "character before"},
    {"a line break in the domain", "ann@exam\nple.com", "not a domain name"},
    {"two addresses", "a@example.com;b@example.com", "character before"},
    {"a local part of 65", std::string(65, 'x') + "@example.com", "64 octets"},
    {"a local part of 65 octets in UTF-8", std::string(63, 'x') + "\xc3\xa9@example.com", "64 octets"},
    {"a label of 64", "a@" + std::string(64, 'x') + ".com", "not a domain name"},
    {"a domain of 256", "a@" + std::string(256, 'x'), "255 octets"},
    {"a whole of 255",
     std::string(64, 'x') + "@" + std::string(63, 'y') + "." + std::string(63, 'y') + "." + std::string(62, 'y'),
     "254 octets"},
    {"trailing dot of the domain", "ann@example.com.", "not a domain name"},
    {"leading dot of the domain", "ann@.example.com", "not a domain name"},
    {"two dots in the domain", "ann@example..com", "not a domain name"},
    {"underscore in the domain", "ann@ex_ample.com", "not a domain name"},
    {"label starts with a hyphen", "ann@-example.com", "not a domain name"},
    {"label ends with a hyphen", "ann@example-.com", "not a domain name"},
    {"domain ends with a hyphen", "ann@example-", "not a domain name"},
    {"underscore in an IDN", "ann@m\xc3\xbcn_chen.example", "not a domain name"},
    {"a no-break space in the domain", "ann@a\xc2\xa0.example", "not a domain name"},
    {"a domain that is not UTF-8", "ann@\xff\xfe.com", "not a domain name"},
    {"a local part that is not UTF-8", "\xff@example.com", "not valid UTF-8"},
    {"a quoted local part that is not UTF-8", "\"\xff\"@example.com", "not valid UTF-8"},
    {"a quote not closed", "\"ann@example.com", "not closed properly"},
    {"a quote that ends early", "\"a\"b@example.com", "not closed properly"},
    {"a quote inside a quote", "\"a\"b\"@example.com", "not closed properly"},
    {"an escape of nothing", "\"a\\\"@example.com", "not closed properly"},
    {"a control character in quotes", "\"a\nb\"@example.com", "not closed properly"},
    {"a single quote mark", "\"@example.com", "not closed properly"},
    {"empty literal", "ann@[]", "literal"},
    {"open literal", "ann@[192.0.2.1", "literal"},
    {"literal without a tag", "ann@[here]", "literal"},
    {"IPv4 out of range", "ann@[192.0.2.256]", "literal"},
    {"IPv4 too short", "ann@[192.0.2]", "literal"},
    {"IPv4 too long", "ann@[192.0.2.1.5]", "literal"},
    {"IPv6 with two gaps", "ann@[IPv6:1::2::3]", "literal"},
    {"IPv6 too short", "ann@[IPv6:1:2:3]", "literal"},
    {"IPv6 too long", "ann@[IPv6:1:2:3:4:5:6:7:8:9]", "literal"},
    {"IPv6 that ends in a colon", "ann@[IPv6:1:2:3:4:5:6:7:]", "literal"},
    {"IPv6 with a letter", "ann@[IPv6:::g]", "literal"},
    {"tag without content", "ann@[x:]", "literal"},
    {"a bracket in a literal", "ann@[x:[]", "literal"},
    {"NUL in the local part", std::string("a\0b@example.com", 15), "character before"},
    {"NUL in the domain", std::string("a@example.com\0.org", 18), "not a domain name"},
    {"NUL in an IDN", std::string("a@b\xc3\xbc.de\0.org", 14), "not a domain name"},
};

}  // namespace

TEST_CASE("addresses that are") {
  for (const auto& valid : kValid) {
    CAPTURE(valid.what);
    CHECK(identity(valid.text) == valid.identity);
  }
}

TEST_CASE("addresses that are not, and why") {
  for (const auto& invalid : kInvalid) {
    CAPTURE(invalid.what);
    std::string why;
    CHECK_FALSE(parse_email_address(invalid.text, &why));
    CHECK(why.find(invalid.identity) != std::string::npos);
    // The reason goes into logs: it never quotes the address.
    CHECK(why.find("example") == std::string::npos);
  }
}

TEST_CASE("the display form") {
  SUBCASE("is what was written") {
    CHECK(parse_email_address("Ann.Lee@M\xc3\xbcnchen.Example")->display == "Ann.Lee@M\xc3\xbcnchen.Example");
  }
  SUBCASE("without the white space around it") {
    CHECK(parse_email_address("  Ann@Example.com \n")->display == "Ann@Example.com");
  }
}

TEST_CASE("the form for hot paths") {
  std::string reused = "left over from the row before";
  SUBCASE("gives the same identity and replaces what was there") {
    for (const auto& valid : kValid) {
      CHECK(normalise_email_address(valid.text, reused));
      CHECK(reused == valid.identity);
    }
  }
  SUBCASE("refuses the same") {
    for (const auto& invalid : kInvalid) CHECK_FALSE(normalise_email_address(invalid.text, reused));
  }
}

TEST_CASE("properties of addresses") {
  static const std::array<std::string, 30> kPieces{"a",
                                                   "B",
                                                   "z",
                                                   "0",
                                                   ".",
                                                   "@",
                                                   "\"",
                                                   "\\",
                                                   " ",
                                                   "-",
                                                   "_",
                                                   "[",
                                                   "]",
                                                   ":",
                                                   "\xc3\xa9",
                                                   "\xc3\x89",
                                                   "\xcc\x81",
                                                   "\xff",
                                                   "\n",
                                                   "xn--",
                                                   "ss",
                                                   "\xc3\x9f",
                                                   "\xcd\xbe",
                                                   "\xe1\xbf\xaf",
                                                   "\xcd\x85",
                                                   "\xe2\x84\xaa",
                                                   "\xe1\xbc\x80",
                                                   "example.com",
                                                   "@example.com",
                                                   "IPv6:"};
  const auto text = rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kPieces)),
                                 [](const std::vector<std::string>& pieces) {
                                   std::string all;
                                   for (const auto& piece : pieces) all += piece;
                                   return all;
                                 });
  const auto address = rc::gen::map(text, [](const std::string& local) { return local + "@example.com"; });
  CHECK(rc::check("an identity is its own identity", [&] {
    const auto parsed = parse_email_address(*address);
    if (!parsed) return;
    RC_ASSERT(identity(parsed->identity) == parsed->identity);
  }));
  CHECK(rc::check("the case of ASCII letters never matters", [&] {
    std::string lower = *address;
    std::string upper = lower;
    for (auto& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    for (auto& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    RC_ASSERT(identity(lower) == identity(upper));
  }));
  CHECK(rc::check("any bytes give an answer", [&] {
    std::string why;
    const auto parsed = parse_email_address(*rc::gen::oneOf(text, rc::gen::arbitrary<std::string>()), &why);
    RC_ASSERT(parsed.has_value() == why.empty());
    if (parsed) RC_ASSERT(parsed->identity.size() <= 254U);
  }));
}
