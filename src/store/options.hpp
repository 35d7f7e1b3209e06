// The options of the state.
#pragma once

#include "settings/option.hpp"
#include "store/settings.hpp"

#include <array>

namespace store {

// Less would not hold the pages that every state has (greyonce-state(5)).
inline constexpr std::uint64_t smallest_state = std::uint64_t{2} << 20U; // bytes

inline constexpr std::array options{
    settings::option<settings::File, &Settings::name>("state", "the greylist state (greystate(8))"),
    settings::option<settings::Size<smallest_state>, &Settings::max_size>(
        "max-state-size", "the state grows no larger; with K, M or G"),
    settings::option<settings::Flag, &Settings::sync>("sync",
                                                      "a change is on the disk before the answer goes out"),
};

} // namespace store
