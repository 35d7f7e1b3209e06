#include "rules/workshop.hpp"

#include <array>
#include <utility>

namespace {

bool client_passes(std::string_view list, std::string_view address, std::string_view name = "unknown") {
    Workshop workshop;
    workshop.clients(list);
    return workshop.table().match(subject(address, name)).has_value();
}

bool recipient_passes(std::string_view list, std::string_view recipient) {
    Workshop workshop;
    workshop.recipients(list);
    return workshop.table().match(subject("192.0.2.1", "unknown", recipient)).has_value();
}

std::string complaints_about_clients(std::string_view list) {
    Workshop workshop;
    workshop.clients(list);
    return workshop.complaints();
}

TEST(PostgreyClients, AMatchNamesItsReasonAndLine) {
    Workshop workshop;
    workshop.clients("# a comment\n\nmail.example.org # another\n");
    const auto match = workshop.table().match(subject("192.0.2.1", "mail.example.org"));
    ASSERT_TRUE(match);
    EXPECT_EQ(match->verdict.kind, rules::Verdict::Kind::pass);
    EXPECT_EQ(match->reason, "client whitelist");
    EXPECT_EQ(match->source, workshop.path("clients") + ":3");
}

TEST(PostgreyClients, ANameMatchesItselfAndWhatIsBelowInAnyCase) {
    for (const auto* name :
         {"example.org", "EXAMPLE.org", "mail.example.org", "a.b.Example.Org", ".example.org"}) {
        EXPECT_TRUE(client_passes("Example.ORG\n", "192.0.2.1", name)) << name;
    }
    for (const auto* name : {"", "org", "badexample.org", "example.org.", "example.org.net", "unknown"}) {
        EXPECT_FALSE(client_passes("example.org\n", "192.0.2.1", name)) << name;
    }
}

TEST(PostgreyClients, AddressesMatchInAllTheirSpellings) {
    constexpr std::array<std::array<const char*, 3>, 11> table{{
        {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
        {"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
        {"192.0.2.77/24", "192.0.2.1", "192.0.3.77"},
        {"192.0.2", "192.0.2.9", "192.0.3.9"},
        {"192.0", "192.0.77.1", "192.1.0.1"},
        {"0.0.0.0/0", "198.51.100.7", "2001:db8::1"},
        {"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"},
        {"2001:0DB8:0:0:0:0:0:1", "2001:db8::1", "2001:db8::2"},
        {"::ffff:192.0.2.0/120", "192.0.2.5", "192.0.3.5"},
        {"192.0.2.4/31", "::ffff:192.0.2.5", "192.0.2.6"},
        {"::/0", "2001:db8::1", "192.0.2.1"},
    }};
    for (const auto& [entry, inside, outside] : table) {
        EXPECT_TRUE(client_passes(entry, inside)) << entry << ' ' << inside;
        EXPECT_FALSE(client_passes(entry, outside)) << entry << ' ' << outside;
    }
}

TEST(PostgreyClients, ExpressionsAreNotAnchoredAndTakeAnyCase) {
    EXPECT_TRUE(client_passes("/^MTA\\d+\\.siol\\.net$/\n", "192.0.2.1", "mta12.SIOL.net"));
    EXPECT_TRUE(client_passes("/pool/\n", "192.0.2.1", "a.pool.example"));
    EXPECT_FALSE(client_passes("/^mta\\d+\\.siol\\.net$/\n", "192.0.2.1", "mta.siol.net"));
}

TEST(PostgreyClients, WhatLooksLikeAnAddressAndIsNoneIsRefused) {
    for (const auto* entry :
         {"1.2.3.400", "1.2.3.4.5", "1.2.3.4/33", "1.2.3", "10", "1.2.3/24", "300.1",
          "::1::", "2001:db8::/129", "1.2.3.4/", "fe80::1%eth0", "a:b:c", "192.0.2.0/255.255.255.0"}) {
        const bool is_good = std::string_view{entry} == "1.2.3";
        EXPECT_EQ(complaints_about_clients(entry).empty(), is_good) << entry;
    }
    EXPECT_EQ(complaints_about_clients("good.example\n1.2.3.400\n/open\n/(/\ntwo words\n"),
              "clients:2: 1.2.3.400: expected an IPv4 or IPv6 address\n"
              "clients:3: /open: expected an expression between slashes\n"
              "clients:4: /(/: expected a Perl regular expression: missing closing parenthesis at byte 2\n"
              "clients:5: two words: expected one entry a line, without blanks in it\n");
}

std::string complaints_about_recipients(std::string_view list) {
    Workshop workshop;
    workshop.recipients(list);
    return workshop.complaints();
}

TEST(PostgreyClients, ARangeOfAddressesIsAWarning) {
    for (const std::string entry :
         {"192.0.2.1-192.0.2.20", "192.0.2.10-20", "192.0.2.*", "192.0.*.*", "192.0.2.x", "192.0.x.X",
          "192.0.2.[1-9]", "192.0.2.{1,2}", "192.0.2.1,192.0.2.2", "192.0.2.1;", "10.*",
          "192.0.2.0-192.0.2.255/24", "[192.0.2.1-9]"}) {
        const std::string told = complaints_about_clients("mail.example.net\n" + entry + "\n");
        EXPECT_EQ(told.find("clients:2: warning: client ." + entry.substr(0, entry.find('X'))), 0U)
            << entry << ": " << told;
    }
    EXPECT_EQ(complaints_about_clients("192.0.2.1-9\n"),
              "clients:1: warning: client .192.0.2.1-9: a range of addresses is no "
              "name: expected networks under client\n");
}

TEST(PostgreyClients, AnAddressInAnotherShapeIsToldAndANameIsNot) {
    for (const auto* entry : {"2001:db8::1-2001:db8::9",
                              "2001:db8::*",
                              "2001:db8::1-9",
                              "[192.0.2.1]",
                              "[2001:db8::1]",
                              "192.0.2.1:25",
                              "[192.0.2.1]:25",
                              "IPv6:2001:db8::1",
                              "192.0.2.1.",
                              ".192.0.2.1",
                              "http://192.0.2.1/",
                              "host.123",
                              "12-34",
                              "mail.example.org:25",
                              "mail.example.org.",
                              "http://example.org/",
                              "bob@example.org",
                              "<example.org>",
                              "\"example.org\"",
                              "'example.org'",
                              "example.org,",
                              "a.example,b.example",
                              "mail*.example.org",
                              "*example.org",
                              "*.*",
                              "*.192.0.2",
                              "!example.org",
                              ";example.org",
                              "\\.example\\.org",
                              "^mail",
                              "(a|b).example",
                              "mx?.example.org",
                              "example.org\xC2\xA0",
                              "\xEF\xBB\xBF"
                              "\xEF\xBB\xBF"
                              "example.org"}) {
        EXPECT_NE(complaints_about_clients(entry), "") << entry;
    }
    for (const auto* entry : {"1-2-3-4.pool.example.org", "192.0.2.1.pool.example.org", "123.example",
                              "mail.example.xxx", "a_b.example", "x.example", "4.3.2.1.in-addr.arpa",
                              "xn--mller-kva.example", "localhost", "org", "unknown"}) {
        EXPECT_EQ(complaints_about_clients(entry), "") << entry;
    }
}

TEST(PostgreyClients, AStarBeforeADomainIsTheDomainAndWhatIsBelow) {
    EXPECT_TRUE(client_passes("*.example.org\n", "192.0.2.1", "mail.example.org"));
    EXPECT_TRUE(client_passes("*.example.org\n", "192.0.2.1", "example.org"));
    EXPECT_FALSE(client_passes("*.example.org\n", "192.0.2.1", "badexample.org"));
    EXPECT_EQ(complaints_about_clients("*.example.org # ours\n*.com\n"), "");
    EXPECT_NE(complaints_about_clients("*.\n"), "");
}

TEST(PostgreyClients, AnExpressionHasNoBlank) {
    EXPECT_EQ(complaints_about_clients("/^a b$/\n"),
              "clients:1: /^a b$/: expected one entry a line, without blanks in it\n");
}

TEST(PostgreyRecipients, WhatNoRecipientLooksLikeIsAWarning) {
    for (const auto* entry : {"*@example.org",
                              "*@*",
                              "*@*.example.org",
                              "bob@*",
                              "bob*@example.org",
                              "bob@*.example.org",
                              "@example.org",
                              "<bob@example.org>",
                              "\"bob\"@example.org",
                              "\"bob@example.org\"",
                              "'bob@example.org'",
                              "mailto:bob@example.org",
                              "bob@example.org,",
                              "bob,alice@example.org",
                              "bob;alice@example.org",
                              "bob@example.org;alice@example.org",
                              "bob@example.org.",
                              "bob@192.0.2.1",
                              "192.0.2.1",
                              "192.0.2.1-192.0.2.20",
                              "192.0.2.10-20",
                              "192.0.2.*",
                              "192.0.2.0/24",
                              "/bob@example.org/i",
                              "http://example.org",
                              "bob@http://example.org",
                              "*example.org",
                              "postmaster",
                              "abuse",
                              "bob@ex\xE4mple.org",
                              "bob\xFF@example.org"}) {
        const std::string told = complaints_about_recipients(entry);
        EXPECT_EQ(told.find("recipients:1: warning: "), 0U) << entry << ": " << told;
    }
    for (const auto* entry :
         {"bob@example.org", "bob@", "postmaster@", "o'neil@example.org", "bob+x@example.org",
          ".dot@example.org", "/C=us/A=x/@x400.example.org", "bob@[192.0.2.1]", "bob=example.net@example.org",
          "j\xC3\xB6rg@m\xC3\xBCller.example", "example.org", "*.example.org", "localhost"}) {
        EXPECT_EQ(complaints_about_recipients(entry), "") << entry;
    }
}

TEST(PostgreyRecipients, AStarBeforeADomainIsTheDomainAndWhatIsBelow) {
    EXPECT_TRUE(recipient_passes("*.example.org\n", "bob@mail.example.org"));
    EXPECT_TRUE(recipient_passes("*.example.org\n", "bob@example.org"));
    EXPECT_FALSE(recipient_passes("*.example.org\n", "bob@badexample.org"));
}

TEST(PostgreyClients, TheFirstEntryCountsBehindAByteOrderMark) {
    EXPECT_TRUE(
        client_passes("\xEF\xBB\xBFmail.example.net\r\nexample.com\r\n", "192.0.2.1", "mail.example.net"));
    EXPECT_EQ(complaints_about_clients("\xEF\xBB\xBFmail.example.net\n"), "");
}

TEST(PostgreyRecipients, TheFormsMatchAsInPostgrey) {
    struct Row {
        const char* entry;
        const char* recipient;
        bool passes;
    };
    constexpr std::array<Row, 27> table{{
        {"bob@example.org", "bob@example.org", true},
        {"bob@example.org", "BOB@Example.ORG", true},
        {"bob@example.org", "bob+list@example.org", true},
        {"bob@example.org", "bob+a+b@example.org", true},
        {"bob@example.org", "bob+@example.org", false},
        {"bob@example.org", "bob@mail.example.org", false},
        {"bob@example.org", "xbob@example.org", false},
        {"bob+a@example.org", "bob+a@example.org", true},
        {"bob+a@example.org", "bob+a+b@example.org", true},
        {"bob+a@example.org", "bob@example.org", false},
        {"postmaster@", "postmaster@anything.example", true},
        {"postmaster@", "postmaster+x@anything.example", true},
        {"postmaster@", "postmaster", false},
        {"postmaster@", "xpostmaster@anything.example", false},
        {"example.org", "bob@example.org", true},
        {"example.org", "bob@mail.example.org", true},
        {"example.org", "bob@badexample.org", false},
        {"example.org", "example.org", false},
        {"example.org", "mail.example.org", true},
        {"example.org", "\"a@b\"@example.org", true},
        {"@example.org", "bob@example.org", false},
        {"@example.org", "+x@example.org", true},
        {".bob@example.org", ".bob+x@example.org", true},
        {"*@example.org", "bob@example.org", false},
        {"*@example.org", "*@example.org", true},
        {"/^b.b@/", "bub@example.net", true},
        {"/^b.b@/", "a-bub@example.net", false},
    }};
    for (const Row& row : table) {
        EXPECT_EQ(recipient_passes(row.entry, row.recipient), row.passes)
            << row.entry << ' ' << row.recipient;
    }
}

TEST(PostgreyRecipients, AMatchSaysSo) {
    Workshop workshop;
    workshop.recipients("postmaster@\nabuse@\n");
    const auto match = workshop.table().match(subject("192.0.2.1", "unknown", "Abuse@example.org"));
    ASSERT_TRUE(match);
    EXPECT_EQ(match->reason, "recipient whitelist");
    EXPECT_EQ(match->source, workshop.path("recipients") + ":2");
}

} // namespace
