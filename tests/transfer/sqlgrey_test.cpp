#include "reading.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace transfer {
namespace {

using Keys = std::vector<std::string>;

// As the databases' own tools print three tables of one row each.
const std::string mysqldump = R"(-- MariaDB dump 10.19
/*!40103 SET TIME_ZONE='+00:00' */;
CREATE TABLE `connect` (
  `sender_name` varchar(64) NOT NULL,
  PRIMARY KEY (`src`,`sender_domain`)
) ENGINE=InnoDB;
INSERT INTO `connect` VALUES ('alice','example.net','192.0.2','bob@example.org','2023-11-14 22:13:20'),('o\'x','example.net','2001:db8::1','a\\,b@example.org','2023-11-14 22:13:20');
INSERT INTO `from_awl` VALUES ('carol','example.net','198.51.100.7','2023-11-14 22:13:20','2023-11-14 23:13:20');
INSERT INTO `domain_awl` VALUES ('example.com','203.0.113.9','2023-11-14 22:13:20','2023-11-14 23:13:20');
INSERT INTO `config` VALUES ('version','3');
INSERT INTO `optin_domain` VALUES ('example.org');
)";

TEST(Sqlgrey, AMysqldumpIsRead) {
    const auto result = read("sqlgrey", mysqldump);
    EXPECT_TRUE(result.complaints.empty());
    EXPECT_EQ(result.keys(), (Keys{"192.0.2.0 alice@example.net bob@example.org",
                                   "2001:db8:: o'x@example.net a\\,b@example.org"}));
    EXPECT_EQ(result.keys(Kind::client), (Keys{"198.51.100.7", "203.0.113.9"}));
    EXPECT_EQ(result.records[0], (Record{result.records[0].key, at(1700000000), at(1700000000), 0}));
    EXPECT_EQ(result.records[2], (Record{result.records[2].key, at(1700003600), at(1700003600), 5}));
}

TEST(Sqlgrey, EveryOtherWayToWriteARowIsRead) {
    for (const std::string& text : std::vector<std::string>{
             "INSERT INTO `connect` (`sender_name`, `sender_domain`, `src`, `rcpt`, `first_seen`) VALUES\n"
             "('alice','example.net','192.0.2','bob@example.org','2023-11-14 22:13:20'),\n"
             "('carol','example.net','192.0.2','bob@example.org','2023-11-14 22:13:20');\n",
             "INSERT INTO connect VALUES('alice','example.net','192.0.2','bob@example.org','2023-11-14 "
             "22:13:20');\n"
             "INSERT INTO \"connect\" VALUES('carol','example.net','192.0.2','bob@example.org','2023-11-14 "
             "22:13:20');\n",
             "INSERT INTO public.connect VALUES ('alice', 'example.net', '192.0.2', 'bob@example.org', "
             "'2023-11-14 22:13:20.123');\nREPLACE INTO connect VALUES "
             "(_binary 'carol','example.net','192.0.2','bob@example.org',20231114221320);\n",
             "COPY public.connect (sender_name, sender_domain, src, rcpt, first_seen) FROM stdin;\n"
             "alice\texample.net\t192.0.2\tbob@example.org\t2023-11-14 22:13:20.5\n"
             "carol\texample.net\t192.0.2\tbob@example.org\t2023-11-14 22:13:20+00\n\\.\n\n",
             "alice|example.net|192.0.2|bob@example.org|2023-11-14 22:13:20\n"
             "carol|example.net|192.0.2|bob@example.org|1700000000\n",
             "sender_name\tsender_domain\tsrc\trcpt\tfirst_seen\nalice\texample.net\t192.0.2\tbob@example."
             "org\t2023-11-14 "
             "22:13:20\ncarol\texample.net\t192.0.2\tbob@example.org\t2023-11-14 22:13:20\n",
             " sender_name | sender_domain |   src   |      rcpt       |     first_seen      \n"
             "-------------+---------------+---------+-----------------+---------------------\n"
             " alice       | example.net   | 192.0.2 | bob@example.org | 2023-11-14 22:13:20\n"
             " carol       | example.net   | 192.0.2 | bob@example.org | 2023-11-14 22:13:20\n(2 rows)\n",
             "+-------+\n| alice | example.net | 192.0.2 | bob@example.org | 2023-11-14 22:13:20 |\n"
             "| carol | example.net | 192.0.2 | bob@example.org | 2023-11-14 22:13:20 |\n+-------+\n",
             "\"alice\",\"example.net\",\"192.0.2\",\"bob@example.org\",\"2023-11-14 22:13:20\"\n"
             "carol,example.net,192.0.2,bob@example.org,\"2023-11-14 22:13:20\"\n",
             "'alice';'example.net';'192.0.2';'bob@example.org';'2023-11-14 22:13:20'\n"
             "carol;example.net;192.0.2;bob@example.org;2023-11-14 22:13:20\n"}) {
        const auto result = read("sqlgrey", text);
        EXPECT_TRUE(result.complaints.empty()) << text;
        EXPECT_EQ(result.keys(), (Keys{"192.0.2.0 alice@example.net bob@example.org",
                                       "192.0.2.0 carol@example.net bob@example.org"}))
            << text;
    }
}

TEST(Sqlgrey, QuotesAndBackslashesAreReadAsTheDatabaseWritesThem) {
    EXPECT_EQ(
        read("sqlgrey",
             "INSERT INTO connect VALUES('o''x\\','example.net','192.0.2','b@c','2023-11-14 22:13:20');\n")
            .keys(),
        Keys{"192.0.2.0 o'x\\@example.net b@c"});
    EXPECT_EQ(
        read("sqlgrey",
             "COPY connect (a) FROM stdin;\no'x\\\\\texample.net\t192.0.2\tb@c\t2023-11-14 22:13:20\n\\.\n")
            .keys(),
        Keys{"192.0.2.0 o'x\\@example.net b@c"});
    EXPECT_EQ(read("sqlgrey", "\"o\"\"x\",example.net,192.0.2,b@c,2023-11-14 22:13:20\n").keys(),
              Keys{"192.0.2.0 o\"x@example.net b@c"});
}

TEST(Sqlgrey, TimesHaveTheZonesOfTheirDatabase) {
    EXPECT_EQ(read("sqlgrey", "a|b|192.0.2.1|c@d|2023-11-15 00:13:20+02\n").records.at(0).first,
              at(1700000000));
    EXPECT_EQ(read("sqlgrey", "a|b|192.0.2.1|c@d|2023-11-14 18:43:20.5-03:30\n").records.at(0).first,
              at(1700000000));
}

TEST(Sqlgrey, TheNullSenderAndSendersWithoutADomainAreRead) {
    EXPECT_EQ(read("sqlgrey", "-undef-|-undef-|192.0.2.1|bob@example.org|2023-11-14 22:13:20\n"
                              "root|-undef-|192.0.2.1|bob@example.org|2023-11-14 22:13:20\n")
                  .keys(),
              (Keys{"192.0.2.0 <> bob@example.org", "192.0.2.0 root bob@example.org"}));
}

TEST(Sqlgrey, OfANetworkEveryAddressNeedNotWait) {
    const auto clients = read("sqlgrey", "a|example.net|192.0.2|2023-11-14 22:13:20|2023-11-14 22:13:20\n"
                                         "b|example.net|192.0.2|2023-11-14 22:13:20|2023-11-14 23:13:20\n"
                                         "example.net|192.0.2|2023-11-14 22:13:20|2023-11-14 22:13:20\n");
    ASSERT_EQ(clients.keys(Kind::client).size(), 256);
    EXPECT_EQ(clients.keys(Kind::client).front(), "192.0.2.0");
    EXPECT_EQ(clients.keys(Kind::client).back(), "192.0.2.255");
    const auto later =
        read("sqlgrey",
             "b|example.net|192.0.2|1700000000|1700003600\na|example.net|192.0.2|1700000000|1700000000\n");
    EXPECT_EQ(later.records[0].last, at(1700003600));
}

TEST(Sqlgrey, WhatCannotPassAsAClientIsComplainedOfOnce) {
    Home home{{}, {}, now};
    home.rule.auto_whitelist_clients = 0;
    const auto result =
        read("sqlgrey", "\na|b|192.0.2.1|1700000000|1700000000\na|b|192.0.2.2|1700000000|1700000000\n", home);
    EXPECT_TRUE(result.records.empty());
    EXPECT_EQ(result.complaints.size(), 1);
    EXPECT_TRUE(result.complaints.contains(2));
}

TEST(Sqlgrey, ASourceThatIsNoneIsComplainedOf) {
    for (const std::string source : {"192.0", "nowhere", "", "192.0.2.", "192.0.256"}) {
        const auto result = read("sqlgrey", "a|b|" + source + "|1700000000|1700000000\n");
        EXPECT_TRUE(result.records.empty()) << source;
        EXPECT_TRUE(result.complaints.contains(1)) << source;
    }
}

TEST(Sqlgrey, ADumpOfEmptyTablesIsUnderstood) {
    EXPECT_GT(read("sqlgrey", "CREATE TABLE from_awl (sender_name varchar(64) NOT NULL);\n").understood, 0);
    EXPECT_EQ(read("sqlgrey", "CREATE TABLE wp_posts (id int);\nINSERT INTO `wp_posts` VALUES (1,'a');\n")
                  .understood,
              0);
}

} // namespace
} // namespace transfer
