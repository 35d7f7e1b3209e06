// The lines of a text that came from elsewhere.
#pragma once

#include <string_view>

namespace sys {

// The first line of `text`, without its LF or CRLF; it is taken off. The last line may lack its end.
std::string_view take_line(std::string_view& text);

// A control byte other than a tab: some reader takes it for the end of a line, or for none.
bool breaks_lines(char c);

} // namespace sys
