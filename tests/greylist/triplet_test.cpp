#include "greylist/triplet.hpp"

#include <gtest/gtest.h>

namespace greylist {
namespace {

sys::Address address(std::string_view text) {
    return sys::Address::parse(text).value();
}

struct Case {
    std::string_view sender;
    std::string_view steady;
};

TEST(Triplet, WhatChangesFromMailToMailIsTakenOffTheSender) {
    constexpr Case cases[] = {
        {"", ""},
        {"alice", "alice"},
        {"12", "12"}, // no @: left alone
        {"alice@example.net", "alice@example.net"},
        {"alice+list@example.net", "alice@example.net"},
        {"+list@example.net", "@example.net"},
        {"alice+list+12@example.net", "alice@example.net"}, // from the first one
        {"list-12-ab34@example.com", "list-#-ab34@example.com"},
        {"1.22.a3.4b@12.example", "#.#.a3.4b@12.example"},
        {"a_1@example.com", "a_1@example.com"},
        {"bounce-1=2@3@4.example", "bounce-#=#@3@4.example"},
        {"prvs=1234567890=joe@example.com", "joe@example.com"},
        {"prvs=joe=1234567890@example.com", "joe@example.com"},
        {"prvs=1234567890=abcdefghij@example.com", "abcdefghij@example.com"},
        {"prvs=joe=bob@example.com", "bob@example.com"},
        {"prvs==joe@example.com", "joe@example.com"},
        {"prvs=joe@example.com", "prvs=joe@example.com"},
        {"prvs=joe=@example.com", "prvs=joe=@example.com"},
        {"prvs=1234567890=joe==@example.com", "joe@example.com"},
        {"prvs=1=2=3@example.com", "prvs=#=#=#@example.com"},
        {"Prvs=1234567890=joe@example.com", "Prvs=#=joe@example.com"},
        {"prvs=12345abcde=joe+x-1@example.com", "joe@example.com"},
        {"j\xC3\xB6rg-1@example.com", "j\xC3\xB6rg-#@example.com"},
    };
    for (const auto& [sender, steady] : cases) {
        EXPECT_EQ(steady_sender(sender), steady) << sender;
    }
}

TEST(Triplet, WithSrsAForwardersTokensAreTakenOffAsWell) {
    constexpr Case cases[] = {
        {"PRVS=1234567890=joe@example.com", "joe@example.com"},
        {"Prvs=joe=12345ABCDE@example.com",
         "12345ABCDE@example.com"}, // a tag has no capitals: the last is the name
        {"SRS0=HHHH=TT=orig.example=alice@fwd.example", "SRS0=orig.example=alice@fwd.example"},
        {"SRS0=K9/x=TU=orig.example=alice@fwd.example", "SRS0=orig.example=alice@fwd.example"},
        {"SRS0+HHHH=TT=orig.example=alice@fwd.example", "SRS0=orig.example=alice@fwd.example"},
        {"srs0-HH+H=TT=orig.example=alice@fwd.example", "srs0=orig.example=alice@fwd.example"},
        {"SRS0=HHHH=TT=orig.example=alice+tag@fwd.example", "SRS0=orig.example=alice@fwd.example"},
        {"SRS0=HHHH=TT=orig.example=a=b@fwd.example", "SRS0=orig.example=a=b@fwd.example"},
        {"SRS1=aaaa=fwd.example==HHHH=TT=orig.example=alice@fwd2.example",
         "SRS1=fwd.example==orig.example=alice@fwd2.example"},
        {"SRS1+bbbb=fwd.example=+K9xQ=TU=orig.example=alice@fwd2.example",
         "SRS1=fwd.example==orig.example=alice@fwd2.example"},
        // None of these is one.
        {"SRS0=HHHH=TT@fwd.example", "SRS0=HHHH=TT@fwd.example"},
        {"SRS0=HHHH=TT=@fwd.example", "SRS0=HHHH=TT=@fwd.example"},
        {"SRS0==TT=orig.example=alice@fwd.example", "SRS0==TT=orig.example=alice@fwd.example"},
        {"SRS0@fwd.example", "SRS0@fwd.example"},
        {"SRS0xHHHH=TT=orig.example=alice@fwd.example", "SRS0xHHHH=TT=orig.example=alice@fwd.example"},
        {"SRS1=aaaa=fwd.example=HHHH=TT=orig.example=alice@fwd2.example",
         "SRS1=aaaa=fwd.example=HHHH=TT=orig.example=alice@fwd2.example"},
        {"SRS1=aaaa@fwd2.example", "SRS1=aaaa@fwd2.example"},
        {"SRS2=HHHH=TT=orig.example=alice@fwd.example", "SRS2=HHHH=TT=orig.example=alice@fwd.example"},
        {"my-SRS0=HHHH=TT=orig.example=alice@fwd.example", "my-SRS0=HHHH=TT=orig.example=alice@fwd.example"},
    };
    for (const auto& [sender, steady] : cases) {
        EXPECT_EQ(steady_sender(sender, true), steady) << sender;
    }
    EXPECT_EQ(steady_sender("SRS0=HHHH=TT=orig.example=alice@fwd.example"),
              "SRS0=HHHH=TT=orig.example=alice@fwd.example");
}

TEST(Triplet, AnOrganisationIsOneClientWhereverItIs) {
    const Grouping grouping{.by_organisation = true};
    const auto of = [&](std::string_view client, std::string_view organisation) {
        return triplet_of(address(client), "a@x.example", "b@y.example", grouping, organisation);
    };
    EXPECT_EQ(of("192.0.2.7", "outlook.com").text, "outlook.com a@x.example b@y.example");
    EXPECT_EQ(of("192.0.2.7", "outlook.com"), of("2001:db8::1", "outlook.com"));
    EXPECT_EQ(of("192.0.2.7", "").text, "192.0.2.0 a@x.example b@y.example");
    EXPECT_TRUE(could_be_ours(of("192.0.2.7", "outlook.com")));
}

TEST(Triplet, AHashedOrganisationIsNoNetworks) {
    const Grouping grouping{.hashed = true, .by_organisation = true};
    const auto of = [&](std::string_view client, std::string_view organisation) {
        return triplet_of(address(client), "a@x.example", "b@y.example", grouping, organisation);
    };
    EXPECT_TRUE(is_hash(of("192.0.2.7", "outlook.com").text));
    EXPECT_EQ(of("192.0.2.7", "outlook.com"), of("198.51.100.7", "outlook.com"));
    EXPECT_NE(of("192.0.2.7", "outlook.com"), of("192.0.2.7", ""));
    EXPECT_NE(of("192.0.2.7", "outlook.com"), of("192.0.2.7", "example.com"));
}

TEST(Triplet, APairIsTheClientAndTheSendersRegistrableDomain) {
    const Grouping grouping;
    const auto of = [&](std::string_view sender, std::string_view organisation = {}) {
        const auto key = pair_of(address("192.0.2.7"), sender, grouping, organisation);
        return key ? key->text : "none";
    };
    EXPECT_EQ(of("bounce-1@mail236.atl61.MCSV.net"), "192.0.2.0 mcsv.net");
    EXPECT_EQ(of("a@b@news.x.co.uk", "outlook.com"), "outlook.com x.co.uk");
    EXPECT_EQ(of("a@localhost"), "192.0.2.0 localhost");
    EXPECT_EQ(of(""), "none");
    EXPECT_EQ(of("postmaster"), "none");
    EXPECT_TRUE(is_hash(pair_of(address("192.0.2.7"), "a@x.example", {.hashed = true})->text));
}

TEST(Triplet, ACorrespondentIsTheirDomainAndOurAddress) {
    EXPECT_EQ(correspondent_of("Alice@Mail.X.example", "Bob@Y.example", {})->text, "x.example bob@y.example");
    EXPECT_FALSE(correspondent_of("alice", "bob@y.example", {}));
    EXPECT_FALSE(correspondent_of("alice@x.example", "", {}));
    EXPECT_TRUE(is_hash(correspondent_of("a@x.example", "b@y.example", {.hashed = true})->text));
}

TEST(Triplet, ANetworkIsOneClient) {
    const Grouping grouping;
    const Key key = triplet_of(address("192.0.2.7"), "a@x.example", "b@y.example", grouping);
    EXPECT_EQ(key, triplet_of(address("192.0.2.200"), "a@x.example", "b@y.example", grouping));
    EXPECT_NE(key, triplet_of(address("192.0.3.7"), "a@x.example", "b@y.example", grouping));
    EXPECT_EQ(key, triplet_of(address("::ffff:192.0.2.9"), "A@X.Example", "B@Y.EXAMPLE", grouping));
    EXPECT_EQ(triplet_of(address("2001:db8::1"), "", "b@y.example", grouping),
              triplet_of(address("2001:db8:0:0:ffff::"), "", "b@y.example", grouping));
}

TEST(Triplet, ByHostEachAddressIsAClientOfItsOwn) {
    const Grouping grouping{.by_host = true};
    EXPECT_NE(triplet_of(address("192.0.2.7"), "a@x.example", "b@y.example", grouping),
              triplet_of(address("192.0.2.8"), "a@x.example", "b@y.example", grouping));
}

TEST(Triplet, LongNamesStayApartInAKeyThatIsNotLong) {
    for (const std::string& common :
         {std::string(400, 'a'), std::string(16000, '%'), std::string(300, '\xFF')}) {
        for (const bool hashed : {false, true}) {
            const Grouping grouping{.hashed = hashed};
            const Key one =
                triplet_of(address("192.0.2.7"), common + "a@x.example", common + "@y.example", grouping);
            const Key other =
                triplet_of(address("192.0.2.7"), common + "b@x.example", common + "@y.example", grouping);
            EXPECT_NE(one, other);
            EXPECT_LE(one.text.size(), 2 * longest_field + 20);
            EXPECT_NE(instance_of("1" + common, grouping), instance_of("2" + common, grouping));
            EXPECT_NE(weight_of("spam", {"1" + common}, grouping),
                      weight_of("spam", {"2" + common}, grouping));
            EXPECT_LE(weight_of("message", {common, common, common}, grouping).text.size(),
                      3 * longest_field + 20);
        }
    }
}

TEST(Triplet, AnIpv6ClientCountsAsItsNetwork) {
    const Grouping grouping;
    EXPECT_EQ(client_of(address("2001:db8::1"), grouping),
              client_of(address("2001:db8::ffff:0:0:9"), grouping));
    EXPECT_NE(client_of(address("2001:db8::1"), grouping), client_of(address("2001:db8:0:1::1"), grouping));
    EXPECT_EQ(client_of(address("2001:db8::1"), {.ipv6_prefix = 48}),
              client_of(address("2001:db8:0:1::1"), {.ipv6_prefix = 48}));
    EXPECT_NE(client_of(address("2001:db8::1"), {.by_host = true}),
              client_of(address("2001:db8::2"), {.by_host = true}));
    EXPECT_EQ(client_of(address("2001:db8::1"), {.hashed = true}),
              client_of(address("2001:db8::2"), {.hashed = true}));
    EXPECT_NE(client_of(address("192.0.2.1"), grouping), client_of(address("192.0.2.2"), grouping));
}

// The hashes are what `printf %s STRING | sha1sum` says of postgrey's key strings, which stand beside them.
TEST(Triplet, HashedKeysAreThoseOfPostgrey) {
    const Grouping subnet{.hashed = true};
    const Grouping host{.by_host = true, .hashed = true};
    // 192.0.2.0/alice@example.net/bob@example.org
    EXPECT_EQ(triplet_of(address("192.0.2.7"), "Alice+x@example.net", "bob@example.org", subnet).text,
              "b86591028e998a5eb1dc07e4f5df484d7541f3e3");
    // 2a01:222:f400:fe44:0:0:0:613/128//bob@example.org
    EXPECT_EQ(triplet_of(address("2a01:222:f400:fe44::613"), "", "bob@example.org", host).text,
              "d4ab605651099a4e0426ea0eb694b3e7510d324c");
    // 2A01:222:F400:FE44:0:0:0:613
    EXPECT_EQ(client_of(address("2a01:222:f400:fe44::613"), host).text,
              "475a1d6f69dd10d1995ced08b5f8f45e9e2ba7ee");
    EXPECT_EQ(address_of(address("2a01:222:f400:fe44::613"), subnet).text,
              "475a1d6f69dd10d1995ced08b5f8f45e9e2ba7ee");
}

} // namespace
} // namespace greylist
