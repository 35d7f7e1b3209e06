#include "ask/question.hpp"

#include "system/lines.hpp"

#include <algorithm>
#include <iterator>

namespace ask {

namespace {

void add_line(std::string& text, std::string_view line) {
    std::transform(line.begin(), line.end(), std::back_inserter(text),
                   [](char c) { return sys::breaks_lines(c) ? '?' : c; });
    text += '\n';
}

} // namespace

std::string question(std::string_view block, std::string_view context) {
    constexpr std::string_view request = "request=";
    constexpr std::string_view policy_context = "policy_context=";
    std::string attributes;
    bool has_request = false;
    while (!block.empty()) {
        std::string_view line = sys::take_line(block);
        if (line.empty()) {
            break;
        }
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        const bool is_replaced = !context.empty() && line.starts_with(policy_context);
        if (line.find('=') == std::string_view::npos || is_replaced) {
            continue;
        }
        has_request = has_request || line.starts_with(request);
        add_line(attributes, line);
    }
    if (!context.empty()) {
        add_line(attributes, std::string{policy_context}.append(context));
    }
    attributes += '\n';
    return has_request ? attributes : std::string{request}.append("smtpd_access_policy\n").append(attributes);
}

} // namespace ask
