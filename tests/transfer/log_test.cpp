#include "reading.hpp"
#include "transfer/log_line.hpp"
#include "transfer/mailbox.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace transfer {
namespace {

using namespace std::chrono_literals;
using greylist::client_key;
using greylist::triplet_key;
using Keys = std::vector<std::string>;

// An arrival and a delivery of Exim's, whatever stands between the sender and the end.
std::string exim(const std::string& arrival, const std::string& delivery) {
    return "2023-11-14 22:13:20 1abcDE-000123-AB <= " + arrival +
           "\n2023-11-14 22:13:21 1abcDE-000123-AB => " + delivery + '\n';
}

const std::string plain_arrival = "alice@example.net H=mail.example.net [192.0.2.1] P=esmtp S=300";
const std::string plain_delivery = "bob <bob@example.org> R=local T=mbox";
const Keys plain_keys{"192.0.2.0 alice@example.net bob@example.org"};

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

TEST(Log, OutgoingItTellsWhomOursHaveWrittenTo) {
    const std::string lines =
        "2023-11-14 22:13:20 +0000 1abcDE-000123-AB <= alice@example.net H=mail.example.net [192.0.2.1] "
        "P=esmtp S=1\n"
        "2023-11-14 22:13:21 +0000 1abcDE-000123-AB => bob <bob@example.org> R=local T=mbox\n"
        "2023-11-14 22:13:20 +0000 1abcDE-000124-AB <= U@example.org H=home [192.0.2.2] P=esmtpsa "
        "A=plain:u S=1\n"
        "2023-11-14 22:13:21 +0000 1abcDE-000124-AB => dave@mail.example.com R=dnslookup T=smtp\n"
        "2023-11-14 22:13:21 +0000 1abcDE-000124-AB ** erin@example.edu: unknown\n"
        "2023-11-14T22:13:20+00:00 mx postfix/submission/smtpd[1]: 4AB13: client=h[192.0.2.2], "
        "sasl_method=PLAIN, sasl_username=u\n"
        "2023-11-14T22:13:20+00:00 mx postfix/qmgr[2]: 4AB13: from=<v@example.org>, size=300, nrcpt=1 (queue "
        "active)\n"
        "2023-11-14T22:13:21+00:00 mx postfix/smtp[3]: 4AB13: to=<f@example.gov>, relay=x[192.0.2.9]:25, "
        "delay=1, "
        "status=sent (250 ok)\n";
    const auto result = read("log", lines, {{}, {}, now, true});
    EXPECT_EQ(result.keys(Kind::correspondent),
              (Keys{"example.com u@example.org", "example.gov v@example.org"}));
    EXPECT_EQ(result.records.size(), 2U);
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

struct EximCase {
    std::string line;
    std::string told; // the client or the recipient; empty where nothing is to be told
};

TEST(EximLog, TheClientIsTheLastBracketOfH) {
    for (const auto& [line, client] : std::vector<EximCase>{
             {"a@b H=mail.example.net [192.0.2.1] P=esmtp S=300", "192.0.2.1"},
             {"a@b H=[192.0.2.1] P=smtp S=300", "192.0.2.1"},
             {"a@b H=[192.0.2.1]:4567 I=[198.51.100.6]:25 P=smtp S=300", "192.0.2.1"},
             {"a@b H=([10.11.10.11]) [192.0.2.1] P=esmtp S=300", "192.0.2.1"},
             {"a@b H=([IPv6:2001:db8::9]) [2001:db8::1]:25 P=esmtp S=300", "2001:db8::"},
             {"a@b H=mail.example.net ([203.0.113.5]) [192.0.2.1]:14243 I=[198.51.100.6]:25 P=esmtp S=300",
              "192.0.2.1"},
             {"a@b R=1abcDE-000122-AB DS H=(h) [192.0.2.1] TFO* U=ident of mine Ci=123 P=esmtps L*- SPF=pass "
              "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no DN=\"CN=a \"b\" c\" SNI=mx.example.org PRDR "
              "PRX=[::1] K S=300 "
              "M8S=8 DKIM=example.net,example.com ARC DMARC=accept RT=0.1s Q=low id=\"a b\"@[127.0.0.1] "
              "T=\"Re: \\\"x\\\" [203.0.113.9]\" from <\"a b\"@example.net> for bob@example.org \"x "
              "y\"@example.org",
              "192.0.2.1"},
             {"a@b H=(h) [192.0.2.1] P=esmtp NEW=field NEWER S=300", "192.0.2.1"},
             // what stands in an address is no field
             {"\"x H=(y) [203.0.113.9] P=esmtp S=1\"@b H=(h) [192.0.2.1] P=esmtp S=300", "192.0.2.1"},
             {"x\\ H=(y)\\ [203.0.113.9]@b H=(h) [192.0.2.1] P=esmtp S=300", ""}, // ( is no letter of a word
             {"x\\ H=y\\ \\[203.0.113.9\\]@b H=(h) [192.0.2.1] P=esmtp S=300", "192.0.2.1"},
             {"a@[203.0.113.9] H=(h) [192.0.2.1] P=esmtp S=300", "192.0.2.1"},
             // nor what stands in HELO
             {"a@b H=(x) [203.0.113.9] P=esmtp S=1) [192.0.2.1] P=esmtp S=300", "192.0.2.1"},
             {"a@b H=(x) [203.0.113.9] P=esmtp S=1 id=x) [192.0.2.1] P=esmtp S=300", "192.0.2.1"},
             {"a@b H=(x) [203.0.113.9] P=esmtp S=1 T=\") [192.0.2.1] P=esmtp S=300", "192.0.2.1"},
             {"a@b H=(x) [203.0.113.9] P=esmtp S=1 T=\") [192.0.2.1] P=esmtp S=300 T=\"x\"", "192.0.2.1"},
             {"a@b H=([203.0.113.9] P=esmtp S=1) [192.0.2.1] P=esmtp S=300", "192.0.2.1"},
             // nor in a message id or a subject
             {"a@b H=(h) [192.0.2.1] P=esmtp S=300 id=\"y) [203.0.113.9] P=esmtp S=1\"@b", "192.0.2.1"},
             {"a@b H=(h) [192.0.2.1] P=esmtp S=300 T=\"y) [203.0.113.9] P=esmtp S=1\"", "192.0.2.1"},
             {"a@b H=(h) [192.0.2.1] P=esmtp S=300 T=\"y) [203.0.113.9] P=esmtp S=1 T=\\\"z\"", "192.0.2.1"},
             {"a@b H=(h) [192.0.2.1] P=esmtp S=300 for \"y) [203.0.113.9] P=esmtp S=1\"@b", "192.0.2.1"},
             // nor what is out of its order, or has no protocol
             {"a@b H=(x) [203.0.113.9] P=esmtp S=1 SNI=) [192.0.2.1] P=esmtp S=300", "192.0.2.1"},
             {"a@b H=(h) [192.0.2.1] S=300", ""},
             // two readings are none
             {"a@b H=(h) [192.0.2.1] P=esmtp DN=\"CN=x) [203.0.113.9] P=esmtp DN=\"y\" S=300", ""},
             {"a@b H=(h) [192.0.2.1] U=x) [203.0.113.9] P=esmtp S=300", ""},
             // and these are no arrivals of Exim's from another host
             {"a@b U=root P=local S=300", ""},
             {"a@b U=H=(x) [192.0.2.1] P=local S=300", ""},
             {"a@b H=(h) [192.0.2.1] P=esmtp", ""},
             {"a@b H=(h) [192.0.2.1 P=esmtp S=300", ""},
             {"a@b H=(h) [192.0.2.256] P=esmtp S=300", ""},
             {"a@b H=(h) [192.0.2.1] P=esmtp S=300 T=\"x", ""},
             {"a@b H=", ""},
             {"a@b H=(", ""},
             {"\"a@b H=(h) [192.0.2.1] P=esmtp S=300", ""},
             {"", ""}}) {
        const auto clients = read("log", exim(line, plain_delivery)).keys(Kind::client);
        EXPECT_EQ(clients, client.empty() ? Keys{} : Keys{client}) << line;
    }
}

TEST(EximLog, TheRecipientIsTheOneThatWasAskedFor) {
    for (const auto& [line, recipient] : std::vector<EximCase>{
             {"bob <bob@example.org> R=local T=mbox", "bob@example.org"},
             {"u@example.com P=<v@example.net> R=r3 T=t3", "u@example.com"},
             {"u@store.example.com <bob@example.org> F=<a@b> Q=low P=<a@b> R=r T=t S=300 H=store "
              "[198.51.100.1]:24* "
              "PRX=[::1]:1 I=[198.51.100.6]:25 TFO PS=x X=TLS1.3:x:256 CV=dane DN=\"CN=x\" A=plain:me L* "
              "PRDR K "
              "DKIM=example.org C=\"250 OK <x@y> R=a T=b\" QT=1s DT=0.1s",
              "bob@example.org"},
             {"u@store.example.com (list@example.org, more@example.org) <bob@example.org> R=r T=t",
              "bob@example.org"},
             {"|/usr/bin/filter <x> <eve@example.org> <bob@example.org> R=al T=pipe", "bob@example.org"},
             {"/var/mail/bob (bob-file@example.org) <bob@example.org> R=al T=file", "bob@example.org"},
             {"x y <\"x y\"@example.org> R=any T=mbox", "x%20y@example.org"},
             {"x\" <\"x\\\"\"@example.org> R=any T=mbox", "x\"@example.org"},
             {"bob <bob@example.org> T=filter", "bob@example.org"}, // of the system filter
             {"bob <bob@example.org> R=local T=mbox ST=shadow (it failed: why)", "bob@example.org"},
             // what a local part has in it is no field
             {"bob <eve@example.org> R=x T=y <\"bob <eve@example.org> R=x T=y\"@example.org> R=local T=mbox",
              "bob%20<eve@example.org>%20r=x%20t=y@example.org"},
             {"z F=<\"x> R=a T=b\"@c> R=local T=mbox", ""},
             {"bob <bob@example.org> F=<\"x> R=a T=b\"@c> R=local T=mbox", "bob@example.org"},
             // nobody had it
             {"blackhole (DATA ACL discarded recipients)", ""},
             {":blackhole: <bob@example.org> R=local", ""},
             {"/dev/null <bob@example.org> R=al T=**bypassed**", ""},
             {"bob@example.org R=amavis T=smtp H=127.0.0.1 [127.0.0.1] C=\"250 2.7.0 Ok, discarded, id=1 - "
              "spam\"",
              ""},
             {"bob <bob@example.org>", ""},
             {"bob R=local T=mbox", ""},
             {"bob <bob> R=local T=mbox", ""},
             {"", ""}}) {
        const auto keys = read("log", exim(plain_arrival, line)).keys();
        EXPECT_EQ(keys, recipient.empty() ? Keys{} : Keys{"192.0.2.0 alice@example.net " + recipient})
            << line;
    }
}

TEST(EximLog, WhatIsNotDeliveredIsNotKnown) {
    for (const std::string flag : {"**", "==", "*>", "<=", "(=", "SMTP"}) {
        EXPECT_TRUE(read("log", "2023-11-14 22:13:20 1abcDE-000123-AB <= " + plain_arrival +
                                    "\n2023-11-14 22:13:21 1abcDE-000123-AB " + flag + ' ' + plain_delivery +
                                    '\n')
                        .records.empty())
            << flag;
    }
}

TEST(EximLog, AuthenticatedMailIsNotKnownAndASubjectDoesNotMakeItSo) {
    EXPECT_TRUE(read("log", exim("a@b H=(pc) [192.0.2.1] P=esmtpsa X=x CV=no A=plain:dave S=300 T=\"x\"",
                                 plain_delivery))
                    .records.empty());
    EXPECT_TRUE(
        read("log", exim("a@b H=(pc) [192.0.2.1] P=esmtpa A=plain:dave of \"A=\" S=300", plain_delivery))
            .records.empty());
    EXPECT_EQ(read("log", exim(plain_arrival + " T=\"set A=1 S=3 please => now\" from <a@b> for c@d",
                               plain_delivery))
                  .keys(),
              plain_keys);
    EXPECT_EQ(read("log", exim(plain_arrival + " T=\"Re: postfix/smtpd[1]: x\"", plain_delivery)).keys(),
              plain_keys);
}

TEST(EximLog, CutthroughDeliveriesStandBeforeTheArrivalOrBehind) {
    const std::string arrived = "2023-11-14 22:13:20 1abcDE-000123-AB <= " + plain_arrival + '\n';
    const std::string delivered =
        "2023-11-14 22:13:20 1abcDE-000123-AB >> bob@example.org R=r T=t H=h [198.51.100.7] "
        "C=\"250 OK\"\n";
    const std::string completed = "2023-11-14 22:13:21 1abcDE-000123-AB Completed\n";
    EXPECT_EQ(read("log", delivered + arrived + completed).keys(), plain_keys);
    EXPECT_EQ(read("log", arrived + delivered + completed).keys(), plain_keys);
    EXPECT_TRUE(read("log", delivered + completed + arrived).records.empty());
}

TEST(EximLog, EveryWayToWriteItsLinesIsRead) {
    for (const std::string before :
         {"", "[4711] ", "Nov 14 22:13:20 mx exim[1]: ", "Nov 14 22:13:20 postfix-old exim[1]: ",
          "<22>1 2023-11-14T22:13:20Z mx exim 1 - - ", "Nov 14 22:13:20 mx mta-in: "}) {
        for (const std::string stamp : {"2023-11-14 22:13:20 ", "2023-11-14 22:13:20.123 ",
                                        "2023-11-14 22:13:20 +0100 ", "2023-11-14 22:13:20.123 -0330 ", ""}) {
            for (const std::string id : {"1abcDE-000123-AB", "1tabcD-0000000abcD-01AB"}) {
                if (stamp.empty() && before.size() < 10) {
                    continue;
                }
                const bool is_file = before.size() < 10;
                const std::string start = is_file ? stamp + before : before + stamp;
                EXPECT_EQ(read("log", start + id + " <= " + plain_arrival + '\n' + start + id + " => " +
                                          plain_delivery + '\n')
                              .keys(),
                          plain_keys)
                    << start << id;
            }
        }
    }
}

TEST(EximLog, ALineThatMayHaveBeenCutTellsNothing) {
    const std::string hostile = "a@b H=(x) [203.0.113.9] P=esmtp S=1 id=" + std::string(10'000, 'a');
    EXPECT_TRUE(read("log", exim(hostile.substr(0, 8170), plain_delivery)).records.empty());
    const std::string syslog = "Nov 14 22:13:20 mx exim[1]: 1abcDE-000123-AB ";
    const std::string delivery = syslog + "=> " + plain_delivery + '\n';
    EXPECT_TRUE(read("log", syslog + "<= " + hostile.substr(0, 870) + '\n' + delivery).records.empty());
    EXPECT_TRUE(read("log", "Nov 14 22:13:20 mx exim[1]: [1/2] 1abcDE-000123-AB <= " + plain_arrival + '\n' +
                                delivery)
                    .records.empty());
    EXPECT_EQ(read("log", syslog + "<= " + plain_arrival + " id=" + std::string(700, 'a') + "@b\n" + delivery)
                  .keys(),
              plain_keys);
}

TEST(EximLog, ItsOtherLinesAreUnderstoodAsWell) {
    EXPECT_EQ(read("log", "2023-11-14 22:13:20 Start queue run: pid=1\n").understood, 1);
    EXPECT_EQ(
        read("log", "2023-11-14 22:13:20 H=(x) [192.0.2.1] F=<a@b> rejected RCPT <c@d>: no\n").understood, 1);
    EXPECT_EQ(read("log", "2023-11-14 22:13:20 something else\n").understood, 0);
}

const std::string postfix_start = "Nov 14 22:13:20 mx postfix/";

// Lines of Postfix's, PROGRAM ID: TEXT.
std::string postfix(const std::vector<std::string>& lines, const std::string& start = postfix_start) {
    std::string text;
    for (const std::string& line : lines) {
        const std::size_t blank = line.find(' ');
        text += start + line.substr(0, blank) + "[1]:" + line.substr(blank) + '\n';
    }
    return text;
}

const std::string from_alice = "qmgr 4AB12: from=<alice@example.net>, size=300, nrcpt=1 (queue active)";
const std::string to_bob =
    "local 4AB12: to=<bob@example.org>, relay=local, delay=0.1, delays=0/0/0/0, dsn=2.0.0, "
    "status=sent (delivered)";

TEST(PostfixLog, TheClientIsTheOneBeforeTheFilter) {
    for (const auto& [line, client] : std::vector<EximCase>{
             {"mail.example.net[192.0.2.1]", "192.0.2.1"},
             {"unknown[2001:db8::1]", "2001:db8::"},
             {"mail.example.net[192.0.2.1]:4567", "192.0.2.1"},
             {"localhost[127.0.0.1], orig_client=mail.example.net[192.0.2.1]", "192.0.2.1"},
             {"localhost[::1], orig_queue_id=4AB11, orig_client=mail.example.net[192.0.2.1]", "192.0.2.1"},
             {"localhost[127.0.0.1], orig_client=unknown[unknown]", ""},
             {"localhost[127.0.0.1]", ""},
             {"localhost[::1]", ""},
             {"mail.example.net[192.0.2.1], sasl_method=PLAIN, sasl_username=u", ""},
             {"unknown[unknown]", ""},
             {"mail.example.net", ""}}) {
        const auto clients =
            read("log", postfix({"smtpd 4AB12: client=" + line, from_alice, to_bob})).keys(Kind::client);
        EXPECT_EQ(clients, client.empty() ? Keys{} : Keys{client}) << line;
    }
}

TEST(PostfixLog, WhatComesBackFromAFilterCountsOnce) {
    const Keys keys =
        read("log",
             postfix({"smtpd 4AB11: client=home.example[192.0.2.1], sasl_method=PLAIN, sasl_username=u",
                      "smtpd 4AB12: client=localhost[127.0.0.1], orig_queue_id=4AB11, "
                      "orig_client=home.example[192.0.2.1]",
                      from_alice, to_bob}))
            .keys();
    EXPECT_TRUE(keys.empty());
    EXPECT_TRUE(
        read("log",
             postfix({"smtpd NOQUEUE: client=home.example[192.0.2.1], sasl_method=PLAIN, sasl_username=u",
                      "smtpd 4AB12: client=localhost[127.0.0.1], orig_client=home.example[192.0.2.1]",
                      from_alice, to_bob}))
            .records.empty());
}

TEST(PostfixLog, AddressesAreAsThePolicyRequestHasThem) {
    for (const auto& [logged, asked] :
         std::map<std::string, std::string>{{"<\"a>b\"@example.net>", "a>b@example.net"},
                                            {"<\"x y\"@example.net>", "x%20y@example.net"},
                                            {"<x y@example.net>", "x%20y@example.net"},
                                            {"<a>b@example.net>", "a>b@example.net"},
                                            {"<\"a>, size=1, nrcpt=1 (queue active)\"@example.net>",
                                             "a>,%20size=#,%20nrcpt=#%20(queue%20active)@example.net"},
                                            {"<>", "<>"}}) {
        const auto keys =
            read("log",
                 postfix({"smtpd 4AB12: client=m[192.0.2.1]",
                          "qmgr 4AB12: from=" + logged + ", size=300, nrcpt=1 (queue active)", to_bob}))
                .keys();
        EXPECT_EQ(keys, Keys{"192.0.2.0 " + asked + " bob@example.org"}) << logged;
    }
    for (const auto& [logged, asked] : std::map<std::string, std::string>{
             {"<\"x y\"@example.org>", "x%20y@example.org"},
             {"<x y@example.org>", "x%20y@example.org"},
             {"<b@mx.example.org>, orig_to=<\"x y\"@example.org>", "x%20y@example.org"},
             {"<b@mx.example.org>, orig_to=<root>", "root"},
             {"<\"a>, relay=x, delay=1, dsn=2.0.0, status=sent (b\"@example.org>", ""},
             {"<eve@example.org>, relay=x, delay=1, dsn=2.0.0, status=sent (b@example.org>", ""}}) {
        const auto keys = read("log", postfix({"smtpd 4AB12: client=m[192.0.2.1]", from_alice,
                                               "local 4AB12: to=" + logged +
                                                   ", relay=local, delay=0.1, delays=0/0/0/0, "
                                                   "dsn=2.0.0, status=sent (delivered)"}))
                              .keys();
        EXPECT_EQ(keys, asked.empty() ? Keys{} : Keys{"192.0.2.0 alice@example.net " + asked}) << logged;
    }
}

TEST(PostfixLog, WhatAFilterThrewAwayIsNotDelivered) {
    for (const auto& [program, outcome] : std::vector<std::pair<std::string, std::string>>{
             {"smtp", "sent (250 2.7.0 Ok, discarded, id=12345-01 - INFECTED: Eicar-Signature)"},
             {"smtp", "sent (250 2.7.1 Ok, DISCARDED, UBE, id=1)"},
             {"lmtp", "sent (250 2.0.0 Ok: quarantined as 1)"},
             {"discard", "sent (no reason)"},
             {"local", "sent (discarded)"},
             {"smtp", "deferred (sent (250 Ok))"},
             {"smtp", "bounced (status=sent (250 Ok))"},
             {"smtp", "deliverable (250 Ok)"}}) {
        EXPECT_TRUE(
            read("log", postfix({"smtpd 4AB12: client=m[192.0.2.1]", from_alice,
                                 program +
                                     " 4AB12: to=<bob@example.org>, relay=x[192.0.2.9]:25, delay=0.1, "
                                     "delays=0/0/0/0, dsn=2.0.0, status=" +
                                     outcome}))
                .records.empty())
            << outcome;
    }
}

TEST(PostfixLog, EveryWayToWriteItsLinesIsRead) {
    for (const std::string start :
         {"Nov 14 22:13:20 mx postfix/", "Nov  4 22:13:20 mx mx-in/", "Nov 14 22:13:20 mx a/b/c/",
          "2023-11-14T22:13:20.123456+01:00 mx postfix/", "2023-11-14T22:13:20+0100 mx postfix/",
          "2023-11-14 22:13:20 mx postfix/", "2023-11-14T22:13:20Z mx postfix-in/",
          "<22>Nov 14 22:13:20 mx postfix/", "Nov 14 2023 22:13:20 mx postfix/",
          "Tue 2023-11-14 22:13:20 UTC mx postfix/", "Nov 14 22:13:20 <2.6> mx postfix/"}) {
        EXPECT_EQ(
            read("log", postfix({"smtpd 4AB12: client=m[192.0.2.1]", from_alice, to_bob}, start)).keys(),
            plain_keys)
            << start;
    }
    for (const std::string data : {"-", "[timeQuality tzKnown=\"1\"]", "[a x=\"] \\\" [\"][b]"}) {
        std::string text;
        for (const auto& [program, line] :
             std::vector<std::pair<std::string, std::string>>{{"smtpd", "4AB12: client=m[192.0.2.1]"},
                                                              {"qmgr", from_alice.substr(5)},
                                                              {"local", "\xEF\xBB\xBF" + to_bob.substr(6)}}) {
            text += "<22>1 2023-11-14T22:13:20.003Z mx postfix/" + program + " 12 ID7 " + data + ' ' + line +
                    '\n';
        }
        EXPECT_EQ(read("log", text).keys(), plain_keys) << data;
    }
}

TEST(PostfixLog, OnlyThePostfixProgramThatKnowsSaysIt) {
    const std::string client = "4AB12: client=m[192.0.2.1]";
    const std::string spoof = "4AB12: client=m[203.0.113.9]";
    for (const std::string& line : std::vector<std::string>{
             "Nov 14 22:13:20 mx sshd[1]: " + spoof, "Nov 14 22:13:20 mx smtpd[1]: " + spoof,
             "Nov 14 22:13:20 mx postfix/cleanup[1]: " + spoof,
             "Nov 14 22:13:20 mx sshd[1]: mx postfix/smtpd[1]: " + spoof,
             "Nov 14 22:13:20 mx postfix/cleanup[1]: 4AB12: warning: header Subject: client=m[203.0.113.9]",
             "Nov 14 22:13:20 mx postfix/smtpd[1]: NOQUEUE: reject: x: 4AB12: client=m[203.0.113.9]"}) {
        const auto keys =
            read("log", postfix({"smtpd " + client}) + line + '\n' + postfix({from_alice, to_bob})).keys();
        EXPECT_EQ(keys, plain_keys) << line;
    }
}

TEST(Log, TheOldestOfTooManyOpenMessagesAreGivenUp) {
    std::string text =
        postfix({"smtpd zzzz: client=m[192.0.2.1]", "qmgr zzzz: from=<old@example.net>, size=1, nrcpt=1"});
    for (int i = 0; i < 60'000; ++i) {
        text += postfix({"smtpd A" + std::to_string(i) + ": client=m[198.51.100.1]"});
    }
    // Its id sorts before all others: it is young all the same.
    text += postfix({"smtpd 4AB12: client=m[192.0.2.1]", from_alice});
    for (int i = 0; i < 41'000; ++i) {
        text += postfix({"smtpd B" + std::to_string(i) + ": client=m[198.51.100.1]"});
    }
    text += postfix(
        {"local zzzz: to=<bob@example.org>, relay=local, delay=1, dsn=2.0.0, status=sent (ok)", to_bob});
    EXPECT_EQ(read("log", text).keys(), plain_keys);
}

TEST(LogLine, TimesAreReadWithTheirZones) {
    for (const auto& [stamp, seconds] :
         std::map<std::string, std::int64_t>{{"2023-11-14T22:13:20Z", 1700000000},
                                             {"2023-11-14 22:13:20.5 +0000", 1700000000},
                                             {"2023-11-14T23:13:20,5+01:00", 1700000000},
                                             {"2023-11-14 18:43:20 -0330", 1700000000}}) {
        EXPECT_EQ(stamp_at_start(stamp + " x"), stamp);
        EXPECT_EQ(time_of(stamp, now), at(seconds)) << stamp;
    }
    for (const std::string text :
         {"", "2023-11-14", "2023-11-14X22:13:20", "Nov 14", "Now 14 22:13:2", "14 Nov 22:13:20"}) {
        EXPECT_EQ(stamp_at_start(text), "") << text;
    }
    EXPECT_EQ(time_of("Nov 14 22:13:20", now), time_of("Nov 14 2026 22:13:20", now));
    for (const std::string text :
         {"", "Now 14 22:13:20", "Nov 14 22:13", "2023-11-14T22:13:20x", "2023-11-14T22:13:20+1"}) {
        EXPECT_EQ(time_of(text, now), std::nullopt) << text;
        EXPECT_EQ(log_line_of("1 " + text + " mx postfix/smtpd 1 - - x"), std::nullopt) << text;
    }
}

TEST(Mailbox, ItEndsWhereItsDomainDoes) {
    for (const auto& [text, mailbox] :
         std::map<std::string, std::string>{{"a@b c", "a@b"},
                                            {"\"a b\"@c>", "\"a b\"@c"},
                                            {"\"a\\\"b\".c.\"d\"@e, f", "\"a\\\"b\".c.\"d\"@e"},
                                            {"a\\ b@c d", "a\\ b@c"},
                                            {"a@[1.2.3.4]:25", "a@[1.2.3.4]"},
                                            {"root x", "root"},
                                            {"a.@b", "a.@b"}}) {
        EXPECT_EQ(mailbox_at_start(text), mailbox) << text;
    }
    for (const std::string text : {"", " a@b", "\"a@b", "@b", "a@", "a@[b", "a\\", "<a@b>"}) {
        EXPECT_EQ(mailbox_at_start(text), std::nullopt) << text;
    }
    EXPECT_EQ(unquoted("\"x \\\"y\".z\\ @example.org"), "x \"y.z @example.org");
    EXPECT_EQ(unquoted("x y@example.org"), "x y@example.org");
    EXPECT_EQ(unquoted(""), "");
}

} // namespace
} // namespace transfer
