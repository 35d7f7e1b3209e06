#include "settings/config_file.hpp"

#include <gtest/gtest.h>

#include <array>

namespace {

using settings::config_value;
using settings::ConfigFile;

// The value of the only line of `text`, or what is wrong.
std::string value_in(const std::string& text) {
    ConfigFile file{text};
    const auto line = file.next();
    return line && line->name == "x" && !file.next() ? line->value : "not one line of x";
}

TEST(ConfigFile, ALineHasANameAndAValueWithoutTheBlanksAroundThem) {
    for (const auto* text :
         {"x=a b", " x = a b ", "\tx\t=\ta b\t\r\n", "# y = 1\n\n  \nx = a b # comment\n#", "x = a b#"}) {
        EXPECT_EQ(value_in(text), "a b") << text;
    }
    EXPECT_EQ(value_in("x ="), "");
    EXPECT_EQ(value_in("x = a=b"), "a=b");
}

TEST(ConfigFile, WhatIsNoOptionHasNoName) {
    ConfigFile file{"\njunk\n= a\n[section]\nx # = a\ny = 1"};
    for (const std::size_t number : {2U, 3U, 4U, 5U}) {
        const auto line = file.next();
        ASSERT_TRUE(line);
        EXPECT_EQ(line->number, number);
        EXPECT_EQ(line->name, "");
    }
    EXPECT_EQ(file.next()->number, 6U);
    EXPECT_FALSE(file.next());
}

TEST(ConfigFile, AQuotedValueIsWhatStandsBetweenTheMarks) {
    constexpr std::array<std::array<const char*, 2>, 9> table{{
        {R"(x = "a # b")", "a # b"},
        {R"(x="a # b"# comment)", "a # b"},
        {R"(x = " a "   # "comment")", " a "},
        {R"(x = "")", ""},
        {R"(x = "\"a\" \\ #")", "\"a\" \\ #"},
        {R"(x = "^mail\d+\.example$")", R"(^mail\d+\.example$)"},
        {R"(x = "a\\")", R"(a\)"},
        {R"(x = "a=b")", "a=b"},
        {R"(x = "a" # b")", "a"},
    }};
    for (const auto& [text, value] : table) {
        EXPECT_EQ(value_in(text), value) << text;
    }
}

TEST(ConfigFile, QuotationMarksThatDoNotEncloseTheValueAreAPartOfIt) {
    constexpr std::array<std::array<const char*, 2>, 7> table{{
        {R"(x = "a)", R"("a)"},
        {R"(x = ")", R"(")"},
        {R"(x = "a" b)", R"("a" b)"},
        {R"(x = "a" "b")", R"("a" "b")"},
        {R"(x = say "a")", R"(say "a")"},
        {R"(x = "a # b)", R"("a)"},
        {R"(x = "a\" # b)", R"("a\")"},
    }};
    for (const auto& [text, value] : table) {
        EXPECT_EQ(value_in(text), value) << text;
    }
}

TEST(ConfigFile, AByteOrderMarkBeforeTheFirstLineIsPassedOver) {
    EXPECT_EQ(value_in("\xEF\xBB\xBFx = a"), "a");
    EXPECT_NE(value_in("\n\xEF\xBB\xBFx = a"), "a");
}

TEST(ConfigFile, AnyValueCanBeWrittenSoThatItIsReadAsItWas) {
    for (const std::string value :
         {"",      "a",       "a b",       " a", "a ",       "\t",   "#",   "a#b", "\"",
          "\"a\"", "\"a",     "a\"",       "\\", "a\\",      "\\\"", "#\\", "#\"", "# \\\\ \"\\\"",
          "a\\#",  "\" # \"", "\"a\" # b", "=",  "\xC3\xBC#"}) {
        EXPECT_EQ(value_in("x = " + config_value(value) + "\n"), value) << config_value(value);
    }
    EXPECT_EQ(config_value("a \"b\" \\d"), "a \"b\" \\d");
}

} // namespace
