#include "system/lines.hpp"

namespace sys {

std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

bool breaks_lines(char c) {
    return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f';
}

} // namespace sys
