// What Perl's quotes say: the text between them, with the variables that stand in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weight {

// A part of a text: itself, or the variable that stands in its place, with its sigil.
struct PerlPiece {
    bool is_variable = false;
    std::string text;
};
using PerlText = std::vector<PerlPiece>; // joined

namespace perl {

// What a quote begins and ends with.
struct Delimiter {
    char opening;
    char closing;
};

bool is_digit(char c);
bool begins_word(char c);
bool is_word(char c);
bool is_blank(char c);

// Each of these appends to `into`; those that can be false are so where Perl would have to work something out, and what they
// have appended by then is of no use.

// The variable that `text` begins with, $NAME, ${NAME} or @NAME, is taken off it. False where there is another thing: an
// element of a list, a name of another package, a method.
bool take_variable(std::string_view& text, PerlText& into);
// In single quotes: a backslash stands for itself but before another, or before a delimiter.
void take_plain(std::string_view between, Delimiter delimiter, PerlText& into);
// In double quotes.
bool take_interpolated(std::string_view between, PerlText& into);
// In qr//: as it is, without variables.
bool take_pattern(std::string_view between, PerlText& into);

} // namespace perl
} // namespace weight
