// The endings of expressions: told where they hold for every match, and not where it is not certain.
#include "rules/ending.hpp"
#include "rules/expression.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

namespace {

using rules::literal_ending;

TEST(Ending, IsToldOfPlainExpressions) {
    constexpr std::array<std::array<std::string_view, 2>, 14> table{{
        {R"(^mta\d+\.example\.net$)", ".example.net"},
        {"example.net$", "net"},
        {"^mail$", "mail"},
        {"(?:a|b)-x$", "-x"},
        {"a(b|c)d$", "d"},
        {"x{2,3}y$", "y"},
        {"xy?z$", "z"},
        {"xy+?z$", "z"},
        {"[]a]b$", "b"},
        {"[^]$]b$", "b"},
        {R"(a\/b$)", "a/b"},
        {R"(\.$)", "."},
        {R"(^\w.x$)", "x"},
        {"(a$|b)c$", "c"},
    }};
    for (const auto& [expression, ending] : table) {
        EXPECT_EQ(literal_ending(expression), ending) << expression;
    }
}

TEST(Ending, IsNotToldWhereItIsNotCertain) {
    for (const auto* expression : {"",           "$",         "abc",        R"(abc\$)",      "a|b$",
                                   "a$|b$",      "x*$",       "x+$",        "x{2}$",         "(?i)x$",
                                   "(?x)a #b$",  "x(?=y)$",   R"(\bx\b$)",  "(*ANYCRLF)a$",  R"(\Qa.b\E$)",
                                   R"(\x41bc$)", R"(\101$)",  R"((a)\1$)",  "[[:alpha:]]x$", R"([\Q]\E]x$)",
                                   "a{b$",       "(?<n>a)b$", R"(\p{L}b$)", "(ab$",          "ab)$",
                                   "ab$)",       R"(\)",      "[ab$",       R"(\cA$)",       "x(?#y)$"}) {
        EXPECT_EQ(literal_ending(expression), "") << expression;
    }
}

TEST(Ending, WildBytesBeforeItAreCompared) {
    EXPECT_TRUE(rules::may_match("siol.net$", "mta1.SIOLxNET"));
    EXPECT_FALSE(rules::may_match("siol.net$", "mail.example.net"));
    EXPECT_FALSE(rules::may_match("siol.net$", "iol.net"));
    EXPECT_TRUE(rules::may_match("siol.net", "anything"));
}

// Chance that is the same each time.
class Chance {
  public:
    std::size_t below(std::size_t n) { return random_() % n; }

    std::string expression() {
        std::string text;
        for (std::size_t n = 1 + below(7); n > 0; --n) {
            text += pieces[below(pieces.size())];
        }
        return text + (below(3) == 0 ? "" : "$");
    }

    std::string value() {
        std::string text;
        for (std::size_t n = below(6); n > 0; --n) {
            text += "abxAB.-1#q"[below(10)];
        }
        return text;
    }

  private:
    static constexpr std::array<std::string_view, 40> pieces{
        "a",       "b", R"(\.)", ".",     "$",     "^",     "|",     "(",     ")",     "(?:",
        "*",       "+", "?",     "[",     "]",     "[ab]",  "[^a]",  R"(\d)", R"(\w)", "{2}",
        "{1,}",    "x", "-",     R"(\b)", R"(\Q)", R"(\E)", R"(\\)", "(?i)",  "(?x)",  "#",
        R"(\x61)", "{", "}",     "A",     "(?=",   R"(\1)", "(?!",   R"(\N)", R"(\R)", "(?#"};
    std::mt19937 random_{20261122}; // NOLINT(cert-msc32-c,cert-msc51-cpp): a failure is to come again
};

// Whatever PCRE2 matches, the ending lets through.
TEST(Ending, HoldsForEveryMatchOfRandomExpressions) {
    Chance chance;
    std::size_t matched = 0;
    for (int i = 0; i < 60'000; ++i) {
        const std::string expression = chance.expression();
        if (rules::whats_wrong_with_expression(expression)) {
            continue;
        }
        for (int tries = 0; tries < 4; ++tries) {
            const std::string value = chance.value();
            if (rules::ask_expression(expression, value) == rules::Answer::matches) {
                ++matched;
                EXPECT_TRUE(rules::may_match(expression, value)) << expression << " on " << value;
            }
        }
    }
    EXPECT_GT(matched, 5'000U);
}

} // namespace
