#include "weight/number.hpp"

#include <gtest/gtest.h>

namespace weight {
namespace {

TEST(Number, IsPrintedWithFifteenDigitsAndNoZerosBehind) {
    EXPECT_EQ(printed(3), "3");
    EXPECT_EQ(printed(-6.1), "-6.1");
    EXPECT_EQ(printed(25.50), "25.5");
    EXPECT_EQ(printed(0.1 + 0.2), "0.3");
    EXPECT_EQ(printed(2.5 + 2.5 * 3.25), "10.625");
}

// What policyd-weight 0.1.15 makes of these.
TEST(Number, IsRoundedToThreeDecimalsButFourSignificantDigitsBelowOne) {
    EXPECT_EQ(printed(rounded(0.123456)), "0.1235");
    EXPECT_EQ(printed(rounded(13.8125)), "13.812");
    EXPECT_EQ(printed(rounded(-1.23456)), "-1.235");
    EXPECT_EQ(printed(rounded(12345.6789)), "12345.679");
    EXPECT_EQ(printed(rounded(7)), "7");
}

TEST(Number, NextToNothingIsRoundedAsItIsPrinted) {
    EXPECT_EQ(printed(rounded(4.44089209850063e-16)), "4.44e-16");
}

TEST(Number, IsReadWhereItIsADecimalNumber) {
    EXPECT_EQ(parse_score("4.35"), 4.35);
    EXPECT_EQ(parse_score("-1.5"), -1.5);
    EXPECT_EQ(parse_score("+2"), 2.0);
    EXPECT_EQ(parse_score(".5"), 0.5);
}

TEST(Number, IsNotReadFromAnythingElse) {
    for (const auto* text : {"", "-", ".", "1e3", "nan", "inf", "0x10", "1,5", "1.2.3", "--1", "1 ", " 1",
                             "111111111111111111111"}) {
        EXPECT_EQ(parse_score(text), std::nullopt) << text;
    }
}

} // namespace
} // namespace weight
