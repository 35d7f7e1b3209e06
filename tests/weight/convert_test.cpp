#include "weight/convert.hpp"

#include "weight/settings.hpp"

#include <gtest/gtest.h>

namespace weight {
namespace {

std::string config_of(std::string_view perl) {
    const Converted converted = convert_policyd_weight(perl);
    EXPECT_TRUE(converted.complaints.empty()) << converted.complaints.front();
    return converted.config;
}

TEST(Convert, ScalarsBecomeOurOptions) {
    EXPECT_EQ(config_of("$REJECTLEVEL = 2.5;\n   my $DEFER_ACTION='DEFER' ; # why\n"),
              "weight = yes\nreject-level = 2.5\ndefer-action = DEFER\n");
}

TEST(Convert, ListsOfFourBecomeOneLineEach) {
    EXPECT_EQ(
        config_of("@dnsbl_score = (\n 'a.example', 4, 0, 'A', # one\n \"b.example\", 3, -1.5, 'B',\n);"),
        "weight = yes\ndnsbl = a.example 4 0 A\ndnsbl = b.example 3 -1.5 B\n");
}

TEST(Convert, AnEmptyListIsNoList) {
    EXPECT_EQ(config_of("@rhsbl_score = ();"), "weight = yes\nrhsbl = \n");
}

TEST(Convert, ScoresKeepTheirNames) {
    EXPECT_EQ(config_of("@helo_score = (1, -3);"), "weight = yes\nhelo_score = 1 -3\n");
}

TEST(Convert, PatternsOfClientNamesAreTaken) {
    EXPECT_EQ(config_of("@dnsbl_checks_only_regexps = (qr/yahoo\\.com$/, qr/\\/x/i);"),
              "weight = yes\nlists-only-clients = yahoo\\.com$\nlists-only-clients = \\/x\n");
}

TEST(Convert, WhatADaemonNeedsIsLeftOutWithoutAWord) {
    EXPECT_EQ(config_of("$TCP_PORT = 12525; $SPATH = $LOCKPATH.'/x'; 1;"), "weight = yes\n");
}

TEST(Convert, WhatIsNoPlainAssignmentIsNamedAndNotRun) {
    for (const auto* perl : {"system('x');",
                             "$REJECTLEVEL = 1 + 1;",
                             "$REJECTMSG = \"$x\";",
                             "$REJECTMSG = 'a' x 2;",
                             "if (1) { $NTTL = 2; }",
                             "@helo_score = (1, f());",
                             "$REJECTMSG = 'open",
                             "$UNKNOWN = 1;",
                             "@dnsbl_score = ('a', 1);",
                             "$REJECTLEVEL = 'x';",
                             "$REJECTMSG = \"a\\n\";",
                             "@helo_score = (1,2,3);",
                             "$MAXDNSERRMSG = 'a\nreject-level = 9';",
                             "$REJECTMSG = \"550 ask a@b.example\";",
                             "$REJECTMSG = \"550 $h{x}\";",
                             "$REJECTMSG = \"550 $a[0]\";",
                             "$REJECTMSG = \"550 $a::b\";",
                             "$REJECTMSG = f('a');",
                             "$REJECTMSG = 'a' . f();",
                             "$REJECTMSG .= $x;",
                             "$NTTL = 010;",
                             "$NTTL = 0x10;",
                             "$NTTL = 1e1;",
                             "@dnsbl_checks_only_regexps = (qr/a/x);",
                             "@dnsbl_checks_only_regexps = (qr/$x/);",
                             "$REJECTMSG = q(550 a;",
                             "print \"; $REJECTLEVEL = 5; \";",
                             "sub f { $REJECTLEVEL = 5; $NTTL = 2; }",
                             "push @dnsbl_score, ('a',1,2,'b');",
                             "@weight = ('no');",
                             "@reject_level = (1);",
                             "$REJECTLEVEL == 5;",
                             "($NTTL, $PTTL) = (1, 2);"}) {
        const Converted converted = convert_policyd_weight(perl);
        EXPECT_FALSE(converted.complaints.empty()) << perl;
        EXPECT_EQ(converted.config, "weight = yes\n") << perl;
    }
}

TEST(Convert, WhatWeWouldNotTakeIsNamedAndLeftOut) {
    for (const auto* perl : {"$NTIME = -5;",
                             "$PTIME = 0.5;",
                             "$TEMP_PTIME = 'x';",
                             "$PTIME = '3hours';",
                             "$NTIME = '5mh';",
                             "$NTIME = 99999999999999;",
                             "$NTTL = -1;",
                             "$NTTL = 10000;",
                             "$MAXDNSBLHITS = 1.5;",
                             "$REJECTLEVEL = '1e5';",
                             "$DEFER_ACTION = 'perhaps';",
                             "$REJECTMSG = '';",
                             "$REJECTMSG = '550';",
                             "$REJECTMSG = 'Go away';",
                             "$NS = 'ns.example';",
                             "@dnsbl_score = ('a b', 1, 0, 'A');",
                             "@dnsbl_score = ('a', 1, 0, 'A 127.0.0.2');",
                             "@dnsbl_score = ('a', 'x', 0, 'A');",
                             "@helo_score = ('x', 1);",
                             "@dnsbl_checks_only_regexps = ('(');"}) {
        const Converted converted = convert_policyd_weight(perl);
        EXPECT_FALSE(converted.complaints.empty()) << perl;
        EXPECT_EQ(converted.config, "weight = yes\n") << perl;
    }
}

TEST(Convert, TextsAreJoinedOverLines) {
    EXPECT_EQ(config_of("$REJECTMSG = '550 Go '\n   . \"away\" # now\n   . '.';"),
              "weight = yes\nreject-text = 550 Go away.\n");
    EXPECT_EQ(config_of("$REJECTMSG = ('550 a' . q( b) . qq{ c});"),
              "weight = yes\nreject-text = 550 a b c\n");
    EXPECT_EQ(config_of("$REJECTMSG = '550 a';\n$REJECTMSG .= ' b' . ' c';\n"),
              "weight = yes\nreject-text = 550 a b c\n");
}

TEST(Convert, VariablesHaveTheValueThatTheyHadSoFar) {
    EXPECT_EQ(
        config_of(
            "$REJECTMSG = '550 a';\n$CACHEREJECTMSG = $REJECTMSG . ' [cached]';\n$REJECTMSG = '550 b';"),
        "weight = yes\nspam-text = 550 a [cached]\nreject-text = 550 b\n");
    EXPECT_EQ(config_of("my $who = 'postmaster'; our $where=\"$who\\@x.example\";\n$REJECTMSG = \"550 ask "
                        "${where}, $who.\";"),
              "weight = yes\nreject-text = 550 ask postmaster@x.example, postmaster.\n");
    EXPECT_EQ(
        config_of("@mine = ('a.example', 4, 0, 'A');\n@dnsbl_score = (@mine, ('b.example', 1, 0, 'B'));"),
        "weight = yes\ndnsbl = a.example 4 0 A\ndnsbl = b.example 1 0 B\n");
    EXPECT_EQ(config_of("@ns = qw(192.0.2.1\n 192.0.2.2); $NS = \"@ns\";"),
              "weight = yes\nnameserver = 192.0.2.1 192.0.2.2\n");
}

TEST(Convert, WhatIsNotAssignedHasItsDefault) {
    EXPECT_EQ(config_of("$CACHEREJECTMSG = $REJECTMSG . ' again';"),
              "weight = yes\nspam-text = " + Settings{}.texts.reject + " again\n");
    EXPECT_EQ(config_of("$DEFER_LEVEL = $REJECTLEVEL;"), "weight = yes\ndefer-level = 1\n");
}

TEST(Convert, OfSeveralAssignmentsTheLastCounts) {
    EXPECT_EQ(config_of("@dnsbl_score = ('a.example', 4, 0, 'A'); $NTTL = 1;\n@dnsbl_score = ('b.example', "
                        "1, 0, 'B'); $NTTL = 2;"),
              "weight = yes\ndnsbl = b.example 1 0 B\nspam-retries = 2\n");
}

TEST(Convert, AValueWithANumberSignIsQuoted) {
    EXPECT_EQ(config_of("$REJECTMSG = \"550 see http://x.example/#faq\";"),
              "weight = yes\nreject-text = \"550 see http://x.example/#faq\"\n");
    EXPECT_EQ(config_of("@dnsbl_checks_only_regexps = (qr#a\\#b#, qr{\\d{2}\\.example$}i);"),
              "weight = yes\nlists-only-clients = \"a\\\\#b\"\nlists-only-clients = \\d{2}\\.example$\n");
}

TEST(Convert, ABackslashInSingleQuotesStandsForItself) {
    EXPECT_EQ(config_of(R"($MAXDNSERRMSG = 'a\b \\ \'c\'';)"),
              "weight = yes\ndns-errors-text = a\\b \\ 'c'\n");
}

TEST(Convert, TrueIsWhatPerlTakesForTrue) {
    EXPECT_EQ(
        config_of(
            "$dnsbl_checks_only = 2; $IGNORE_RFC1918_A = ''; $ADD_X_HEADER = 'on'; $LOG_BAD_RBL_ONLY = 0;"),
        "weight = yes\nlists-only = 1\nignore-private-addresses = 0\nweight-header = X-policyd-weight\n"
        "log-all-lists = yes\n");
    EXPECT_EQ(config_of("$CACHESIZE = 0; $POSCACHESIZE = 1000;"), "weight = yes\nspam-memory = 0\n");
}

TEST(Convert, StatementsThatSayNothingAreManyWithoutHarm) {
    std::string perl;
    for (int i = 0; i < 400'000; ++i) {
        perl += "1;";
    }
    EXPECT_EQ(config_of(perl + "$NTTL = 2;"), "weight = yes\nspam-retries = 2\n");
    EXPECT_EQ(config_of("use strict;\nno warnings; package x;;; $NTTL = 1; return 1; __END__ $NTTL = 2;"),
              "weight = yes\nspam-retries = 1\n");
}

TEST(Convert, NestingOfAnyDepthDoesNoHarm) {
    const std::string open(300'000, '(');
    const std::string close(300'000, ')');
    EXPECT_EQ(config_of("$NTTL = " + open + "2" + close + ";"), "weight = yes\nspam-retries = 2\n");
    EXPECT_EQ(config_of("@helo_score = " + open + "2" + close + ";"), "weight = yes\nhelo_score = 2\n");
    EXPECT_FALSE(convert_policyd_weight("$x = " + std::string(300'000, '{')).complaints.empty());
}

TEST(Convert, AFileThatDoublesItsTextsIsCutShort) {
    std::string perl = "$REJECTMSG = '550 a'; @x = ('aaaaaaaaaaaaaaaa');";
    for (int i = 0; i < 60; ++i) {
        perl += "$REJECTMSG .= $REJECTMSG; @x = (@x, @x); ";
    }
    const Converted converted = convert_policyd_weight(perl);
    EXPECT_FALSE(converted.complaints.empty());
    EXPECT_LT(converted.config.size(), 5000U);
}

TEST(Convert, AComplaintNamesTheLineAndTheSetting) {
    EXPECT_EQ(convert_policyd_weight("\n\n$REJECTLEVEL = f();").complaints.front(),
              "line 3: $REJECTLEVEL: not a plain assignment: left out");
}

} // namespace
} // namespace weight
