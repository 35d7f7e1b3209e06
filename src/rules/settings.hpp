// Which rules are asked.
#pragma once

#include <string>
#include <string_view>

namespace rules {

inline constexpr std::string_view default_rules = "/etc/greyonce/rules.cdb";

struct Settings {
    std::string path{default_rules};
};

} // namespace rules
