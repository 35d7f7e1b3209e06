// The lines of a text that came from elsewhere.
#pragma once

#include <algorithm>
#include <string_view>

namespace sys {

// The first line of `text`, without its LF or CRLF; it is taken off. The last line may lack its end.
std::string_view take_line(std::string_view& text);

// What stands before the first `end`; it is taken off `text`, and the `end` with it. The last part may lack its
// end. Of lines that are kept byte by byte: take_line() takes a CR off as well.
inline std::string_view take_until(std::string_view& text, char end) {
    const std::string_view part = text.substr(0, text.find(end));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

// The first word of `text`, without the blanks and tabs around it; it is taken off. Empty at the end.
std::string_view take_word(std::string_view& text);

// Takes the byte order mark of UTF-8 off its beginning, which editors put there.
void skip_byte_order_mark(std::string_view& text);

// Begins as text in UTF-16 does, with or without a byte order mark: its first letter is half a NUL.
bool is_utf16(std::string_view text);

// A control byte other than a tab: some reader takes it for the end of a line, or for none.
bool breaks_lines(char c);

} // namespace sys
