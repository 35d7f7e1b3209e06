#include "weight/convert.hpp"

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
    for (const auto* perl :
         {"system('x');", "$REJECTLEVEL = 1 + 1;", "$REJECTMSG = \"$x\";", "$REJECTMSG = 'a' . 'b';",
          "if (1) { $NTTL = 2; }", "@helo_score = (1, f());", "$REJECTMSG = 'open", "$UNKNOWN = 1;",
          "@dnsbl_score = ('a', 1);", "$REJECTLEVEL = 'x';", "$REJECTMSG = \"a\\n\";",
          "@helo_score = (1,2,3);", "$MAXDNSERRMSG = 'a\nreject-level = 9';"}) {
        const Converted converted = convert_policyd_weight(perl);
        EXPECT_FALSE(converted.complaints.empty()) << perl;
        EXPECT_EQ(converted.config, "weight = yes\n") << perl;
    }
}

TEST(Convert, AComplaintNamesTheLineAndTheSetting) {
    EXPECT_EQ(convert_policyd_weight("\n\n$REJECTLEVEL = f();").complaints.front(),
              "line 3: $REJECTLEVEL: not a plain assignment: left out");
}

} // namespace
} // namespace weight
