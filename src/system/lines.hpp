// The lines of a text that came from elsewhere.
#pragma once

#include <string_view>

namespace sys {

// The first line of `text`, without its LF or CRLF; it is taken off. The last line may lack its end.
std::string_view take_line(std::string_view& text);

// Takes the byte order mark of UTF-8 off its beginning, which editors put there.
void skip_byte_order_mark(std::string_view& text);

// Begins as text in UTF-16 does, with or without a byte order mark: its first letter is half a NUL.
bool is_utf16(std::string_view text);

// A control byte other than a tab: some reader takes it for the end of a line, or for none.
bool breaks_lines(char c);

} // namespace sys
