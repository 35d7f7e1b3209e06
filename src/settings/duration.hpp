// A duration as settings and rules have it: a number, and a letter after it or none. Pure.
//
//     duration = 1*DIGIT [ "s" / "m" / "h" / "d" ]            a letter in either case; at most 100 years
#pragma once

#include "settings/wrong_value.hpp"
#include "system/time.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace settings {

inline constexpr sys::Seconds second{1};
inline constexpr sys::Seconds day = std::chrono::days{1};

// `unit`: what a number without a letter counts, a second or a day. Throws WrongValue where `text` is no
// duration.
sys::Seconds duration_from(std::string_view text, sys::Seconds unit);
// Throws WrongValue where it is 0.
sys::Seconds above_0(sys::Seconds duration);

// In whole units.
std::string shown_duration(sys::Seconds duration, sys::Seconds unit);

} // namespace settings
