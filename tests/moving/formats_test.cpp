#include "moving/format.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

namespace moving {
namespace {

using namespace std::chrono_literals;
using greylist::client_key;
using greylist::triplet_key;

constexpr Time now{1'800'000'000s};

Time at(std::int64_t seconds) {
    return Time{Seconds{seconds}};
}

struct Result {
    std::vector<Record> records;
    std::map<std::size_t, std::string> complaints;
};

Result read(std::string_view format, const std::string& text) {
    Result result;
    const auto reader =
        reader_of(format, Home{{}, {}, now},
                  {[&](Record record) { result.records.push_back(std::move(record)); },
                   [&](std::size_t line, std::string_view why) { result.complaints[line] = why; }});
    std::istringstream lines(text);
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        reader->take(line, number);
    }
    reader->finish();
    return result;
}

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
        "TRAPPED|192.0.2.9|1700000000\n");
    ASSERT_EQ(result.records.size(), 3);
    EXPECT_EQ(result.records[0].key, triplet_key("192.0.2.0", "alice@example.net", "bob@example.org"));
    EXPECT_EQ(result.records[1].key, triplet_key("192.0.2.0", "carol@example.net", "bob@example.org"));
    EXPECT_EQ(result.records[2], (Record{client_key("192.0.2.1"), at(1700001500), at(1700001500), 5}));
    EXPECT_TRUE(result.complaints.contains(4));
}

TEST(Log, AnEximMessageThatWasDeliveredIsKnown) {
    const auto result =
        read("log", "2023-11-14 22:13:20 +0000 1abcDE-000123-AB <= Alice@example.net H=mail.example.net (x) "
                    "[192.0.2.1]:25 P=esmtp S=1 for bob@example.org\n"
                    "2023-11-14 22:13:21 +0000 1abcDE-000123-AB => bob <Bob@example.org> "
                    "F=<alice@example.net> R=local T=mbox\n"
                    "2023-11-14 22:13:21 +0000 1abcDE-000123-AB ** carol@example.org: unknown\n"
                    "2023-11-14 22:13:22 +0000 1abcDE-000123-AB Completed\n"
                    "2023-11-14 22:13:20 +0000 1abcDE-000124-AB <= u@example.org H=home [192.0.2.2] "
                    "P=esmtpsa A=plain:u S=1\n"
                    "2023-11-14 22:13:21 +0000 1abcDE-000124-AB => dave@example.com R=dnslookup T=smtp\n"
                    "2023-11-14 22:13:20 +0000 1abcDE-000125-AB <= <> U=root P=local S=1\n"
                    "2023-11-14 22:13:21 +0000 1abcDE-000125-AB => root@example.com R=dnslookup T=smtp\n");
    ASSERT_EQ(result.records.size(), 2);
    EXPECT_EQ(result.records[0].key, triplet_key("192.0.2.0", "alice@example.net", "bob@example.org"));
    EXPECT_EQ(result.records[0].last, at(1700000001));
    EXPECT_EQ(result.records[0].count, 1);
    EXPECT_EQ(result.records[1], (Record{client_key("192.0.2.1"), at(1700000001), at(1700000001), 1}));
}

TEST(Log, APostfixMessageThatWasDeliveredIsKnown) {
    const auto result =
        read("log",
             "2023-11-14T22:13:20.123+00:00 mx postfix/smtpd[1]: 4AB12: client=mail.example.net[192.0.2.1]\n"
             "2023-11-14T22:13:20.123+00:00 mx postfix/qmgr[2]: 4AB12: from=<alice@example.net>, size=300, "
             "nrcpt=1\n"
             "2023-11-14T23:13:20.9+01:00 mx postfix/local[3]: 4AB12: to=<bob@mx.example.org>, "
             "orig_to=<bob@example.org>, "
             "relay=local, delay=1, status=sent (delivered)\n"
             "2023-11-14T22:13:21.9+00:00 mx postfix/smtp[3]: 4AB12: to=<c@example.org>, relay=x, "
             "status=deferred (no)\n"
             "2023-11-14T22:13:22+00:00 mx postfix/qmgr[2]: 4AB12: removed\n"
             "2023-11-14T22:13:20+00:00 mx postfix/submission/smtpd[1]: 4AB13: client=h[192.0.2.2], "
             "sasl_username=u\n"
             "2023-11-14T22:13:20+00:00 mx postfix/qmgr[2]: 4AB13: from=<u@example.org>, size=300, nrcpt=1\n"
             "2023-11-14T22:13:20+00:00 mx postfix/smtp[3]: 4AB13: to=<c@example.org>, relay=x, status=sent "
             "(yes)\n");
    ASSERT_EQ(result.records.size(), 2);
    EXPECT_EQ(result.records[0].key, triplet_key("192.0.2.0", "alice@example.net", "bob@example.org"));
    EXPECT_EQ(result.records[0].last, at(1700000000));
}

TEST(Log, ATimeWithoutAYearIsTheLatestThatHasBeen) {
    const auto result = read(
        "log",
        "Nov 14 22:13:20 mx postfix/smtpd[1]: 4AB12: client=mail.example.net[192.0.2.1]\n"
        "Nov 14 22:13:20 mx postfix/qmgr[2]: 4AB12: from=<>, size=300, nrcpt=1 (queue active)\n"
        "Nov 14 22:13:20 mx postfix/local[3]: 4AB12: to=<bob@example.org>, relay=local, status=sent (ok)\n");
    ASSERT_EQ(result.records.size(), 2);
    EXPECT_LT(result.records[0].last, now);
    EXPECT_GT(result.records[0].last, now - 24h * 367);
}

} // namespace
} // namespace moving
