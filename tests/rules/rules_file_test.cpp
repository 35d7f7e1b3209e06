// The rules file: which lines it takes, what it says of the others, and which entry of several wins.
#include "rules/rules_file.hpp"
#include "rules/verdict_text.hpp"
#include "rules/workshop.hpp"

#include <array>
#include <vector>

namespace {

using rules::Match;
using rules::Subject;
using rules::Verdict;

// The mail that the tests of single patterns look at.
Subject mail() {
    Subject mail = subject("192.0.2.1", "mail.example.net", "bob+x@example.org");
    mail.reverse_client_name = "pool.example.net";
    mail.helo_name = "helo.example.net";
    mail.sender = "alice@sender.example";
    mail.sasl_username = "Carol";
    mail.server_address = "198.51.100.25";
    return mail;
}

std::optional<Match> match_of(std::string_view text, const Subject& mail) {
    Workshop workshop;
    workshop.rules(text);
    return workshop.table().match(mail);
}

std::string winner(std::string_view text, const Subject& mail) {
    const auto match = match_of(text, mail);
    return match ? match->entry : "none";
}

std::string complaints_about(std::string_view text) {
    Workshop workshop;
    workshop.rules(text);
    return workshop.complaints();
}

TEST(RulesFile, EachFieldMatchesItsForms) {
    for (const auto* pattern : {"client 192.0.2.1",
                                "client 192.0.2.0/24",
                                "client ::ffff:192.0.2.0/120",
                                "client 0.0.0.0/0",
                                "client mail.example.net",
                                "client MAIL.Example.NET",
                                "client .example.net",
                                "client .mail.example.net",
                                "client .net",
                                "client /^mail\\./",
                                "client /EXAMPLE\\.net$/",
                                "client /^(?:mail|mx)\\.(?:example|test)\\.net$/",
                                "client /^[[:alpha:].]+$/",
                                "reverse pool.example.net",
                                "reverse .example.net",
                                "reverse /pool/",
                                "helo helo.example.net",
                                "helo .example.net",
                                "helo /^helo/",
                                "sender alice@sender.example",
                                "sender ALICE@",
                                "sender sender.example",
                                "sender @sender.example",
                                "sender .sender.example",
                                "sender .example",
                                "sender /^a.*@sender/",
                                "recipient bob@example.org",
                                "recipient bob+x@example.org",
                                "recipient bob@",
                                "recipient bob+x@",
                                "recipient example.org",
                                "recipient .org",
                                "recipient /\\+x@/",
                                "sasl carol",
                                "sasl /^Carol$/",
                                "server 198.51.100.25",
                                "server 198.51.100.16/28"}) {
        EXPECT_TRUE(match_of(std::string{pattern} + " pass\n", mail())) << pattern;
    }
}

TEST(RulesFile, EachFieldLeavesOthersAlone) {
    for (const auto* pattern : {"client 192.0.2.2",
                                "client 192.0.3.0/24",
                                "client ::/0",
                                "client example.net",
                                "client .ample.net",
                                "client .a.mail.example.net",
                                "client /^ail/",
                                "client pool.example.net",
                                "client unknown",
                                "reverse mail.example.net",
                                "helo mail.example.net",
                                "sender sender.org",
                                "sender lice@",
                                "sender a@sender.example",
                                "sender .alice@sender.example",
                                "sender <>",
                                "recipient bob+y@example.org",
                                "recipient example",
                                "recipient org",
                                "recipient .ample.org",
                                "recipient ob@",
                                "recipient /^example/",
                                "sasl car",
                                "sasl /^$/",
                                "server 198.51.100.26",
                                "server 192.0.2.1"}) {
        Workshop workshop;
        workshop.rules(std::string{pattern} + " pass\n");
        if (!workshop.compiler().complaints().are_errors()) {
            EXPECT_FALSE(workshop.table().match(mail())) << pattern;
        }
    }
}

TEST(RulesFile, TheEmptySenderHasAFormOfItsOwn) {
    Subject bounce = mail();
    bounce.sender = "";
    EXPECT_EQ(winner("sender <> greylist delay=0\n", bounce), "sender <> greylist delay=0");
    EXPECT_EQ(winner("sender .example pass\nsender /x/ pass\n", bounce), "none");
    bounce.sender = "<>";
    EXPECT_EQ(winner("sender <> pass\n", bounce), "none");
}

TEST(RulesFile, UnknownIsTheNameOfAClientWithoutOne) {
    EXPECT_EQ(winner("client unknown greylist\n", subject("192.0.2.1", "unknown")),
              "client unknown greylist");
    EXPECT_EQ(winner("client unknown greylist\n", mail()), "none");
}

TEST(RulesFile, FieldsOfOneEntryMatchOnlyTogether) {
    const std::string text = "sender @bank.example client .bank.example pass\n";
    Subject bank = subject("192.0.2.1", "mx.bank.example");
    bank.sender = "news@bank.example";
    EXPECT_EQ(winner(text, bank), "client .bank.example sender bank.example pass");
    bank.client_name = "mx.forger.example";
    EXPECT_EQ(winner(text, bank), "none");
    bank.client_name = "mx.bank.example";
    bank.sender = "news@news.bank.example";
    EXPECT_EQ(winner(text, bank), "none");
}

TEST(RulesFile, AnEntryOfAllFieldsAndSeveralExpressionsMatches) {
    const std::string entry =
        "client /^mail/ reverse /pool/ helo .example.net sender /^alice@/ recipient bob@ "
        "sasl carol server 198.51.100.0/24 HOLD";
    EXPECT_EQ(winner(entry + "\n", mail()), entry);
    Subject other = mail();
    other.sender = "malice@sender.example";
    EXPECT_EQ(winner(entry + "\n", other), "none");
}

// Each entry wins over those after it, whatever the order they are written in.
TEST(RulesFile, TheMostSpecificEntryWins) {
    const std::vector<std::string> entries{
        "client .example.net sender alice@ recipient example.org pass",
        "client 192.0.2.1 sender alice@sender.example pass",
        "recipient bob@example.org sasl carol pass",
        "client 192.0.2.1 recipient .org pass",
        "client 0.0.0.0/0 server 0.0.0.0/0 pass",
        "client 0.0.0.0/0 helo /x/ pass",
        "client 192.0.2.1 pass",
        "client mail.example.net pass",
        "reverse pool.example.net pass",
        "sender alice@sender.example pass",
        "recipient bob+x@example.org pass",
        "recipient bob@example.org pass",
        "sasl carol pass",
        "client 192.0.2.0/25 pass",
        "client 192.0.2.0/24 pass",
        "client 0.0.0.0/0 pass",
        "client .mail.example.net pass",
        "client .example.net pass",
        "client .net pass",
        "helo .net pass",
        "recipient bob+x@ pass",
        "recipient bob@ pass",
        "recipient example.org pass",
        "recipient .example.org pass",
        "recipient .org pass",
        "client /mail/ pass",
        "recipient /bob/ pass",
        "default client .example.net recipient .org pass",
        "default recipient .org pass",
        "default pass",
    };
    const Subject the_mail = mail();
    for (std::size_t first = 0; first < entries.size(); ++first) {
        if (entries[first].find("helo /x/") != std::string::npos) {
            continue;
        }
        std::string text;
        for (std::size_t i = entries.size(); i-- > first;) {
            text += entries[i] + "\n";
        }
        EXPECT_EQ(winner(text, the_mail), entries[first]);
    }
}

TEST(RulesFile, AmongExpressionsTheOneWrittenFirstWins) {
    EXPECT_EQ(
        winner("client /l\\.example\\.net$/ pass\nclient /mail/ HOLD\nclient /net$/ greylist\n", mail()),
        "client /l\\.example\\.net$/ pass");
    EXPECT_EQ(
        winner("client /net$/ greylist\nclient /mail/ HOLD\nclient /l\\.example\\.net$/ pass\n", mail()),
        "client /net$/ greylist");
    EXPECT_EQ(winner("client /t$/ greylist\nclient /no/ HOLD\nclient /mail/ pass\n", mail()),
              "client /t$/ greylist");
}

TEST(RulesFile, ADefaultDecidesOnlyWhereNothingElseDoes) {
    const std::string opt_in = "recipient .example.org greylist\ndefault pass\n";
    EXPECT_EQ(winner(opt_in, mail()), "recipient .example.org greylist");
    EXPECT_EQ(winner(opt_in, subject("192.0.2.1", "unknown", "bob@example.com")), "default pass");
    const std::string per_domain =
        "client /mail/ greylist\ndefault recipient example.org pass\ndefault greylist delay=60\n";
    EXPECT_EQ(winner(per_domain, mail()), "client /mail/ greylist");
    EXPECT_EQ(winner(per_domain, subject("192.0.2.1", "unknown", "bob@example.org")),
              "default recipient example.org pass");
    EXPECT_EQ(winner(per_domain, subject("192.0.2.1", "unknown", "bob@example.com")),
              "default greylist delay=60");
}

TEST(RulesFile, VerdictsAreFilledIn) {
    const auto match = match_of("default greylist delay=5m retry-window=2 network=20 always\n", mail());
    ASSERT_TRUE(match);
    EXPECT_EQ(match->verdict.kind, Verdict::Kind::greylist);
    EXPECT_EQ(match->verdict.delay, sys::Seconds{300});
    EXPECT_EQ(match->verdict.retry_window, sys::Seconds{2 * 86400});
    EXPECT_EQ(match->verdict.network, 20U);
    EXPECT_TRUE(match->verdict.always);
    EXPECT_EQ(match->reason, "rule");
}

TEST(RulesFile, ActionsComeOutAsPostfixReadsThem) {
    constexpr std::array<std::array<std::string_view, 2>, 6> table{{
        {"reject You are not welcome", "REJECT You are not welcome"},
        {"Defer Not now # really", "DEFER Not now # really"},
        {"450 4.7.1 Later", "450 4.7.1 Later"},
        {"hold", "HOLD"},
        {"prepend X-Seen: yes", "PREPEND X-Seen: yes"},
        {"reject Grüße", "REJECT Grüße"},
    }};
    for (const auto& [text, action] : table) {
        const auto match = match_of("client 192.0.2.1 " + std::string{text} + "\n", mail());
        ASSERT_TRUE(match) << text;
        EXPECT_EQ(match->verdict.kind, Verdict::Kind::action);
        EXPECT_EQ(match->verdict.action, action);
    }
}

TEST(RulesFile, ServersAreAskedByName) {
    const auto match = match_of("client 192.0.2.1 Ask  spf rate-limit_2 # these\n", mail());
    ASSERT_TRUE(match);
    EXPECT_EQ(match->verdict.kind, Verdict::Kind::ask);
    EXPECT_EQ(match->verdict.servers, (std::vector<std::string>{"spf", "rate-limit_2"}));
    EXPECT_EQ(match->entry, "client 192.0.2.1 ask spf rate-limit_2");
}

TEST(RulesFile, BlanksCommentsAndLineEndsAreFree) {
    EXPECT_EQ(
        winner("\n  # comment\r\n\t client\t192.0.2.1 \t greylist   delay=1   always  # why\r\n", mail()),
        "client 192.0.2.1 greylist delay=1 always");
    EXPECT_EQ(winner("client 192.0.2.1 pass", mail()), "client 192.0.2.1 pass");
}

TEST(RulesFile, WrongLinesAreAllToldInOneRun) {
    struct Row {
        std::string_view line;
        std::string_view complaint;
    };
    constexpr std::string_view pattern_missing = ": expected a pattern after it";
    constexpr std::string_view first_word =
        ": expected client, reverse, helo, sender, recipient, sasl, server, default or include";
    constexpr std::string_view mail_forms = ": expected user@domain, user@, domain, .domain or /expression/";
    constexpr std::string_view no_verdict = "the end of the line: expected a verdict: pass, greylist, ask "
                                            "NAME, reject TEXT, defer TEXT or another action";
    const std::vector<std::pair<std::string, std::string>> table{
        {"pass", "pass" + std::string{first_word}},
        {"mail.example.net", "mail.example.net" + std::string{first_word}},
        {"Client 192.0.2.1 pass", "Client" + std::string{first_word}},
        {"clients 192.0.2.1 pass", "clients" + std::string{first_word}},
        {"client", "client" + std::string{pattern_missing}},
        {"client # nobody", "client" + std::string{pattern_missing}},
        {"client 192.0.2.1", std::string{no_verdict}},
        {"client 192.0.2.1 # pass", std::string{no_verdict}},
        {"default", std::string{no_verdict}},
        {"client 192.0.2.1 sender", "sender" + std::string{pattern_missing}},
        {"client 192.0.2.1 client 192.0.2.2 pass", "client 192.0.2.2: expected each field once"},
        {"client 192.0.2.256 pass", "client 192.0.2.256: expected an IPv4 or IPv6 address"},
        {"client 192.0.2 pass", "client 192.0.2: expected an IPv4 or IPv6 address"},
        {"client 192.0.2.1/33 pass", "client 192.0.2.1/33: expected a prefix length from 0 to 32"},
        {"client 192.0.2.1/ pass", "client 192.0.2.1/: expected a prefix length from 0 to 32"},
        {"client 192.0.2.0/x pass", "client 192.0.2.0/x: expected a prefix length from 0 to 32"},
        {"client 192.0.2.0/-1 pass", "client 192.0.2.0/-1: expected a prefix length from 0 to 32"},
        {"client 2001:db8::/129 pass", "client 2001:db8::/129: expected a prefix length from 0 to 128"},
        {"client 2001:db8:: pass x", "x: expected nothing after pass"},
        {"client 1:2:3 pass", "client 1:2:3: expected an IPv4 or IPv6 address"},
        {"client fe80::1%eth0 pass", "client fe80::1%eth0: expected an IPv4 or IPv6 address"},
        {"client ::ffff:192.0.2.0/90 pass",
         "client ::ffff:192.0.2.0/90: expected a prefix length of at least 96: this is an IPv4 address"},
        {"client *.example.org pass", "client *.example.org: expected a name, .domain or /expression/"},
        {"client * pass", "client *: expected a name, .domain or /expression/"},
        {"client 192.0.2.1-192.0.2.20 pass",
         "client 192.0.2.1-192.0.2.20: expected an address or a network ADDRESS/LENGTH, not a range"},
        {"client 192.0.2.10-20 pass",
         "client 192.0.2.10-20: expected an address or a network ADDRESS/LENGTH, not a range"},
        {"client 192.0.2.* pass",
         "client 192.0.2.*: expected an address or a network ADDRESS/LENGTH, not a range"},
        {"client 192.0.2.x pass",
         "client 192.0.2.x: expected an address or a network ADDRESS/LENGTH, not a range"},
        {"client 2001:db8::1-2001:db8::9 pass",
         "client 2001:db8::1-2001:db8::9: expected an IPv4 or IPv6 address"},
        {"server 192.0.2.1-9 pass", "server 192.0.2.1-9: expected an IPv4 or IPv6 address"},
        {"client . pass", "client .: expected a pattern; a regular expression in slashes can say everything"},
        {"client /open pass", "client /open: expected an expression between slashes"},
        {"client // pass", "client //: expected an expression between slashes"},
        {"client /(/ pass", "/(/: expected a Perl regular expression: missing closing parenthesis at byte 2"},
        {"client /a{2,1}/ pass",
         "/a{2,1}/: expected a Perl regular expression: numbers out of order in {} quantifier at byte 6"},
        {"client /[z-a]/ pass",
         "/[z-a]/: expected a Perl regular expression: range out of order in character class at byte 4"},
        {"client /*x/ pass",
         "/*x/: expected a Perl regular expression: quantifier does not follow a repeatable item at byte 1"},
        {"sender *@example.org pass", "sender *@example.org" + std::string{mail_forms}},
        {"sender @ pass", "sender @" + std::string{mail_forms}},
        {"sender @.example.org pass", "sender @.example.org" + std::string{mail_forms}},
        {"sender .bob@example.org pass", "sender .bob@example.org" + std::string{mail_forms}},
        {"recipient <> pass", "recipient <>: expected a mailbox or a domain: only a sender may be empty"},
        {"recipient <bob@example.org> pass", "recipient <bob@example.org>" + std::string{mail_forms}},
        {"sasl .x pass", "sasl .x: expected a login name or /expression/"},
        {"server mail.example.org pass", "server mail.example.org: expected an IPv4 or IPv6 address"},
        {"server /x/ pass", "server /x/: expected an IPv4 or IPv6 address"},
        {"client 192.0.2.1 ask", "ask: expected the name of a server after ask"},
        {"client 192.0.2.1 ask unix:/run/spf",
         "unix:/run/spf: expected the name of a server: letters, digits, - and _"},
        {"client 192.0.2.1 greylist delay",
         "delay: expected a duration: a number of seconds, or a number followed by s, m, h or d"},
        {"client 192.0.2.1 greylist delay=",
         "delay=: expected a duration: a number of seconds, or a number followed by s, m, h or d"},
        {"client 192.0.2.1 greylist delay=x",
         "delay=x: expected a duration: a number of seconds, or a number followed by s, m, h or d"},
        {"client 192.0.2.1 greylist delay=5w",
         "delay=5w: expected a duration: a number of seconds, or a number followed by s, m, h or d"},
        {"client 192.0.2.1 greylist delay=-5",
         "delay=-5: expected a duration: a number of seconds, or a number followed by s, m, h or d"},
        {"client 192.0.2.1 greylist delay=5mh",
         "delay=5mh: expected a duration: a number of seconds, or a number followed by s, m, h or d"},
        {"client 192.0.2.1 greylist always retry-window=6hd",
         "retry-window=6hd: expected a duration: a number of days, or a number followed by s, m, h or d"},
        {"client 192.0.2.1 greylist retry-window=36501",
         "retry-window=36501: expected a duration: a number of days, or a number followed by s, m, h or d"},
        {"client 192.0.2.1 greylist network=129", "network=129: expected a prefix length from 0 to 128"},
        {"client 192.0.2.1 greylist network=/24", "network=/24: expected a prefix length from 0 to 128"},
        {"client 192.0.2.1 greylist never", "never: expected delay=, retry-window=, network= or always"},
        {"client 192.0.2.1 reject", "REJECT: expected a text after it, which the mail's sender is told"},
        {"client 192.0.2.1 defer", "DEFER: expected a text after it, which the mail's sender is told"},
        {"client 192.0.2.1 reject a\tb", "REJECT a?b: expected UTF-8 without control characters"},
        {"client 192.0.2.1 reject \xff", "REJECT ?: expected UTF-8 without control characters"},
        {"include", "include: expected a file after it"},
        {"include  # nothing", "include: expected a file after it"},
        {"at here client 192.0.2.1 pass", "at here: expected FILE:LINE"},
        {"at here: client 192.0.2.1 pass", "at here:: expected FILE:LINE"},
    };
    std::string text;
    std::string complaints;
    unsigned line = 0;
    for (const auto& [wrong, complaint] : table) {
        text.append(wrong).append("\n");
        complaints.append("rules:")
            .append(std::to_string(++line))
            .append(": ")
            .append(complaint)
            .append("\n");
    }
    EXPECT_EQ(complaints_about(text), complaints);
}

TEST(RulesFile, ActionsThatPostfixWouldMisreadAreErrors) {
    for (const auto* action :
         {"450", "2", "12345", "550", "bounce it", "my_class", "PREPEND nothing", "FILTER", "REDIRECT"}) {
        EXPECT_NE(complaints_about("client 192.0.2.1 " + std::string{action} + "\n"), "") << action;
    }
    EXPECT_EQ(complaints_about("client 192.0.2.1 450\n").substr(0, 65),
              "rules:1: 450: expected an action that Postfix takes, not a code w");
}

TEST(RulesFile, EntriesThatNeverMatchAreWarnings) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"client 192.0.2.77/24 pass",
         "client 192.0.2.0/24: the address goes on beyond the prefix: taken as 192.0.2.0/24"},
        {"client bob@example.org pass", "client bob@example.org: a mailbox is not the name of a client"},
        {"client .bob@example.org pass", "client .bob@example.org: a mailbox is not the name of a client"},
        {"client mail..example.org pass", "client mail..example.org: a name has no empty label"},
        {"client mail.example.org. pass", "client mail.example.org.: a name has no empty label"},
        {"client -mail.example.org pass",
         "client -mail.example.org: no label of a name begins or ends with a hyphen"},
        {"client m\xc3\xbcller.example pass",
         "client m\xc3\xbcller.example: names in DNS are ASCII: expected the xn-- form"},
        {"client mail,example.org pass",
         "client mail,example.org: a name is made of letters, digits, hyphens and dots"},
        {"client " + std::string(64, 'a') + ".org pass",
         "client " + std::string(64, 'a') + ".org: no label of a name is longer than 63 bytes"},
        {"client host.123 pass", "client host.123: no name ends in a number"},
        {"client mail*.example.org pass",
         "client mail*.example.org: * stands for itself: expected .domain or /expression/"},
        {"reverse 192.0.2.1 pass", "reverse 192.0.2.1: no name ends in a number"},
        {"reverse 192.0.2.0/24 pass",
         "reverse 192.0.2.0/24: a range of addresses is no name: expected networks under client"},
        {"helo 192.0.2.0/24 pass",
         "helo 192.0.2.0/24: compared letter by letter: addresses are the client's"},
        {"helo .ex*mple.org pass",
         "helo .ex*mple.org: * stands for itself: expected .domain or /expression/"},
        {"sender bob*@example.org pass",
         "sender bob*@example.org: * stands for itself: expected .domain or /expression/"},
        {"sender bob@192.0.2.1 pass", "sender bob@192.0.2.1: no name ends in a number"},
        {"sender mailto:bob@example.org pass",
         "sender mailto:bob@example.org: a mailbox stands alone, without quotes, brackets or commas"},
        {"sender bob@b\xE4r.example pass",
         "sender bob@b?r.example: expected UTF-8 without characters that cannot be seen"},
        {"client " + std::string(600, 'a') + " pass",
         "client " + std::string(113, 'a') + ": values are looked at up to 512 bytes"},
        {"recipient example..org pass", "recipient example..org: a name has no empty label"},
        {"recipient 192.0.2.1 pass", "recipient 192.0.2.1: a client's address is not a domain of a mailbox"},
        {"sasl carol pass", "sasl carol: greyonce makes no decision about a client that has logged in"},
        {"sasl /^c/ client 192.0.2.1 pass",
         "sasl /^c/: greyonce makes no decision about a client that has logged in"},
        {"client 0.0.0.0/0 greylist",
         "client 0.0.0.0/0: wins over domains, expressions and defaults for all of them: expected default"},
        {"client ::/0 pass",
         "client ::/0: wins over domains, expressions and defaults for all of them: expected default"},
    };
    std::string text;
    std::string complaints;
    unsigned line = 0;
    for (const auto& [doubtful, complaint] : table) {
        text.append(doubtful).append("\n");
        complaints.append("rules:").append(std::to_string(++line)).append(": warning: ").append(complaint) +=
            "\n";
    }
    EXPECT_EQ(complaints_about(text), complaints);
    EXPECT_EQ(
        complaints_about("recipient m\xc3\xbcller.example pass\nhelo a..b pass\nclient a_b.example pass\n"
                         "helo 192.0.2.1 pass\nhelo [192.0.2.1] pass\nhelo 12-34 pass\n"
                         "default client 0.0.0.0/0 pass\nclient 0.0.0.0/0 sender <> pass\n"),
        "");
}

TEST(RulesFile, ARepeatedPatternIsAWarningAndTheFirstStands) {
    Workshop workshop;
    workshop.rules(
        "client MAIL.example.net pass\nclient mail.example.net HOLD\nclient /a/ pass\nclient /a/ HOLD\n");
    EXPECT_EQ(workshop.complaints(),
              "rules:2: warning: client mail.example.net: never matches: " + workshop.path("rules") +
                  ":1 says it first\n"
                  "rules:4: warning: client /a/: never matches: " +
                  workshop.path("rules") + ":3 says it first\n");
    EXPECT_EQ(workshop.table().match(mail())->entry, "client mail.example.net pass");
}

TEST(RulesFile, IncludesAreReadWhereTheyStandBesideTheirFile) {
    Workshop workshop;
    workshop.write("more.rules", "client 192.0.2.1 HOLD\n");
    workshop.write("lists of others", "example.net\n");
    workshop.write("wr", "bob@\n");
    workshop.rules("include more.rules\nclient 192.0.2.1 pass\ninclude whitelist-clients lists of others\n"
                   "include whitelist-recipients wr # comment\ninclude rules more.rules\n");
    const rules::Table table = workshop.table();
    EXPECT_EQ(table.match(mail())->entry, "client 192.0.2.1 HOLD");
    EXPECT_EQ(table.match(mail())->source, workshop.path("more.rules") + ":1");
    const auto listed = table.match(subject("192.0.2.2", "mail.example.net", "x@y.example"));
    EXPECT_EQ(listed->entry, "client .example.net pass");
    EXPECT_EQ(listed->source.substr(listed->source.rfind('/')), "/lists%20of%20others:1");
    EXPECT_EQ(table.match(subject("192.0.2.2", "unknown", "bob@y.example"))->entry, "recipient bob@ pass");
}

TEST(RulesFile, AnIncludedFileThatIsMissingOrIncludesItselfIsAnErrorOfTheLine) {
    Workshop workshop;
    workshop.rules("include missing\ninclude rules\n");
    const std::string complaints = workshop.complaints();
    EXPECT_NE(complaints.find("rules:1: missing: expected a file that can be read: open "),
              std::string::npos);
    EXPECT_NE(complaints.find("rules:2: rules: expected no more than 16 files that include one another"),
              std::string::npos);
}

TEST(RulesFile, ALineThatIsTooLongOrHoldsANulIsRefused) {
    EXPECT_EQ(complaints_about("client 192.0.2.1 reject " + std::string(9000, 'x') + "\n"),
              "rules:1: a line of 9024 bytes: expected at most 8192\n");
    EXPECT_EQ(complaints_about(std::string_view{"client a\0b pass\n", 16}),
              "rules:1: client a?b pass: expected text, not a NUL byte\n");
}

TEST(RulesFile, AnExpressionIsAskedOnceAlsoWhereTheActionRefuses) {
    Workshop workshop;
    workshop.rules("client /^(a+)+$/ pass\nclient .example.net pass\ndefault reject Not here\n");
    const rules::Table table = workshop.table();
    EXPECT_EQ(table.match(subject("192.0.2.1", std::string(60, 'a') + "!"))->entry,
              "default REJECT Not here");
    EXPECT_EQ(table.remarks().size(), 1U);
}

TEST(RulesFile, TheReasonIsAWhitelistOnlyWherePassStandsBehindOneClientOrRecipient) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"client 192.0.2.1 pass", "client whitelist"},
        {"client .example.net pass", "client whitelist"},
        {"recipient bob@example.org pass", "recipient whitelist"},
        {"client 192.0.2.1 recipient bob@ pass", "rule"},
        {"client 192.0.2.1 greylist", "rule"},
        {"client 192.0.2.1 HOLD", "rule"},
        {"recipient bob@ greylist always", "rule"},
        {"recipient bob@ ask spf", "rule"},
        {"helo .example.net pass", "rule"},
        {"default client 192.0.2.1 pass", "rule"},
        {"default pass", "rule"},
    };
    for (const auto& [entry, reason] : table) {
        EXPECT_EQ(match_of(entry + "\n", mail())->reason, reason) << entry;
    }
}

TEST(RulesFile, AByteOrderMarkBeforeTheFirstLineIsPassedOver) {
    EXPECT_EQ(winner("\xEF\xBB\xBF"
                     "client 192.0.2.1 pass\r\n",
                     mail()),
              "client 192.0.2.1 pass");
    EXPECT_EQ(complaints_about("\xEF\xBB\xBF# comment\n"), "");
    EXPECT_NE(complaints_about("\n\xEF\xBB\xBF"
                               "client 192.0.2.1 pass\n"),
              "");
}

TEST(RulesFile, AFileInUtf16IsOneError) {
    using namespace std::string_view_literals;
    for (const auto text : {"\xFF\xFE"
                            "c\0\n\0x\0\n\0"sv,
                            "\xFE\xFF\0c\0\n\0x\0\n"sv, "c\0\n\0x\0"sv, "\0c\0\n\0x"sv}) {
        EXPECT_EQ(complaints_about(text), "rules:1: UTF-16: expected UTF-8\n");
    }
}

TEST(RulesFile, ValuesThatLookLikeKeysOfOtherFormsMatchNoEntry) {
    const std::string text =
        "client 192.0.2.0/24 pass\nclient .example.net pass\nclient /^mail\\.example\\.net$/ pass\n"
        "sender example.net pass\nsender .example.net pass\nsender <> pass\n"
        "client 198.51.100.9 pass\nsender bob@ pass\nclient a.b sender c.d pass\n";
    for (const auto* name :
         {"192.0.2.0/24", "*ple.net", "198.51.100.9", "a.b sender c.d", "/^mail\\.example\\.net$/"}) {
        Subject odd = subject("203.0.113.1", name);
        odd.sender = name;
        odd.helo_name = name;
        EXPECT_EQ(winner(text, odd), "none") << name;
    }
}

TEST(RulesFile, AValueIsLookedAtUpTo512Bytes) {
    const std::string long_name = std::string(600, 'a') + ".example.net";
    EXPECT_EQ(winner("client .example.net pass\n", subject("192.0.2.1", long_name)), "none");
    EXPECT_EQ(winner("client /^a{512}$/ pass\n", subject("192.0.2.1", long_name)), "client /^a{512}$/ pass");
}

TEST(RulesFile, AnExpressionOverTheLimitsDoesNotMatchAndIsTold) {
    Workshop workshop;
    workshop.rules("client /^(a+)+$/ reject Caught\nclient .example.net pass\ndefault greylist\n");
    const rules::Table table = workshop.table();
    const std::string evil = std::string(60, 'a') + "!";
    EXPECT_EQ(table.match(subject("192.0.2.1", evil))->entry, "default greylist");
    ASSERT_EQ(table.remarks().size(), 1U);
    EXPECT_NE(table.remarks()[0].find("/^(a+)+$/ is over the limits of matching"), std::string::npos);
}

} // namespace
