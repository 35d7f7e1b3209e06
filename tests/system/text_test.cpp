#include "system/text.hpp"

#include <gtest/gtest.h>

namespace sys {
namespace {

TEST(CleanedText, PrintableUtf8StaysAsItIs) {
    for (const std::string_view text : {"", "plain ~", "j\xC3\xB6rg", "\xE2\x82\xAC", "\xF0\x9F\x93\xA7"}) {
        EXPECT_EQ(cleaned(text), text);
    }
}

TEST(CleanedText, EveryByteThatCouldHarmBecomesAQuestionMark) {
    const std::pair<std::string, std::string> cases[] = {
        {"a\nb", "a?b"},
        {"a\tb\x7f", "a?b?"},
        {std::string("\0", 1), "?"},
        {"\x80", "?"},
        {"\xC3", "?"},             // cut short
        {"\xC3(", "?("},           //
        {"\xC0\xAF", "??"},        // overlong
        {"\xE0\x80\xAF", "???"},   //
        {"\xED\xA0\x80", "?"},     // a surrogate
        {"\xC2\x85", "?"},         // C1
        {"\xE2\x80\xA8", "?"},     // line separator
        {"\xF4\x90\x80\x80", "?"}, // beyond Unicode
        {"\xF8\x88\x80\x80\x80", "?????"},
        {"\x1b[31m", "?[31m"},
    };
    for (const auto& [text, clean] : cases) {
        EXPECT_EQ(cleaned(text), clean) << testing::PrintToString(text);
    }
}

std::string utf8(std::uint32_t point) {
    const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | (point >> shift & 0x3FU)); };
    if (point < 0x80) {
        return {static_cast<char>(point)};
    }
    if (point < 0x800) {
        return {static_cast<char>(0xC0U | point >> 6U), tail(0)};
    }
    if (point < 0x10000) {
        return {static_cast<char>(0xE0U | point >> 12U), tail(6), tail(0)};
    }
    return {static_cast<char>(0xF0U | point >> 18U), tail(12), tail(6), tail(0)};
}

TEST(CleanedText, WhatCannotBeSeenOrTurnsTheDirectionIsShownAsAQuestionMarkAndStaysInALine) {
    for (const std::uint32_t point :
         {0x00A0U,  0x00ADU,  0x034FU,  0x0600U,  0x061CU,  0x070FU,  0x115FU,  0x1680U,
          0x17B5U,  0x180EU,  0x2000U,  0x200BU,  0x200EU,  0x200FU,  0x202AU,  0x202EU,
          0x202FU,  0x2060U,  0x2066U,  0x2069U,  0x206FU,  0x2800U,  0x3000U,  0x3164U,
          0xFE00U,  0xFE0FU,  0xFEFFU,  0xFFA0U,  0xFFF9U,  0xFFFBU,  0x110BDU, 0x13430U,
          0x1BCA0U, 0x1D173U, 0x1D17AU, 0xE0001U, 0xE0020U, 0xE007FU, 0xE0100U, 0xE01EFU}) {
        const std::string text = "a" + utf8(point) + "b";
        EXPECT_EQ(cleaned(text), "a?b") << std::hex << point;
        EXPECT_EQ(one_line(text), text) << std::hex << point;
    }
}

TEST(CleanedText, WhatStandsBesideThatIsShown) {
    for (const std::uint32_t point :
         {0x00A1U, 0x00ACU, 0x00AEU, 0x034EU, 0x0350U,  0x05FFU,  0x0606U, 0x1FFFU,
          0x2010U, 0x2027U, 0x2030U, 0x205EU, 0x2070U,  0x27FFU,  0x2801U, 0x3001U,
          0xFDFFU, 0xFE10U, 0xFEFEU, 0xFFFCU, 0x1F4E7U, 0xDFFFFU, 0xE1000U}) {
        EXPECT_EQ(cleaned(utf8(point)), utf8(point)) << std::hex << point;
    }
}

TEST(OneLine, EndsOfLinesAndControlsBecomeQuestionMarks) {
    EXPECT_EQ(one_line("a\nb\x7f" + utf8(0x85) + utf8(0x2028) + utf8(0x2029)), "a?b????");
    EXPECT_EQ(one_line(utf8(0x202E) + "ab", 4), utf8(0x202E) + "a");
}

TEST(LogValue, AnOrdinaryValueStaysAsItIs) {
    for (const std::string_view value :
         {"", "alice@example.net", "prvs=0123=alice@example.net", "bounce-7=bob=example.org@example.net",
          "%n%s", "user@[192.0.2.1]", "o'brien@example.net", "j\xC3\xB6rg@example.net", "2001:db8::1"}) {
        EXPECT_EQ(log_value(value), value);
    }
}

TEST(LogValue, CannotReadAsAnotherField) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"a b", "a%20b"},
        {"x, recipient=ceo@here", "x%2C%20recipient%3Dceo@here"},
        {"x,recipient=ceo@here", "x%2Crecipient%3Dceo@here"},
        {"recipient=ceo@here", "recipient%3Dceo@here"},
        {"xReCipient=ceo@here", "xReCipient%3Dceo@here"},
        {"\"x> <to=ceo@here>; rate: -9\"", "%22x%3E%20%3Cto%3Dceo@here%3E%3B%20rate:%20-9%22"},
        {"a\\b", "a%5Cb"},
        {"a\xC2\xA0"
         "b\tc",
         "a?b?c"},
        {"a\xE2\x80\xAE"
         "b",
         "a?b"},
    };
    for (const auto& [value, written] : cases) {
        EXPECT_EQ(log_value(value), written);
    }
}

TEST(LogValue, IsNeverLongerThanItsLimitAndSaysWhereItWasCut) {
    EXPECT_EQ(log_value(std::string(256, 'a')), std::string(256, 'a'));
    EXPECT_EQ(log_value(std::string(257, 'a')), std::string(253, 'a') + "...");
    EXPECT_EQ(log_value(std::string(86, ' ')), [] {
        std::string escapes;
        for (int i = 0; i < 84; ++i) {
            escapes += "%20";
        }
        return escapes + "...";
    }());
    EXPECT_EQ(log_value("aaaa\xF0\x9F\x93\xA7\xF0\x9F\x93\xA7", 11), "aaaa\xF0\x9F\x93\xA7...");
    EXPECT_EQ(log_value(std::string(100000, '\n')), std::string(253, '?') + "...");
}

TEST(CleanedText, IsCutBetweenCharacters) {
    EXPECT_EQ(cleaned("ab\xC3\xB6", 3), "ab");
    EXPECT_EQ(cleaned("ab\xC3\xB6", 4), "ab\xC3\xB6");
    EXPECT_EQ(cleaned("abc", 0), "");
}

TEST(LowerCase, FoldsAsciiOnly) {
    EXPECT_EQ(lower_case("AbZ\xC3\x96@["), "abz\xC3\x96@[");
}

} // namespace
} // namespace sys
