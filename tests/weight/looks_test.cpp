#include "weight/looks.hpp"

#include <gtest/gtest.h>

namespace weight {
namespace {

TEST(Looks, NumericIsDigitsAndDotsInBracketsOrNot) {
    for (const auto* helo : {"192.0.2.1", "[192.0.2.1]", "1.2", "123", "9.8.7.6.5", "[1]"}) {
        EXPECT_TRUE(is_numeric(helo)) << helo;
    }
    for (const auto* helo : {"", "1", "12", "1.2.3.x", "[ipv6:::1]", "a.1.2", "1.2.", "-1.2"}) {
        EXPECT_FALSE(is_numeric(helo)) << helo;
    }
}

TEST(Looks, AServersWordCountsWithTwoDotsBehindIt) {
    for (const auto* host : {"mail.example.org", "mx1.example.org", "smtp-out.a.b", "dedicated.a.b",
                             "stat.a.b", "static-1.a.b", "xmailx.a.b", "nstat.stat.a.b"}) {
        EXPECT_TRUE(names_a_server(host)) << host;
    }
    for (const auto* host : {"mail.org", "example.mail.org", "nstat.example.org", "host.example.org", ""}) {
        EXPECT_FALSE(names_a_server(host)) << host;
    }
}

TEST(Looks, APoolsWordCountsWithTwoDotsBehindIt) {
    for (const auto* host : {"p1.dip.t.de", "cable1.a.b", "ppp.a.b", "dialin.a.b", "adsl.a.b", "dynamic.a.b",
                             "client1.a.b", "rev-1-ip.a.b", "rev.home.a.b"}) {
        EXPECT_TRUE(names_a_pool(host)) << host;
    }
    for (const auto* host : {"dip.a.b", "dsl.org", "a.dsl.org", "rev.a.b", "ip-rev.a.b", "home.a.b", ""}) {
        EXPECT_FALSE(names_a_pool(host)) << host;
    }
}

TEST(Looks, AnAddressIsFourShortNumbersBehindALetterOrSign) {
    for (const auto* host :
         {"host192-0-2-1.a", "h192.0.2.1", "-1_2.3-4", "9.8.7.6.5", "a1.2.3.45678", "x.1-22-333-4.b"}) {
        EXPECT_TRUE(embeds_an_address(host)) << host;
    }
    for (const auto* host :
         {"192.0.2.1", "h1922.0.2.1", "h1-2-3", "h1-2-3-", "h1-2--3-4", "h1-2-3333-4", ""}) {
        EXPECT_FALSE(embeds_an_address(host)) << host;
    }
}

TEST(Looks, NobodyAndAnonymousAreTheEndOfALocalPart) {
    EXPECT_TRUE(is_nobody("nobody@example.org"));
    EXPECT_TRUE(is_nobody("www-anonymous@example.org"));
    EXPECT_FALSE(is_nobody("nobody.else@example.org"));
}

TEST(Looks, RandomIsFiveConsonantsOrFourVowelsInTheLocalPart) {
    for (const auto* sender : {"bcdfg@a.b", "xxbcdfgxx@a.b", "aeio@a.b", "a-queue.ueue@a.b"}) {
        EXPECT_TRUE(is_random(sender)) << sender;
    }
    for (const auto* sender :
         {"bcdf@a.b", "bcdyfg@a.b", "schtz@a.b", "aei.o@a.b", "a@bcdfg.b", "bcdfg", ""}) {
        EXPECT_FALSE(is_random(sender)) << sender;
    }
}

} // namespace
} // namespace weight
