#include "reading.hpp"

#include <gtest/gtest.h>

#include <set>

namespace transfer {
namespace {

using namespace std::chrono_literals;
using greylist::client_key;
using greylist::triplet_key;

const std::string print_header = "VERSION=3\nformat=print\ntype=btree\ndb_pagesize=4096\nHEADER=END\n";

TEST(Postgrey, KeysOfAllFormsAreRead) {
    const auto result =
        read("postgrey",
             print_header + " 192.0.2.0/prvs=#=joe@ex.com/bob@example.org\n 1700000000,1700000030\n"
                            " 198.51.100.0//bob@example.org\n 1700000000,1700000000\n"
                            " 2a01:222:f400:fe44:0:0:0:0/a/b@ex.com/bob@example.org\n 1700000000,1700000300\n"
                            " 192.0.2.7/32/joe@ex.com/bob@example.org\n 1700000000,1700000300,mail\n"
                            " 2a01:222:0:0:0:0:0:1/128/joe@ex.com/bob@example.org\n 1700000000,1700000300\n"
                            " 2A01:222:F400:FE44:0:0:0:613\n 7,1700000400\n"
                            "DATA=END\n");
    EXPECT_TRUE(result.complaints.empty());
    const std::vector<Record> expected{
        {triplet_key("192.0.2.0", "prvs=#=joe@ex.com", "bob@example.org"), at(1700000000), at(1700000030), 0},
        {triplet_key("198.51.100.0", "", "bob@example.org"), at(1700000000), at(1700000000), 0},
        {triplet_key("2a01:222:f400:fe44::", "a/b@ex.com", "bob@example.org"), at(1700000000), at(1700000300),
         1},
        {triplet_key("192.0.2.7/32", "joe@ex.com", "bob@example.org"), at(1700000000), at(1700000300), 1},
        {triplet_key("2a01:222::1/128", "joe@ex.com", "bob@example.org"), at(1700000000), at(1700000300), 1},
        {client_key("2a01:222:f400:fe44::613"), at(1700000400), at(1700000400), 7}};
    EXPECT_EQ(result.records, expected);
}

TEST(Postgrey, AMailboxWithoutADomainIsRead) {
    const auto result =
        read("postgrey", print_header + " 192.0.2.0/root/bob@example.org\n 1700000000,1700000300\n"
                                        " 192.0.2.0/alice@example.net/postmaster\n 1700000000,1700000300\n"
                                        " 192.0.2.0/root/postmaster\n 1700000000,1700000300\n"
                                        " 192.0.2.0/root\n 1700000000,1700000300\n");
    EXPECT_EQ(result.keys(), (std::vector<std::string>{"192.0.2.0 root bob@example.org",
                                                       "192.0.2.0 alice@example.net postmaster",
                                                       "192.0.2.0 root postmaster"}));
    EXPECT_EQ(result.complaints.size(), 1);
}

TEST(Postgrey, ADumpThatNamesNoFormatIsReadAsPrint) {
    const auto result = read("postgrey", "HEADER=END\n 192.0.2.1\n 3,1700000030\n");
    EXPECT_EQ(result.keys(Kind::client), std::vector<std::string>{"192.0.2.1"});
}

TEST(Postgrey, NumbersThatAreNoTimesAreComplainedOf) {
    for (const std::string value : {"-9223372036854775808,9223372036854775807", "1700000000,99999999999",
                                    "-1,1700000000", "1700000000,-1", "9223372036854775808,1"}) {
        const auto result = read("postgrey", print_header + " 192.0.2.0/a@b/c@d\n " + value + '\n');
        EXPECT_TRUE(result.records.empty()) << value;
        EXPECT_TRUE(result.complaints.contains(6)) << value;
    }
}

TEST(Postgrey, WhatItCouldNotFindAgainIsLeftOut) {
    for (const Key& key : {triplet_key("nowhere", "a@b", "c@d"), Key{Kind::triplet, "192.0.2.0"},
                           Key{Kind::triplet, "192.0.2.0 a@b"}, Key{Kind::triplet, ""}}) {
        EXPECT_EQ(postgrey_dump_of({key, at(1), at(2), 0}, Kind::triplet), "") << key.text;
    }
    EXPECT_EQ(postgrey_dump_of({client_key("nowhere"), at(1), at(2), 3}, Kind::client), "");
}

TEST(Postgrey, HashedKeysStayUsable) {
    const std::string hash(40, 'a');
    const auto result = read("postgrey", print_header + ' ' + hash + "\n 1700000000,1700000030\n " + hash +
                                             "\n 3,1700000030\n");
    const std::vector<Record> expected{{{Kind::triplet, hash}, at(1700000000), at(1700000030), 0},
                                       {{Kind::client, hash}, at(1700000030), at(1700000030), 3}};
    EXPECT_EQ(result.records, expected);
}

TEST(Postgrey, BothWaysOfWritingBytesAreRead) {
    const auto printed = read(
        "postgrey", print_header + " 192.0.2.0/\\c3\\a4\\\\@ex.com/b@example.org\n 1700000000,1700000030\n");
    const auto hexadecimal =
        read("postgrey", "format=bytevalue\nHEADER=END\n "
                         "3139322e302e322e302fc3a45c4065782e636f6d2f62406578616d706c652e6f7267\n"
                         " 313730303030303030302c31373030303030303330\n");
    ASSERT_EQ(printed.records.size(), 1);
    EXPECT_EQ(printed.records[0].key, triplet_key("192.0.2.0", "ä\\@ex.com", "b@example.org"));
    EXPECT_EQ(hexadecimal.records, printed.records);
}

TEST(Postgrey, WhatCannotBeUsedIsNamedAndTheRestIsRead) {
    const auto result =
        read("postgrey", print_header + " nobody/a@b/c@d\n 1,2\n 192.0.2.0/a@b/c@d\n not a time\n"
                                        " 192.0.2.0/a@b\n 1700000000,1700000000\n"
                                        " 192.0.2.0/a@b/c@d\n 1700000000,1700000000\n 192.0.2.1\n");
    EXPECT_EQ(result.records.size(), 1);
    std::set<std::size_t> lines;
    for (const auto& [line, why] : result.complaints) {
        lines.insert(line);
    }
    EXPECT_EQ(lines, (std::set<std::size_t>{6, 8, 10, 14}));
}

TEST(Postgrey, WhatIsWrittenIsReadAgain) {
    const std::vector<Record> records{
        {triplet_key("192.0.2.0", "", "b@example.org"), at(1700000000), at(1700000030), 0},
        {triplet_key("2a01:222::1/128", "ä\\ x@ex.com", "b@example.org"), at(1700000000), at(1700000300), 1}};
    std::string dump = postgrey_dump_start();
    for (const Record& record : records) {
        dump += postgrey_dump_of(record, Kind::triplet);
    }
    EXPECT_EQ(postgrey_dump_of({client_key("2001:db8::a"), at(1), at(1700000000), 3}, Kind::client),
              " 2001:DB8:0:0:0:0:0:A\n 3,1700000000\n");
    EXPECT_EQ(read("postgrey", dump + postgrey_dump_end()).records, records);
}

TEST(Greylistd, StatesAndTripletsAreJoinedByTheirHash) {
    const auto result =
        read("greylistd", "[white]\nw1 = 1700000301 1700000000 3\n[grey]\ng1 = 1700000100 1700000100 1\n"
                          "[black]\nb1 = 1700000100 1700000100 1\n[statistics]\nstart = 5 6\n[triplets]\n"
                          "w1 = 192.0.2.1 alice@example.net bob@example.org\n"
                          "g1 = 192.0.2.1 <> bob@example.org\n"
                          "x1 = 192.0.2.1 carol@example.net bob@example.org\n"
                          "bad line\nn1 = nowhere a@b c@d\n");
    ASSERT_EQ(result.records.size(), 3);
    EXPECT_EQ(result.records[0].key, triplet_key("192.0.2.0", "", "bob@example.org"));
    EXPECT_EQ(result.records[0].count, 0);
    EXPECT_EQ(result.records[1].key, triplet_key("192.0.2.0", "alice@example.net", "bob@example.org"));
    EXPECT_EQ(result.records[1].last, at(1700000301));
    EXPECT_EQ(result.records[1].count, 1);
    EXPECT_EQ(result.records[2].first, now - 300s);
    EXPECT_EQ(result.complaints.size(), 2);
    EXPECT_TRUE(result.complaints.contains(13));
    EXPECT_TRUE(result.complaints.contains(14));
}

const std::string states =
    "[white]\n12 = 1700000301 1700000000 3\n-34 = 1700000301 1700000000 3\n\n"
    "[grey]\n56 = 1700000200 1700000100 2\n\n[black]\n78 = 1700000301 1700000000 1\n\n"
    "[statistics]\nwhite = 2\ngrey = 1\nblack = 1\nstart = 1700000000\nlastsave = 1700000999\n\n";
const std::string triplets = "12 = 192.0.2.1 alice@example.net bob@example.org\n"
                             "-34 = 198.51.100.9 bob@example.org, carol@example.org\n"
                             "56 = 192.0.2.1 dave@example.net bob@example.org\n"
                             "78 = 192.0.2.1 mallory@example.net bob@example.org\n";

TEST(Greylistd, ItsTwoFilesAreReadInEitherOrder) {
    for (const std::string& text : {states + triplets, triplets + states}) {
        const auto result = read("greylistd", text);
        EXPECT_TRUE(result.complaints.empty());
        ASSERT_EQ(result.keys(), (std::vector<std::string>{"198.51.100.0 <> bob@example.org",
                                                           "198.51.100.0 <> carol@example.org",
                                                           "192.0.2.0 alice@example.net bob@example.org",
                                                           "192.0.2.0 dave@example.net bob@example.org"}));
        EXPECT_EQ(result.records[0].count, 1);
        EXPECT_EQ(result.records[3].first, at(1700000100));
        EXPECT_EQ(result.records[3].count, 0);
    }
}

TEST(Greylistd, NetworksNullSendersAndQuotedSendersAreRead) {
    const auto result =
        read("greylistd", "[white]\n1 = 1700000301 1700000000 3\n2 = 1700000301 1700000000 3\n"
                          "3 = 1700000301 1700000000 3\n4 = 1700000301 1700000000 3\n"
                          "1 = 192.0.2.0/24 alice@example.net bob@example.org\n"
                          "2 = 192.0.2.1 bob@example.org\n"
                          "3 = 192.0.2.1 \"a b\"@example.net bob@example.org\n"
                          "4 = 203.0.113.7\n");
    EXPECT_EQ(result.keys(), (std::vector<std::string>{"192.0.2.0 alice@example.net bob@example.org",
                                                       "192.0.2.0 <> bob@example.org",
                                                       "192.0.2.0 \"a%20b\"@example.net bob@example.org"}));
    EXPECT_EQ(result.keys(Kind::client), std::vector<std::string>{"203.0.113.7"});
    EXPECT_EQ(result.records.back().count, 5);
    EXPECT_TRUE(result.complaints.empty());
}

TEST(Greylistd, ANetworkThatNoKeyCanHoldIsComplainedOf) {
    for (const std::string network : {"192.0.0.0/16", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x"}) {
        const auto result = read("greylistd", "1 = " + network + " alice@example.net bob@example.org\n");
        EXPECT_TRUE(result.records.empty()) << network;
        EXPECT_TRUE(result.complaints.contains(1)) << network;
    }
    greylist::Grouping by_host;
    by_host.by_host = true;
    EXPECT_FALSE(read("greylistd", "1 = 192.0.2.0/24 a@b c@d\n", {{}, by_host, now}).complaints.empty());
}

TEST(MilterGreylist, AnAddressMayHaveANumberSignABlankOrATab) {
    const auto result = read(
        "milter-greylist", "192.0.2.3\t<bounce#7@example.net>\t<list#1@example.org>\t1700000300 AUTO # 2023\n"
                           "192.0.2.3 <\"a b\"@example.net> <> 1700000300 auto\n"
                           "192.0.2.3 <\"a\t>\"@example.net> carol@example.org 1700000300 TARPIT\n"
                           "# 192.0.2.3 <a@b> <c@d> 1700000300\n");
    EXPECT_TRUE(result.complaints.empty());
    EXPECT_EQ(result.keys(), (std::vector<std::string>{"192.0.2.0 bounce##@example.net list#1@example.org",
                                                       "192.0.2.0 \"a%20b\"@example.net <>",
                                                       "192.0.2.0 \"a%09>\"@example.net carol@example.org"}));
    EXPECT_EQ(result.records[2].count, 0);
}

TEST(MilterGreylist, ItsDumpIsRead) {
    const auto result =
        read("milter-greylist",
             "# a remark\n192.0.2.1\t<alice@example.net>\t<bob@example.org>\t1700000300 # 2023\n"
             "192.0.2.1\t<carol@example.net>\t<bob@example.org>\t1900000000 AUTO\nno tabs\n");
    ASSERT_EQ(result.records.size(), 2);
    EXPECT_EQ(result.records[0], (Record{triplet_key("192.0.2.0", "alice@example.net", "bob@example.org"),
                                         at(1700000000), at(1700000000), 0}));
    EXPECT_EQ(result.records[1].last, now);
    EXPECT_EQ(result.records[1].count, 1);
    EXPECT_TRUE(result.complaints.contains(4));
}

TEST(Spamdb, GreyAndWhiteEntriesAreRead) {
    const auto result = read(
        "spamdb",
        "GREY|192.0.2.1|mail|<alice@example.net>|<bob@example.org>|1700000000|1700001500|1700014400|1|0\n"
        "GREY|192.0.2.1|<carol@example.net>|<bob@example.org>|1700000000|1700001500|1700014400|1|0\n"
        "WHITE|192.0.2.1||||1700000000|1700001500|1703110000|1|3\n"
        "TRAPPED|192.0.2.9|1700000000\nSPAMTRAP|trap@example.org\nDOMAIN|example.org\nBLUE|192.0.2.1\n");
    ASSERT_EQ(result.records.size(), 3);
    EXPECT_EQ(result.records[0].key, triplet_key("192.0.2.0", "alice@example.net", "bob@example.org"));
    EXPECT_EQ(result.records[1].key, triplet_key("192.0.2.0", "carol@example.net", "bob@example.org"));
    EXPECT_EQ(result.records[2], (Record{client_key("192.0.2.1"), at(1700001500), at(1700001500), 5}));
    EXPECT_EQ(result.complaints.size(), 1);
    EXPECT_TRUE(result.complaints.contains(7));
}

TEST(Import, NothingIsLaterThanNow) {
    const std::map<std::string, std::string> inputs{
        {"greyonce", "C 000009 9999999999 192.0.2.1\nT 9999999999 9999999999 000001 192.0.2.0 a@b c@d\n"},
        {"postgrey", print_header + " 192.0.2.1\n 9,9999999999\n"},
        {"greylistd", "[white]\n1 = 9999999999 9999999999 1\n1 = 192.0.2.1 a@b c@d\n"},
        {"milter-greylist", "192.0.2.1\t<a@b>\t<c@d>\t9999999999\n"},
        {"spamdb", "GREY|192.0.2.1|m|<a@b>|<c@d>|9999999999|9999999999|9999999999|1|0\n"},
        {"sqlgrey", "a|b|192.0.2.1|2200-01-01 00:00:00|2200-01-01 00:00:00\n"},
        {"log", "2200-01-01 00:00:00 1abcDE-000123-AB <= a@b H=m [192.0.2.1] P=smtp S=1\n"
                "2200-01-01 00:00:00 1abcDE-000123-AB => c@d R=r T=t\n"}};
    for (const auto& [format, text] : inputs) {
        const auto result = read(format, text);
        EXPECT_FALSE(result.records.empty()) << format;
        for (const Record& record : result.records) {
            EXPECT_LE(record.first, now) << format;
            EXPECT_LE(record.last, now) << format;
        }
    }
}

TEST(Import, NoNumberIsTooLargeForArithmetic) {
    for (const std::string number : {"9223372036854775807", "-9223372036854775808", "99999999999999999999"}) {
        for (const auto& [format, text] : std::map<std::string, std::string>{
                 {"greylistd", "[grey]\n1 = " + number + ' ' + number + " 1\n1 = 192.0.2.1 a@b c@d\n"},
                 {"milter-greylist", "192.0.2.1\t<a@b>\t<c@d>\t" + number + '\n'},
                 {"spamdb", "GREY|192.0.2.1|m|<a@b>|<c@d>|" + number + '|' + number + "|1|1|0\n"},
                 {"postgrey", print_header + " 192.0.2.1\n " + number + ",1\n"}}) {
            EXPECT_FALSE(read(format, text).complaints.empty()) << format << ' ' << number;
        }
    }
}

TEST(Import, WhatIsOfAnotherFormatIsNotUnderstood) {
    for (const std::string format :
         {"postgrey", "greylistd", "spamdb", "milter-greylist", "sqlgrey", "log", "greyonce"}) {
        EXPECT_EQ(read(format, "Nov 21 20:53:45 mx sshd[1]: Connection closed by 192.0.2.1\nDear Bob,\n")
                      .understood,
                  0)
            << format;
    }
}

} // namespace
} // namespace transfer
