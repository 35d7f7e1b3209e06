// The version of all programs.
#pragma once

#include <string_view>

constexpr std::string_view version = "1.0";
