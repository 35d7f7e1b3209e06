// The options of the rules.
#pragma once

#include "rules/settings.hpp"
#include "settings/option.hpp"

#include <array>

namespace rules {

inline constexpr std::array options{
    settings::option<settings::File, &Settings::path>("rules", "the compiled rules (greyrules(8))"),
};

} // namespace rules
