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
