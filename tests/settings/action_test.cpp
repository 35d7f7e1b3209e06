#include "settings/action.hpp"

#include <gtest/gtest.h>

namespace settings {
namespace {

TEST(AccessAction, WhatPostfixReadsAsItStandsIsTaken) {
    for (const std::string_view action : {"DUNNO",
                                          "dunno",
                                          "OK",
                                          "REJECT",
                                          "REJECT go away",
                                          "DEFER",
                                          "DEFER_IF_PERMIT wait",
                                          "Defer_If_Reject x",
                                          "450 wait",
                                          "450 4.7.1 wait",
                                          "550 no",
                                          "421 4.3.2 bye",
                                          "521 5.7.1 bye",
                                          "HOLD",
                                          "HOLD why",
                                          "DISCARD",
                                          "FILTER smtp:[127.0.0.1]:10025",
                                          "REDIRECT a@b.example",
                                          "BCC a@b.example",
                                          "WARN hm",
                                          "INFO hm",
                                          "PREPEND X-A: b",
                                          "PREPEND X-A:"}) {
        EXPECT_FALSE(whats_wrong(action)) << action << ": " << whats_wrong(action).value();
    }
}

TEST(AccessAction, WhatPostfixWouldMisreadIsNot) {
    for (const std::string_view action : {"",
                                          " ",
                                          " DUNNO",
                                          "450",
                                          "450 ",
                                          "550\t",
                                          "1",
                                          "12345",
                                          "4500 x",
                                          "45 x",
                                          "250 fine",
                                          "350 x",
                                          "FROB",
                                          "permit_mynetworks",
                                          "PREPEND",
                                          "PREPEND X",
                                          "PREPEND X A: b",
                                          "PREPEND : b",
                                          "FILTER",
                                          "FILTER smtp",
                                          "FILTER :x",
                                          "FILTER a:b c",
                                          "REDIRECT",
                                          "REDIRECT nobody",
                                          "BCC a b@c",
                                          "DUNNO\nx"}) {
        EXPECT_TRUE(whats_wrong(action)) << action;
    }
}

TEST(AccessAction, ItsOutcomeIsWhatItDoesToTheMail) {
    for (const std::string_view action : {"DUNNO", "OK", "PREPEND a: b", "HOLD", "DISCARD", "WARN x"}) {
        EXPECT_EQ(outcome_of(action), Outcome::pass) << action;
    }
    for (const std::string_view action : {"DEFER", "defer_if_permit x", "DEFER_IF_REJECT x", "450 x"}) {
        EXPECT_EQ(outcome_of(action), Outcome::defer) << action;
    }
    for (const std::string_view action : {"REJECT", "reject x", "550 x", "521 x"}) {
        EXPECT_EQ(outcome_of(action), Outcome::reject) << action;
    }
}

} // namespace
} // namespace settings
