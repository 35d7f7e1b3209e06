// Where the programs look for their files by themselves.
#pragma once

#include <string_view>

namespace settings {

extern const std::string_view default_config;
extern const std::string_view default_rules;
extern const std::string_view default_state;

} // namespace settings
