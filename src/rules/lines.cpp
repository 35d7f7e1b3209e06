#include "rules/lines.hpp"

#include "system/descriptor.hpp"
#include "system/line_reader.hpp"
#include "system/lines.hpp"
#include "system/trouble.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace rules {

namespace {

// No name, address or sensible text comes near it.
constexpr std::size_t longest_line = 8192;

} // namespace

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::string_view take_blank_word(std::string_view& text) {
    const auto* const end = std::find_if(text.begin(), text.end(), [](char c) { return is_blank(c); });
    const auto* const next = std::find_if(end, text.end(), [](char c) { return !is_blank(c); });
    const std::string_view word{text.begin(), end};
    text = {next, text.end()};
    return word;
}

void read_lines(const std::string& path, Comments comments, Complaints& complaints,
                const std::function<void(const Line&)>& use) {
    const sys::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open()) {
        throw sys::Trouble{"open", path, errno};
    }
    sys::LineReader reader{file.number(), path, longest_line};
    Line line{{path, 0}, {}};
    while (const auto read = reader.next()) {
        line.text = read->text;
        if (++line.source.line == 1) {
            if (sys::is_utf16(line.text)) {
                complaints.wrong(line.source, "UTF-16", "expected UTF-8");
                return;
            }
            sys::skip_byte_order_mark(line.text);
        }
        if (read->is_too_long()) {
            complaints.wrong(line.source, "a line of " + std::to_string(read->size) + " bytes",
                             "expected at most " + std::to_string(longest_line));
            continue;
        }
        if (comments == Comments::to_the_end_of_line) {
            line.text = line.text.substr(0, line.text.find('#'));
        }
        line.text = trimmed(line.text);
        if (line.text.find('\0') != std::string_view::npos) {
            complaints.wrong(line.source, line.text, "expected text, not a NUL byte");
        } else if (!line.text.empty() && line.text.front() != '#') {
            use(line);
        }
    }
}

} // namespace rules
