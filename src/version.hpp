// The version of all three programs.
#pragma once

#include <string_view>

constexpr std::string_view version = "1.0";
