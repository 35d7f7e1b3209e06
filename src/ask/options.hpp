// The options of asking other policy servers.
#pragma once

#include "ask/settings.hpp"
#include "settings/option.hpp"

#include <array>

namespace ask {

inline constexpr std::array<settings::Choice<When>, 2> times{
    {{"before", When::before}, {"after", When::after}}};
inline constexpr std::array<settings::Choice<Ok>, 2> oks{{{"pass", Ok::pass}, {"continue", Ok::continues}}};

// Adds one more server; nothing: those before it are not asked. Throws settings::WrongValue.
void add_server(Settings& settings, const std::string& text);

inline constexpr std::array options{
    settings::Option<Settings>{
        "ask",
        "another policy server, unix:/PATH or inet:HOST:PORT; may be repeated; with a name it is asked where "
        "a rule says so",
        "[NAME=]SERVER", nullptr, add_server, nullptr},
    settings::option<settings::OneOf<times>, &Settings::when>("ask-when", "before or after the greylist",
                                                              "WHEN"),
    settings::option<settings::OneOf<oks>, &Settings::ok>(
        "ask-ok", "a server's OK: pass ends the decision, continue is no opinion", "WHAT"),
    settings::option<settings::SecondsAbove0, &Settings::timeout>(
        "ask-timeout", "a server that has not answered by then has no opinion"),
    settings::option_without_default<settings::OneLine, &Settings::context>(
        "ask-context", "servers are sent it as the attribute policy_context"),
};

} // namespace ask
