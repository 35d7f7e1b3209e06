#include "ask/reply.hpp"

#include "system/lines.hpp"
#include "system/text.hpp"

#include <algorithm>

namespace ask {

namespace {

// Of what a server says, that much is repeated in the log.
constexpr std::size_t longest_quote = 100;

std::string quoted(std::string_view line) {
    return "\"" + sys::log_value(line, longest_quote) + "\"";
}

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_' || c == '.';
    });
}

} // namespace

std::optional<std::size_t> reply_length(std::string_view bytes) {
    for (std::size_t start = 0; start < bytes.size();) {
        const auto end = bytes.find('\n', start);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        const std::string_view line = bytes.substr(start, end - start);
        start = end + 1;
        if (line.empty() || line == "\r") {
            return start;
        }
    }
    return std::nullopt;
}

Reply parse_reply(std::string_view bytes) {
    std::optional<std::string_view> action;
    while (true) {
        const std::string_view line = sys::take_line(bytes);
        if (line.empty()) {
            break;
        }
        const auto equals = line.find('=');
        if (equals == std::string_view::npos || !is_name(line.substr(0, equals))) {
            return {.wrong = "no name=value: " + quoted(line)};
        }
        if (std::any_of(line.begin(), line.end(), sys::breaks_lines)) {
            return {.wrong = "a control byte: " + quoted(line)};
        }
        if (line.substr(0, equals) == "action") {
            if (action) {
                return {.wrong = "a second action: " + quoted(line)};
            }
            action = line.substr(equals + 1);
        }
    }
    if (!action) {
        return {.wrong = "no action"};
    }
    std::string text{*action};
    std::replace(text.begin(), text.end(), '\t', ' ');
    return {.action = sys::one_line(text)};
}

} // namespace ask
