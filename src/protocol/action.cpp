#include "protocol/action.hpp"

#include "settings/action.hpp"
#include "system/text.hpp"

#include <algorithm>

namespace protocol {

namespace {

constexpr std::string_view blanks = " \t";

} // namespace

std::string word_of(std::string_view action) {
    return sys::lower_case(action.substr(0, action.find_first_of(blanks)));
}

std::string_view text_of(std::string_view action) {
    const auto end = std::min(action.find_first_of(blanks), action.size());
    return action.substr(std::min(action.find_first_not_of(blanks, end), action.size()));
}

std::string reply(std::string_view action) {
    const std::string clean = sys::one_line(action, longest_action);
    std::string line = "action=";
    line.append(settings::whats_wrong(clean) ? no_opinion : std::string_view{clean});
    line.append("\n\n");
    return line;
}

} // namespace protocol
