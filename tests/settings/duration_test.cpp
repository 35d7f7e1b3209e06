#include "settings/duration.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using settings::duration_from;

TEST(Duration, ALetterNamesTheUnitAndANumberAloneHasItsOwn) {
    EXPECT_EQ(duration_from("0", 1s), 0s);
    EXPECT_EQ(duration_from("7", 1s), 7s);
    EXPECT_EQ(duration_from("7", 24h), 7 * 24h);
    EXPECT_EQ(duration_from("90s", 24h), 90s);
    EXPECT_EQ(duration_from("5m", 24h), 5min);
    EXPECT_EQ(duration_from("6h", 1s), 6h);
    EXPECT_EQ(duration_from("6H", 1s), 6h);
    EXPECT_EQ(duration_from("2d", 1s), 48h);
    EXPECT_EQ(duration_from("36500d", 1s), 36500 * 24h);
}

TEST(Duration, WhatIsNotOneNumberAndAtMostOneLetterIsNone) {
    for (const auto* text : {"", "s", "5mh", "6hd", "6mm", "5 m", "5m ", " 5", "m5", "5x", "5min", "5.5",
                             "0.5h", "-5", "+5", "1e3", "0x5", "5,5", "5\xc3\xb6"}) {
        EXPECT_THROW(duration_from(text, 1s), settings::WrongValue) << text;
    }
}

TEST(Duration, NoneIsLongerThanAHundredYears) {
    for (const auto* text : {"36501d", "876001h", "3153600001", "18446744073709551615",
                             "18446744073709551616d", "99999999999999999999999"}) {
        EXPECT_THROW(duration_from(text, 1s), settings::WrongValue) << text;
    }
    EXPECT_THROW(duration_from("36501", 24h), settings::WrongValue);
}

} // namespace
