// The options of the state.
#pragma once

#include "settings/option.hpp"
#include "store/settings.hpp"

#include <array>

namespace store {

// Less would not hold the pages that every state has (greyonce-state(5)).
inline constexpr std::uint64_t smallest_state = std::uint64_t{2} << 20U; // bytes

// Throw settings::WrongValue.
std::string state_name_from(const std::string& text);
std::string state_prefix_from(const std::string& text);

struct StateName : settings::File {
    static constexpr const char* takes = "STATE";
    static std::string from(const std::string& text) { return state_name_from(text); }
};

struct StatePrefix : settings::Text {
    static constexpr const char* takes = "PREFIX";
    static std::string from(const std::string& text) { return state_prefix_from(text); }
};

inline constexpr std::array options{
    settings::option<StateName, &Settings::name>(
        "state",
        "the greylist state (greystate(8)): a file, or redis:unix:/PATH or redis:inet:HOST:PORT, and "
        ",SERVER for each replica"),
    settings::option<settings::Size<smallest_state>, &Settings::max_size>(
        "max-state-size", "the state grows no larger; with K, M or G"),
    settings::option<settings::Flag, &Settings::sync>("sync",
                                                      "a change is on the disk before the answer goes out"),
    settings::option<StatePrefix, &Settings::prefix>("state-prefix",
                                                     "what the keys of a redis: state begin with"),
    settings::option<settings::SecondsAbove0, &Settings::timeout>(
        "state-timeout", "a request that has waited so long for a redis: state goes on without"),
    settings::option_without_default<settings::File, &Settings::password_file>(
        "state-password-file", "has the password for a redis: state, or user and password"),
};

} // namespace store
