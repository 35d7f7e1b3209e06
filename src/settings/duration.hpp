// A duration as settings and rules have it: a number, and a letter after it or none. Pure.
//
//     duration = 1*DIGIT [ "s" / "m" / "h" / "d" ]            a letter in either case; at most 100 years
#pragma once

#include "system/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace settings {

// `unit`: what a number without a letter counts. Nothing where `text` is no duration.
std::optional<sys::Seconds> duration_from(std::string_view text, sys::Seconds unit);

// What was expected where there is nothing.
std::string duration_expected(sys::Seconds unit);

} // namespace settings
