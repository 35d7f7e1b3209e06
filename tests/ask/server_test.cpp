#include "ask/server.hpp"

#include <gtest/gtest.h>

namespace ask {
namespace {

// "name|path|host|port", or "none".
std::string parts(std::string_view text) {
    const auto server = parse_server(text);
    if (!server) {
        return "none";
    }
    const Endpoint& endpoint = server->endpoint;
    return server->name + "|" + endpoint.path + "|" + endpoint.host + "|" + std::to_string(endpoint.port);
}

TEST(Server, IsAUnixSocketOrAHostAndAPort) {
    EXPECT_EQ(parts("unix:/run/policyd.sock"), "|/run/policyd.sock||0");
    EXPECT_EQ(parts("unix:/a=b:c d"), "|/a=b:c d||0");
    EXPECT_EQ(parts("spf=unix:/run/spf"), "spf|/run/spf||0");
    EXPECT_EQ(parts("inet:127.0.0.1:10040"), "||127.0.0.1|10040");
    EXPECT_EQ(parts("inet:localhost:1"), "||localhost|1");
    EXPECT_EQ(parts("inet:mx-1.example.org:65535"), "||mx-1.example.org|65535");
    EXPECT_EQ(parts("inet:[::1]:10040"), "||::1|10040");
    EXPECT_EQ(parts("inet:[2001:DB8::1]:25"), "||2001:DB8::1|25");
    EXPECT_EQ(parts("A-b_9=inet:[::ffff:127.0.0.1]:25"), "A-b_9||::ffff:127.0.0.1|25");
}

TEST(Server, RemembersHowItsEndpointWasWritten) {
    EXPECT_EQ(parse_server("spf=inet:[::1]:10040")->endpoint.text, "inet:[::1]:10040");
    EXPECT_EQ(parse_server("unix:/a=b")->endpoint.text, "unix:/a=b");
}

TEST(Server, IsNothingElse) {
    for (const char* text : {"",
                             "spf",
                             "spf=",
                             "unix:",
                             "unix:private/policy",
                             "unix",
                             "UNIX:/run/a",
                             "/run/a",
                             "tcp:127.0.0.1:1",
                             "inet:",
                             "inet:127.0.0.1",
                             "inet:10040",
                             "inet:127.0.0.1:",
                             "inet::10040",
                             "inet:127.0.0.1:0",
                             "inet:127.0.0.1:65536",
                             "inet:127.0.0.1:-1",
                             "inet:127.0.0.1:+1",
                             "inet:127.0.0.1:1 ",
                             "inet:127.0.0.1:smtp",
                             "inet:::1:10040",
                             "inet:[::1]",
                             "inet:[::1]10040",
                             "inet:[::1:10040",
                             "inet:[]:10040",
                             "inet:[127.0.0.1]:10040",
                             "inet:[localhost]:1",
                             "inet:[fe80::1%eth0]:1",
                             "inet:1.2.3:1",
                             "inet:127.0.0.256:1",
                             "inet:a b:1",
                             "inet:a/b:1",
                             "inet:\xc3\xa4:1",
                             "=unix:/a",
                             "a b=unix:/a",
                             "a.b=unix:/a",
                             "a=b=unix:/a",
                             "spf=spf",
                             " unix:/a"}) {
        EXPECT_EQ(parts(text), "none") << text;
    }
}

TEST(Server, HasAPathThatFitsIntoASocketAddress) {
    EXPECT_TRUE(parse_server("unix:/" + std::string(106, 'x')));
    EXPECT_FALSE(parse_server("unix:/" + std::string(107, 'x')));
    EXPECT_FALSE(parse_server(std::string("unix:/a\0b", 9)));
}

std::string texts(std::string_view host, std::string_view hosts) {
    std::string text;
    for (const sys::Address& address : sys::addresses_of(host, hosts)) {
        text.append(address.text()).append(" ");
    }
    return text;
}

TEST(Addresses, OfAnAddressAreItself) {
    EXPECT_EQ(texts("192.0.2.1", "192.0.2.2 192.0.2.1\n"), "192.0.2.1 ");
    EXPECT_EQ(texts("::1", ""), "::1 ");
}

TEST(Addresses, OfANameAreThoseOfTheHostsFileInItsOrder) {
    constexpr std::string_view hosts = "127.0.0.1\tlocalhost  mx.example.org\r\n"
                                       "# 192.0.2.9 policy\n"
                                       "\n"
                                       "   192.0.2.1 Policy policy.example.org # 2\n"
                                       "nonsense policy\n"
                                       "192.0.2.2\n"
                                       "192.0.2.3 policyd # policy\n"
                                       "2001:db8::1 other policy";
    EXPECT_EQ(texts("policy", hosts), "192.0.2.1 2001:db8::1 ");
    EXPECT_EQ(texts("POLICY.example.ORG", hosts), "192.0.2.1 ");
    EXPECT_EQ(texts("mx.example.org", hosts), "127.0.0.1 ");
    EXPECT_EQ(texts("example.org", hosts), "");
    EXPECT_EQ(texts("2", hosts), "");
    EXPECT_EQ(texts("policy", ""), "");
}

} // namespace
} // namespace ask
