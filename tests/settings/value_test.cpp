#include "settings/value.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace {

using namespace settings;

std::string expected_of(const std::function<void()>& reading) {
    try {
        reading();
    } catch (const WrongValue& wrong) {
        return wrong.expected;
    }
    return "no complaint";
}

TEST(Value, AFlagHasFourWordsForEachSense) {
    for (const auto* text : {"yes", "true", "on", "1"}) {
        EXPECT_TRUE(flag_from(text)) << text;
    }
    for (const auto* text : {"no", "false", "off", "0"}) {
        EXPECT_FALSE(flag_from(text)) << text;
    }
    for (const auto* text : {"", "Yes", "y", "00", "2", "yes ", " no", "nope"}) {
        EXPECT_EQ(expected_of([&] { flag_from(text); }), "yes or no") << text;
    }
}

TEST(Value, ACountIsDigitsUpToItsMost) {
    EXPECT_EQ(count_from("0", 9), 0U);
    EXPECT_EQ(count_from("9", 9), 9U);
    EXPECT_EQ(count_from("009", 9), 9U);
    for (const auto* text : {"", "10", "-1", "+1", "1 ", " 1", "0x1", "1.0", "1e0", "18446744073709551617"}) {
        EXPECT_EQ(expected_of([&] { count_from(text, 9); }), "a number from 0 to 9") << text;
    }
}

TEST(Value, APrefixHasNoMoreBitsThanTheAddress) {
    EXPECT_EQ(prefix_from("32", 32), 32U);
    EXPECT_EQ(expected_of([] { prefix_from("33", 32); }), "a prefix length from 0 to 32");
    EXPECT_EQ(expected_of([] { prefix_from("/24", 32); }), "a prefix length from 0 to 32");
}

TEST(Value, ASizeIsBytesOrHasALetter) {
    EXPECT_EQ(size_from("4096", 4096), 4096U);
    EXPECT_EQ(size_from("4k", 4096), 4096U);
    EXPECT_EQ(size_from("5M", 0), 5U << 20U);
    EXPECT_EQ(size_from("8589934591G", 0), std::uint64_t{8589934591U} << 30U);
    for (const auto* text :
         {"", "K", "4095", "3K", "4KB", "4KK", "4 K", "-4K", "8589934592G", "9223372036854775808", "4T"}) {
        EXPECT_EQ(expected_of([&] { size_from(text, 4096); }),
                  "a number of bytes, or a number followed by K, M or G, of at least 4K")
            << text;
    }
}

TEST(Value, ASizeIsShownByItsLargestLetter) {
    for (const auto& [bytes, text] : {std::pair<std::uint64_t, const char*>{0, "0"},
                                      {1023, "1023"},
                                      {1024, "1K"},
                                      {1536, "1536"},
                                      {std::uint64_t{3} << 20U, "3M"},
                                      {std::uint64_t{1} << 30U, "1G"}}) {
        EXPECT_EQ(shown_size(bytes), text);
        EXPECT_EQ(size_from(text, 0), bytes);
    }
}

TEST(Value, WordsHaveBlanksBetweenThem) {
    EXPECT_EQ(words_from(" a\tb  c= "), (std::vector<std::string>{"a", "b", "c="}));
    EXPECT_TRUE(words_from(" \t").empty());
    EXPECT_EQ(shown(words_from(" a  b ")), "a b");
}

TEST(Value, ATextOfOneLineHasNoSecondOne) {
    EXPECT_EQ(one_line_from("a b"), "a b");
    EXPECT_EQ(expected_of([] { one_line_from("a\nb"); }), "one line of text");
    EXPECT_EQ(expected_of([] { something_from("", "a file"); }), "a file");
}

TEST(Value, OneOfAFewNamesIsTakenAndShown) {
    constexpr std::array<Choice<int>, 2> sides{{{"left", 1}, {"right", 2}}};
    EXPECT_EQ(one_of(sides, "right"), 2);
    EXPECT_EQ(name_in(sides, 1), "left");
    EXPECT_EQ(expected_of([&] { one_of(sides, "Left"); }), "one of left right");
}

} // namespace
