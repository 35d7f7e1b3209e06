// The one function that cleans what leaves the program: replies, log lines, messages to a terminal.
#pragma once

#include <string>
#include <string_view>

namespace sys {

// What stands at one place of a text: a character of UTF-8, or a single byte that is part of none.
struct Character {
    std::size_t length; // bytes it takes in the text
    bool clean;         // may be shown as it is: on a terminal, in a log
    bool keeps_line;    // may be part of one line of text, seen or not
};

Character character_at(std::string_view text, std::size_t at);

// Whether all of it is ASCII that can be seen, or blanks: as most texts are, which then need no closer look.
bool is_plain(std::string_view text);

// `text` as one line of valid UTF-8: every control byte (also DEL and C1), every byte that is not part of a
// valid sequence, and the line and paragraph separators U+2028, U+2029 become `?`. At most `limit` bytes, cut
// between characters. For a mail server, which shows nobody.
std::string one_line(std::string_view text, std::size_t limit = std::string_view::npos);

// The same for a reader's eyes: what cannot be seen, turns the direction of what follows, or looks like a
// blank and is none, becomes `?` as well.
std::string cleaned(std::string_view text, std::size_t limit = std::string_view::npos);

// A value from outside as it stands in a line of the log, cleaned: blanks, and what would end a field or
// begin another in any of our lines, are written as % and two hexadecimal digits. At most `limit` bytes: what
// is longer ends in "...".
constexpr std::size_t longest_log_value = 256;
std::string log_value(std::string_view value, std::size_t limit = longest_log_value);

// ASCII letters in lower case, all other bytes as they are: keys and names fold so, in every locale.
std::string lower_case(std::string_view text);
void make_lower_case(std::string& text);

} // namespace sys
