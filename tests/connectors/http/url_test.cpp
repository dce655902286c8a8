#include "connectors/http/url.h"

#include <doctest/doctest.h>

using namespace crmsync;
using namespace crmsync::connectors::http;

TEST_CASE("base URLs") {
  SUBCASE("the parts") {
    const auto url = parse_base_url("HTTPS://Api.Example.com:8443/crm/v3/");
    REQUIRE(url.has_value());
    CHECK(url->tls);
    CHECK(url->host == "api.example.com");
    CHECK(url->port == 8443);
    CHECK(url->prefix == "/crm/v3");
    CHECK(url->authority() == "api.example.com:8443");
  }
  SUBCASE("what is left out") {
    const auto url = parse_base_url("https://api.example.com");
    REQUIRE(url.has_value());
    CHECK(url->port == 443);
    CHECK(url->prefix.empty());
    CHECK(url->authority() == "api.example.com");
    CHECK(url->host_and_port() == "api.example.com:443");
  }
  SUBCASE("addresses") {
    const auto url = parse_base_url("https://[2001:DB8::1]:444");
    REQUIRE(url.has_value());
    CHECK(url->host == "2001:db8::1");
    CHECK(url->authority() == "[2001:db8::1]:444");
  }
  SUBCASE("plain http is for this machine only") {
    for (const char* text : {"http://127.0.0.1:8711", "http://127.9.9.9", "http://[::1]:1", "http://localhost"}) {
      CAPTURE(text);
      CHECK(parse_base_url(text).has_value());
    }
    for (const char* text :
         {"http://api.example.com", "http://10.0.0.1", "http://128.0.0.1", "http://localhost.example",
          "http://127.0.0.1.example.com", "http://[::2]", "http://0.0.0.0", "http://localhost@x.example"}) {
      CAPTURE(text);
      const auto url = parse_base_url(text);
      REQUIRE_FALSE(url.has_value());
      CHECK(url.error().kind == ErrorKind::config);
    }
    CHECK(parse_base_url("http://api.example.com").error().message.find("use https://") != std::string::npos);
  }
  SUBCASE("what is no base URL") {
    for (const char* text : {"",
                             "api.example.com",
                             "ftp://a.example",
                             "https:/a.example",
                             "https://",
                             "https://:443",
                             "https://a.example:",
                             "https://a.example:0",
                             "https://a.example:65536",
                             "https://a.example:44x",
                             "https://a b.example",
                             "https://a.example/?q",
                             "https://a.example/#f",
                             "https://[::1",
                             "https://[127.0.0.1]",
                             "https://[::1]x",
                             "https://a.example\r\nX: y",
                             "https://\xc3\xa9.example",
                             "https://user:secret@a.example",
                             "https://a_\xc3\xa4.example"}) {
      CAPTURE(text);
      const auto url = parse_base_url(text);
      REQUIRE_FALSE(url.has_value());
      CHECK(url.error().message.find("secret") == std::string::npos);
    }
  }
}

TEST_CASE("proxies") {
  SUBCASE("with user and password, percent-encoded") {
    const auto url = parse_proxy("http://me:p%40ss%3aword@proxy.example:3128/");
    REQUIRE(url.has_value());
    CHECK(url->user == "me");
    CHECK(url->password == "p@ss:word");
    CHECK(url->host_and_port() == "proxy.example:3128");
  }
  SUBCASE("with a user alone, or nobody") {
    CHECK(parse_proxy("http://me@proxy.example")->user == "me");
    CHECK(parse_proxy("http://proxy.example")->user.empty());
  }
  SUBCASE("what is no proxy is refused without telling the password") {
    for (const char* text : {"https://proxy.example", "socks5://proxy.example", "http://proxy.example/path",
                             "http://me:secret%4@proxy.example", "http://:secret@proxy.example",
                             "http://a%3Ab:secret@p.example", "http://me:secret@", "proxy.example:3128"}) {
      CAPTURE(text);
      const auto url = parse_proxy(text);
      REQUIRE_FALSE(url.has_value());
      CHECK(url.error().kind == ErrorKind::config);
      CHECK(url.error().message.find("secret") == std::string::npos);
    }
  }
}

TEST_CASE("redirects") {
  const auto base = *parse_base_url("https://api.example.com/crm");
  const auto from = [&](std::string_view location) { return redirect_target(base, "/crm/a/b?x=1", location); };
  SUBCASE("on the same host are followed") {
    CHECK(*from("/else?y=2#part") == "/else?y=2");
    CHECK(*from("https://api.example.com/else") == "/else");
    CHECK(*from("HTTPS://API.example.com:443/else") == "/else");
    CHECK(*from("https://api.example.com") == "/");
    CHECK(*from("https://api.example.com?y=2") == "/?y=2");
    CHECK(*from("//api.example.com/else") == "/else");
    CHECK(*from("?y=2") == "/crm/a/b?y=2");
    CHECK(*from("c") == "/crm/a/c");
    CHECK(*from("/path?to=https://other.example") == "/path?to=https://other.example");
  }
  SUBCASE("to anywhere else are refused") {
    for (const char* location :
         {"https://other.example/else", "http://api.example.com/else", "https://api.example.com:444/",
          "//other.example/", "https://api.example.com.other.example/", "https://me@api.example.com/",
          "https://api.example.com@other.example/", "ftp://api.example.com/", "javascript:alert(1)",
          "https:api.example.com", "", "#part", "/a b", "/a\r\nX: y"}) {
      CAPTURE(location);
      const auto target = from(location);
      REQUIRE_FALSE(target.has_value());
      CHECK(target.error().kind == ErrorKind::protocol);
    }
    CHECK(from("https://other.example/else?token=secret").error().message.find("other.example") != std::string::npos);
    CHECK(from("https://other.example/else?token=secret").error().message.find("secret") == std::string::npos);
  }
}
