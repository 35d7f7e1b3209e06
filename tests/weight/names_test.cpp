#include "weight/names.hpp"
#include "weight/subject.hpp"
#include "weight/suffix.hpp"

#include <gtest/gtest.h>

namespace weight {
namespace {

using Names = std::vector<std::string>;

sys::Address address(const char* text) {
    return *sys::Address::parse(text);
}

TEST(Suffix, IsTheListsAndNothingWhereTheListDoesNotKnowTheEnd) {
    EXPECT_EQ(public_suffix("mail.example.co.uk"), "co.uk");
    EXPECT_EQ(public_suffix("co.uk"), "co.uk");
    EXPECT_EQ(public_suffix("example.com"), "com");
    EXPECT_EQ(public_suffix("a.b.example.museum"), "museum");
    EXPECT_EQ(public_suffix("www.ck"), "ck");
    EXPECT_EQ(public_suffix("mail.foo.ck"), "foo.ck");
    EXPECT_EQ(public_suffix("someone.github.io"), "io");
    for (const auto* name : {"", "example", "a.example", "localhost", "a.1", "192.0.2.1"}) {
        EXPECT_EQ(public_suffix(name), "") << name;
    }
}

TEST(Names, CanBeAskedWithLabelsOfOneTo63Bytes) {
    EXPECT_TRUE(can_be_asked("a.b"));
    EXPECT_TRUE(can_be_asked(std::string(63, 'a') + ".b"));
    EXPECT_FALSE(can_be_asked(std::string(64, 'a') + ".b"));
    EXPECT_FALSE(can_be_asked("a..b"));
    EXPECT_FALSE(can_be_asked(".b"));
    EXPECT_FALSE(can_be_asked("b."));
    EXPECT_FALSE(can_be_asked(""));
    std::string longest = std::string(61, 'a');
    for (int i = 0; i < 3; ++i) {
        longest += "." + std::string(63, 'a');
    }
    EXPECT_TRUE(can_be_asked(longest));
    EXPECT_FALSE(can_be_asked("a" + longest));
}

TEST(Names, ParentsCountAsLongAsTheyHaveTwoLabels) {
    EXPECT_EQ(name_and_parents("b.example.co.uk"), (Names{"b.example.co.uk", "example.co.uk", "co.uk"}));
    EXPECT_EQ(name_and_parents("a.example.org"), (Names{"a.example.org", "example.org"}));
    EXPECT_EQ(name_and_parents("localhost"), Names{});
    EXPECT_EQ(name_and_parents(""), Names{});
}

TEST(Names, APublicSuffixIsNobodysParentButANameMayBeOne) {
    EXPECT_TRUE(is_public_parent("co.uk", "example.co.uk"));
    EXPECT_FALSE(is_public_parent("example.co.uk", "a.example.co.uk"));
    EXPECT_FALSE(is_public_parent("co.uk", "co.uk"));
}

TEST(Names, WhatCannotBeAskedIsPassedOverButNotItsParents) {
    EXPECT_EQ(name_and_parents("a..example.org"), Names{"example.org"});
    EXPECT_EQ(name_and_parents("[192.0.2.1]"), Names{});
}

TEST(Names, NoMoreThanTenOfThemAreAsked) {
    EXPECT_EQ(name_and_parents("1.2.3.4.5.6.7.8.9.10.11.12.example").size(), 10U);
}

TEST(Names, AnAddressInNumbersIsAskedInItsReverseTree) {
    EXPECT_EQ(asked_name("192.0.2.1"), "1.2.0.192.in-addr.arpa");
    EXPECT_EQ(asked_name("2.1"), "1.2.in-addr.arpa");
    EXPECT_EQ(asked_name("9.8.7.6.5"), "6.7.8.9.in-addr.arpa");
    EXPECT_EQ(asked_name("a.2.1"), "a.2.1");
}

TEST(Names, AClientIsListedInReverse) {
    EXPECT_EQ(listed_name(address("192.0.2.1"), "bl.example"), "1.2.0.192.bl.example");
    EXPECT_EQ(reverse_name(address("2001:db8::1f")),
              "f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

TEST(Names, ADomainIsListedBehindItsFirstAtAndAsLongAsTheDnsTakesIt) {
    EXPECT_EQ(listed_domain_name("a@b.example", "bl.example"), "b.example.bl.example");
    EXPECT_EQ(listed_domain_name("a@b.example.", "bl.example"), "b.example.bl.example");
    EXPECT_EQ(listed_domain_name("a@b@c.example", "bl.example"), "b@c.example.bl.example");
    EXPECT_EQ(listed_domain_name("alice", "bl.example"), "");
    EXPECT_EQ(listed_domain_name("a@", "bl.example"), "");
    EXPECT_EQ(listed_domain_name("a@" + std::string(64, 'x'), "bl.example"), "");
    std::string deep = "b.example";
    while (deep.size() < 250) {
        deep.insert(0, "long-label.");
    }
    const std::string name = listed_domain_name("a@" + deep, "bl.example");
    EXPECT_TRUE(can_be_asked(name));
    EXPECT_TRUE(name.ends_with(".b.example.bl.example"));
}

TEST(Names, ThePrivatePartIsWhatStandsBeforeThePublicSuffix) {
    EXPECT_EQ(private_part("mail.example.co.uk"), "mail.example");
    EXPECT_EQ(private_part("mail.example.museum"), "mail.example");
    EXPECT_EQ(private_part("mail.hp.de"), "mail.hp");
    EXPECT_EQ(private_part("co.uk"), "co.uk");
}

TEST(Names, UnknownEndsAreJudgedByTheirLength) {
    EXPECT_EQ(private_part("mail.a.test"), "mail.a");
    EXPECT_EQ(private_part("mail.a.xx.yy"), "mail.a");
    EXPECT_EQ(private_part("mail.a.com.yy"), "mail.a");
    EXPECT_EQ(private_part("mail.a.example"), "mail.a.example");
    EXPECT_EQ(private_part("localhost"), "localhost");
    EXPECT_EQ(private_part("[192.0.2.1]"), "[192.0.2.1]");
}

TEST(Names, TheOwnersLabelIsTheLastOfThePrivatePart) {
    EXPECT_EQ(owner_label("a.b.example.co.uk"), "example");
    EXPECT_EQ(owner_label("example.org"), "example");
    EXPECT_EQ(owner_label("a.b.example"), "a.b.example");
    EXPECT_EQ(owner_label("localhost"), "localhost");
}

TEST(Names, TheOwnersLabelIsFoundInFrontOfThePublicPart) {
    EXPECT_TRUE(shares_owner_label("mail.isp.com", "host.isp.net"));
    EXPECT_TRUE(shares_owner_label("mail.isp.com", "isp.customers.net"));
    EXPECT_TRUE(shares_owner_label("localhost", "localhost.isp.net"));
    EXPECT_FALSE(shares_owner_label("mail.one.co.uk", "mail.two.co.uk"));
    EXPECT_FALSE(shares_owner_label("mail.one.com", "mail.two.com"));
    EXPECT_FALSE(shares_owner_label("com.example", "mail.two.com"));
    EXPECT_FALSE(shares_owner_label("", ""));
    EXPECT_FALSE(shares_owner_label("co.uk", "mail.co.co.uk"));
}

TEST(Subject, AnExtensionGoesUpToTheLastAt) {
    EXPECT_EQ(without_extension("list+tag@example.org"), "list@example.org");
    EXPECT_EQ(without_extension("list-owner-x@example.org"), "list@example.org");
    EXPECT_EQ(without_extension("alice@my-domain.example"), "alice@my-domain.example");
    EXPECT_EQ(without_extension("a@b-c@d.example"), "a@b@d.example");
    EXPECT_EQ(without_extension("-x@example.org"), "@example.org");
    EXPECT_EQ(without_extension("a-b"), "a-b");
}

TEST(Subject, ALiteralIsTheAddressInBrackets) {
    EXPECT_TRUE(is_literal_of("[192.0.2.1]", address("192.0.2.1")));
    EXPECT_TRUE(is_literal_of("[ipv6:2001:db8::1]", address("2001:db8::1")));
    for (const auto* text : {"192.0.2.1", "[192.0.2.2]", "[192.0.2.1", "[]", "[ipv6:192.0.2.1]"}) {
        EXPECT_FALSE(is_literal_of(text, address("192.0.2.1"))) << text;
    }
    EXPECT_FALSE(is_literal_of("[2001:db8::1]", address("2001:db8::1")));
}

TEST(Subject, PrivateNetworksAreThoseOfRfc1918AndLoopback) {
    for (const auto* text : {"127.0.0.1", "10.255.0.1", "172.16.0.1", "172.31.255.1", "192.168.0.1"}) {
        EXPECT_TRUE(is_private(address(text))) << text;
    }
    for (const auto* text :
         {"172.15.0.1", "172.32.0.1", "192.169.0.1", "11.0.0.1", "210.0.0.1", "::1", "fd00::1"}) {
        EXPECT_FALSE(is_private(address(text))) << text;
    }
}

} // namespace
} // namespace weight
