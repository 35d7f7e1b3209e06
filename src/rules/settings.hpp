// Which rules are asked.
#pragma once

#include "settings/places.hpp"

#include <string>

namespace rules {

using settings::default_rules;

struct Settings {
    std::string path{default_rules};
};

} // namespace rules
