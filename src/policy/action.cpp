#include "policy/action.hpp"

#include "rules/access_action.hpp"
#include "system/text.hpp"

namespace policy {

std::string reply(std::string_view action) {
    const std::string clean = sys::cleaned(action, longest_action);
    std::string line = "action=";
    line.append(rules::whats_wrong(clean) ? no_opinion : std::string_view{clean});
    line.append("\n\n");
    return line;
}

} // namespace policy
